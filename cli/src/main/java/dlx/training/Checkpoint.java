package dlx.training;

import dlx.Model;
import dlx.data.Safetensors;
import dlx.elaborate.Program;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import dlx.source.Suggest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Parameters and states of a model in a safetensors file, by their paths. */
public final class Checkpoint {
  /** How many differences are listed. */
  private static final int LISTED = 12;

  private final Path file;
  private final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;

  private Checkpoint(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    this.file = file;
    this.tensors = tensors;
    this.metadata = metadata;
  }

  /**
   * Reads a file.
   *
   * @param renames from what stands in the names of the file to what the program calls it
   * @throws DlxException R0101 if it is missing or damaged, R0107 if it has nothing to rename
   */
  public static Checkpoint read(Path file, Map<String, String> renames) {
    Safetensors.Contents contents = Safetensors.read(file);
    renames.keySet().forEach(old -> exists(old, contents.tensors().keySet(), file));
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    contents
        .tensors()
        .forEach((name, tensor) -> {
          String now = renamed(name, renames);
          if (renamed.putIfAbsent(now, tensor) != null) {
            throw new DlxException(
                "R0102", "two tensors of the file become `" + now + "`", file.toString(), "");
          }
        });
    return new Checkpoint(file, renamed, contents.metadata());
  }

  private static void exists(String part, Set<String> names, Path file) {
    Pattern pattern = whole(part);
    if (names.stream().anyMatch(name -> pattern.matcher(name).find())) return;
    Set<String> parts = new LinkedHashSet<>();
    for (String name : names) parts.addAll(List.of(name.split("[.\\[\\]]+", -1)));
    parts.remove("");
    String near = Suggest.closest(part, parts);
    throw new DlxException(
        "R0107",
        "the file has nothing named `" + part + "` that could be renamed",
        file.toString(),
        near != null
            ? "did you mean `" + near + "`?"
            : "it has "
                + names.stream().limit(LISTED).collect(Collectors.joining(", "))
                + (names.size() > LISTED ? ", ..." : ""));
  }

  /** A name of the file, or a part of one, but not of a word. */
  private static Pattern whole(String part) {
    return Pattern.compile("(?<!\\w)" + Pattern.quote(part) + "(?!\\w)");
  }

  private static String renamed(String name, Map<String, String> renames) {
    String now = name;
    for (var rename : renames.entrySet()) {
      now =
          whole(rename.getKey())
              .matcher(now)
              .replaceAll(Matcher.quoteReplacement(rename.getValue()));
    }
    return now;
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  /** The values of text columns that the model was trained on, in the order of their numbers. */
  public Map<String, List<String>> classes() {
    return Classes.read(metadata.getOrDefault(Classes.KEY, "{}"), file);
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** Writes the slots of {@code values}, in full or not at all. */
  public static void write(
      Path file, Model model, Map<String, Tensor> values, Map<String, String> metadata) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("dlx.program", model.program().name());
    all.put("dlx.program.sha256", hash(model));
    all.put("dlx.seed", Long.toString(model.seed()));
    all.put("dlx.step", Long.toString(model.steps()));
    all.putAll(metadata);
    Safetensors.write(file, values, all);
  }

  /** What belongs to the model itself and not to a step: no moments of an optimizer. */
  public static Map<String, Tensor> ofModel(Model model, Map<String, Tensor> values) {
    Map<String, Tensor> own = new LinkedHashMap<>();
    for (Program.Slot slot : model.program().slots()) {
      Tensor value = values.get(slot.path());
      if (value != null && slot.step().isEmpty() && isFixed(slot)) own.put(slot.path(), value);
    }
    return own;
  }

  /** SHA-256 of the text of the program. */
  public static String hash(Model model) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] text = model.source().text().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(digest.digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * Puts the values into a model. The file has to have every parameter and state of the program but
   * those of steps and those with run-time sizes, and nothing else but those.
   *
   * @param only paths of instances or slots; what is outside is left as it is, here and there.
   *     Empty means everything
   * @throws DlxException R0102 if names or shapes differ; nothing has changed then
   */
  public void into(Model model, List<String> only) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    List<Program.Slot> missing = new ArrayList<>();
    Set<String> unused = new LinkedHashSet<>(tensors.keySet());
    List<String> misshapen = new ArrayList<>();
    for (Program.Slot slot : model.program().slots()) {
      if (!covers(only, slot.path())) continue;
      Tensor tensor = tensors.get(slot.path());
      if (tensor == null) {
        if (slot.step().isEmpty() && isFixed(slot)) missing.add(slot);
        continue;
      }
      unused.remove(slot.path());
      if (fits(slot, tensor)) found.put(slot.path(), tensor);
      else misshapen.add("%s  %s, here %s".formatted(slot.path(), tensor.describe(), slot.type()));
    }
    unused.removeIf(name -> !covers(only, name) || ofAStep(name));
    for (String path : only) {
      if (found.keySet().stream().noneMatch(p -> covers(List.of(path), p)) && missing.isEmpty()) {
        throw new DlxException(
            "R0102",
            "neither program nor file has anything in `" + path + "`",
            file.toString(),
            "");
      }
    }
    if (!missing.isEmpty() || !unused.isEmpty() || !misshapen.isEmpty()) {
      throw mismatch(found.size(), missing, List.copyOf(unused), misshapen);
    }
    model.setAll(found);
  }

  private static boolean covers(List<String> only, String path) {
    return only.isEmpty()
        || only.stream()
            .anyMatch(o -> path.equals(o) || path.startsWith(o + ".") || path.startsWith(o + "["));
  }

  /** Slots of steps are named {@code step[parameter].instance.slot}. */
  private static boolean ofAStep(String name) {
    return name.matches("[\\p{L}_]\\w*\\[[\\p{L}_].*\\].*");
  }

  private static boolean isFixed(Program.Slot slot) {
    return slot.type().type().shape().stream().allMatch(e -> e.isConstant());
  }

  private static boolean fits(Program.Slot slot, Tensor tensor) {
    var type = slot.type().type();
    if (tensor.dtype() != type.dtype() || tensor.rank() != type.rank()) return false;
    for (int axis = 0; axis < type.rank(); axis++) {
      var extent = type.extent(axis).constant();
      if (extent.isPresent() && extent.getAsLong() != tensor.extent(axis)) return false;
    }
    return true;
  }

  private DlxException mismatch(
      int matching, List<Program.Slot> missing, List<String> unused, List<String> misshapen) {
    List<String> lines = new ArrayList<>();
    missing.forEach(s -> lines.add("missing   " + s.path() + "  " + s.type()));
    unused.forEach(n -> lines.add("unused    " + n + "  " + tensors.get(n).describe()));
    misshapen.forEach(m -> lines.add("differs   " + m));
    String headline =
        !missing.isEmpty()
            ? "the file has no `" + missing.getFirst().path() + "`"
            : !misshapen.isEmpty()
                ? "the shapes of the file are not those of the program"
                : "the program has no `" + unused.getFirst() + "`";
    StringBuilder place = new StringBuilder(file.toString());
    place.append(
        " (%d tensors; %d match, %d do not)"
            .formatted(tensors.size(), matching, tensors.size() - matching));
    place.append("\n   |");
    lines.stream().limit(LISTED).forEach(l -> place.append("\n   | ").append(l));
    if (lines.size() > LISTED) place.append("\n   ⋮");
    String renaming = renaming(missing, unused);
    return new DlxException(
        "R0102",
        headline,
        place.toString(),
        renaming.isEmpty()
            ? "`--only PATH` loads a part"
            : "it looks renamed; add   --rename '" + renaming + "'");
  }

  /** The one component in which an unused name differs from a missing one of the same type. */
  private String renaming(List<Program.Slot> missing, List<String> unused) {
    for (Program.Slot slot : missing) {
      for (String name : unused) {
        String[] here = slot.path().split("\\.", -1);
        String[] there = name.split("\\.", -1);
        if (here.length != there.length || !fits(slot, tensors.get(name))) continue;
        int at = Arrays.mismatch(here, there);
        if (Arrays.equals(here, at + 1, here.length, there, at + 1, there.length)) {
          return there[at] + "=" + here[at];
        }
      }
    }
    return "";
  }
}
