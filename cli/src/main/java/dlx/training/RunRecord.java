package dlx.training;

import dlx.Model;
import dlx.data.AtomicFile;
import dlx.source.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every setting of a run, in {@code NAME.run.json}, so that it can be repeated. */
public final class RunRecord {
  private final Map<String, Object> values = new LinkedHashMap<>();

  private RunRecord() {}

  /**
   * @param arguments the words of the command line
   */
  public static RunRecord of(Model model, Settings settings, List<String> arguments) {
    RunRecord record = new RunRecord();
    record.put("version", 1);
    record.put("program", model.source().name());
    record.put("program_sha256", Checkpoint.hash(model));
    record.put("arguments", arguments);
    record.put("java", Runtime.version().toString());
    record.put(
        "mathematics", model.options().mathematics().toString().toLowerCase(java.util.Locale.ROOT));
    record.put("simplify", model.options().simplify());
    record.put("threads", model.options().threads());
    Map<String, Object> defines = new LinkedHashMap<>();
    model.options().defines().forEach((name, value) -> defines.put(name, value.toString()));
    record.put("defines", defines);
    record.put("settings", settings.asMap());
    return record;
  }

  /** Adds or replaces a value: a text, number, truth value, or maps and lists of these. */
  public void put(String name, Object value) {
    values.put(name, value);
  }

  /** Writes the file, in full or not at all. */
  public void write(Path file) {
    AtomicFile.write(
        file, out -> out.write((Json.of(values) + "\n").getBytes(StandardCharsets.UTF_8)));
  }
}
