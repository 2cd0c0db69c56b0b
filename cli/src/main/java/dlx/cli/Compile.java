package dlx.cli;

import dlx.Export;
import dlx.Model;
import dlx.data.AtomicFile;
import dlx.elaborate.Program;
import dlx.runtime.ModelFile;
import dlx.runtime.Tensor;
import dlx.training.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** {@code dlx compile FILE --out}: a class with a method for each entry and step. */
final class Compile extends Command {
  Compile() {
    super("compile", "make a .jar or class files that run without the compiler", false);
  }

  @Override
  void options(Options options) {
    Checkpoints.declare(options)
        .value("-o --out", "FILE", "a .jar, or a folder for class files")
        .value("--package", "NAME", "the Java package of the class; models if not given")
        .value(
            "--emit", "WHAT", "also the kernels, to look at: bytecode (class files) or asm (text)")
        .program()
        .compiler()
        .positional("FILE", "1", "the program")
        .positional("ENTRY", "0..*", "names or steps; everything if none is given");
  }

  @Override
  int run(Invocation invocation) {
    Path out =
        Path.of(
            invocation
                .value("--out")
                .orElseThrow(() -> new UsageException("say where to: --out FILE.jar", "")));
    String emit = invocation.value("--emit").orElse("");
    if (!List.of("", "bytecode", "asm").contains(emit)) {
      throw new UsageException("--emit is bytecode or asm, not " + emit, "");
    }
    Model model = Programs.load(invocation, invocation.positional(0).orElseThrow());
    Map<String, Tensor> values = new LinkedHashMap<>();
    if (invocation.value("--load").isPresent()) {
      Checkpoints.load(invocation, model);
      values.putAll(Checkpoint.ofModel(model, model.values()));
    }
    List<String> entries = new ArrayList<>();
    List<String> steps = new ArrayList<>();
    choose(model.program(), invocation.positionals(1), entries, steps);
    ModelFile file = Export.of(model, entries, steps, values);
    Facade facade =
        Facade.of(
            model.program(), file, invocation.value("--package").orElse("models"), entries, steps);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(facade.path() + ".class", facade.bytes());
    files.put(facade.path() + Facade.ENDING, bytes(file));
    for (ModelFile.Part part : file.parts()) {
      for (int i = 0; i < part.classes().size(); i++) {
        String name = "kernels/" + part.name() + "." + i;
        byte[] bytes = part.classes().get(i);
        if (emit.equals("bytecode")) files.put(name + ".class", bytes);
        if (emit.equals("asm")) {
          files.put(name + ".txt", Listing.of(bytes).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    write(out, files);
    if (invocation.flag("--json")) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("event", "compiled");
      object.put("out", out.toString());
      object.put("class", facade.className());
      object.put("methods", facade.methods());
      object.put("version", 1);
      invocation.console().out().println(dlx.source.Json.of(object));
      return Exit.FINE;
    }
    invocation
        .console()
        .note(
            "wrote %s: class %s with %s"
                .formatted(out, facade.className(), String.join(", ", facade.methods())));
    return Exit.FINE;
  }

  private static void choose(
      Program program, List<String> wanted, List<String> entries, List<String> steps) {
    List<String> allSteps = program.steps().stream().map(Program.Step::name).toList();
    List<String> allEntries = program.entries().stream().map(Program.Entry::name).toList();
    if (wanted.isEmpty()) {
      entries.addAll(allEntries);
      steps.addAll(allSteps);
      return;
    }
    for (String name : wanted) {
      if (allSteps.contains(name)) {
        steps.add(name);
      } else if (allEntries.contains(name)) {
        entries.add(name);
      } else {
        List<String> names = new ArrayList<>(allEntries);
        names.addAll(allSteps);
        throw UsageException.unknown("entry or step", name, names);
      }
    }
  }

  private static byte[] bytes(ModelFile file) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      file.write(bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void write(Path out, Map<String, byte[]> files) {
    if (out.getFileName().toString().endsWith(".jar")) {
      AtomicFile.write(out, stream -> stream.write(jar(files)));
      return;
    }
    files.forEach((name, data) -> {
      Path file = out.resolve(name);
      try {
        Files.createDirectories(file.getParent());
      } catch (IOException e) {
        throw new dlx.runtime.DlxException(
            "R0106", "cannot make the folder: " + e.getMessage(), file.toString(), "", e);
      }
      AtomicFile.write(file, stream -> stream.write(data));
    });
  }

  /** The model, and the runtime, so that the jar needs no other. */
  private static byte[] jar(Map<String, byte[]> files) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes)) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      manifest.write(text);
      Map<String, byte[]> all = new LinkedHashMap<>();
      all.put(JarFile.MANIFEST_NAME, text.toByteArray());
      all.putAll(files);
      Runtimes.classes().forEach(all::putIfAbsent);
      for (var file : all.entrySet()) {
        JarEntry entry = new JarEntry(file.getKey());
        // the same model makes the same bytes on every day and in every zone
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        jar.putNextEntry(entry);
        jar.write(file.getValue());
        jar.closeEntry();
      }
    }
    return bytes.toByteArray();
  }
}
