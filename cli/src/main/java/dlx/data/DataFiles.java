package dlx.data;

import dlx.pictures.PictureFile;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Sources by their names: what {@code --data} and a recipe's {@code data} may say. */
public final class DataFiles {
  private DataFiles() {}

  /**
   * The value of one input, from a file or written out in JSON. A file that exists wins.
   *
   * @param folder what relative paths are relative to
   */
  public static Tensor value(String source, Wanted wanted, Path folder) {
    return values(source, wanted, Reading.DEFAULT, folder).tensor();
  }

  /** As above, by the choices of the user; pictures stay bytes. */
  public static Values values(String source, Wanted wanted, Reading reading, Path folder) {
    Path file = folder.resolve(source);
    if (!Files.exists(file) && looksLikeJson(source)) {
      return Values.of(JsonValues.parse(source, wanted));
    }
    Loaded loaded = load(source, List.of(wanted), reading, folder);
    Values values = loaded.values().get(wanted.name());
    if (values != null) return values;
    throw Problem.name(file.toString(), "the file has nothing named `" + wanted.name() + "`", "");
  }

  /** Whether this is the name of a file, made by code, JSON, or at least spelled as one of them. */
  public static boolean isSource(String text, Path folder) {
    return looksLikeJson(text)
        || text.startsWith(Demo.PREFIX)
        || text.matches("(?s).*[./\\\\].*")
        || Files.exists(folder.resolve(text));
  }

  private static boolean looksLikeJson(String source) {
    return source.matches("\\s*([\\[{\"].*|-?\\d[\\d.eE+-]*|true|false|null|nan|-?inf)\\s*");
  }

  /**
   * Several inputs from one source, by their names. Inputs that the source does not have are left
   * out.
   *
   * @param folder what relative paths are relative to
   */
  public static Loaded load(String source, List<Wanted> wanted, Reading reading, Path folder) {
    Csv.Options options = reading.tables();
    if (source.startsWith(Demo.PREFIX)) return Demo.load(source, wanted, options.classes());
    Path file = folder.resolve(source);
    if (Files.isDirectory(file)) {
      List<Path> cifar = Cifar.files(file);
      return cifar.isEmpty()
          ? PictureFolder.read(file, wanted, reading)
          : Cifar.read(file.toString(), cifar, wanted, reading);
    }
    if (!Files.exists(file)) {
      throw Problem.file(
          file.toString(),
          "there is no such file: " + file,
          "values may also be written out, as in '[[1, 2], [3, 4]]'");
    }
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv") || name.endsWith(".tsv")) return Csv.read(file, wanted, options);
    if (name.endsWith(".txt")) return Text.read(file, wanted, options.classes());
    if (name.endsWith(".npz")) return Loaded.of(npz(file, wanted, reading.bytes()));
    if (name.endsWith(".safetensors")) return Loaded.of(safetensors(file, wanted));
    if (name.endsWith(".npy")) {
      return Loaded.of(single(file, wanted, to -> Npy.read(file, to, reading.bytes())));
    }
    if (name.endsWith(".bin")) return Cifar.read(file.toString(), List.of(file), wanted, reading);
    if (PictureFile.isNamed(file)) return PictureFolder.single(file, wanted, reading);
    if (Idx.looksLike(start(file))) {
      return Loaded.of(single(file, wanted, to -> Idx.read(file, to, reading.bytes())));
    }
    throw Problem.file(
        file.toString(),
        "the kind of this file is not known",
        "data are .npy, .npz, .csv, .txt, .safetensors, IDX files (as they are or as .gz), the .bin"
            + " files of CIFAR-10, pictures (.png, .jpg, ...), folders of pictures, or demo:NAME");
  }

  /**
   * Several inputs from several sources, by their names: each gives what those before it have not;
   * pictures are put behind those before.
   *
   * @param folder what relative paths are relative to
   */
  public static Loaded loadAll(
      List<String> sources, List<Wanted> wanted, Reading reading, Path folder) {
    Map<String, Values> values = new LinkedHashMap<>();
    Map<String, List<String>> classes = new LinkedHashMap<>(reading.tables().classes());
    Reading known = reading.with(reading.tables().with(classes));
    List<String> notes = new ArrayList<>();
    boolean text = false;
    Set<String> pictures = new HashSet<>(); // what pictures gave
    for (String source : sources) {
      boolean more = isPictures(source, folder);
      List<Wanted> open =
          wanted.stream()
              .filter(w -> !values.containsKey(w.name()) || more && pictures.contains(w.name()))
              .toList();
      Loaded loaded = load(source, open, known, folder);
      loaded
          .values()
          .forEach((name, found) -> values.merge(name, found, (a, b) -> a.and(b, source)));
      if (more) pictures.addAll(loaded.values().keySet());
      classes.putAll(loaded.classes());
      notes.addAll(loaded.notes());
      text |= loaded.text();
    }
    return new Loaded(values, classes, notes, text);
  }

  private static boolean isPictures(String source, Path folder) {
    if (source.startsWith(Demo.PREFIX)) return false;
    Path file = folder.resolve(source);
    return Files.isDirectory(file) || source.endsWith(".bin") || PictureFile.isNamed(file);
  }

  private static Map<String, Tensor> npz(Path file, List<Wanted> wanted, Reading.Bytes bytes) {
    Map<String, DType> types =
        wanted.stream().collect(Collectors.toMap(Wanted::name, Wanted::dtype));
    Map<String, Tensor> found = Npz.read(file, types, bytes);
    return fitted(file, wanted, found, Npz.names(file));
  }

  private static Map<String, Tensor> safetensors(Path file, List<Wanted> wanted) {
    Map<String, Tensor> found = new LinkedHashMap<>(Safetensors.read(file).tensors());
    List<String> names = new ArrayList<>(found.keySet());
    for (Wanted w : wanted) {
      found.computeIfPresent(w.name(), (n, t) -> convert(t, w, file + ", tensor `" + n + "`"));
    }
    return fitted(file, wanted, found, names);
  }

  /** Only what loses nothing but digits: no fraction becomes an integer in silence. */
  private static Tensor convert(Tensor tensor, Wanted w, String place) {
    Tensor converted = tensor.convert(w.dtype());
    for (int i = 0; i < tensor.size() && !w.dtype().isFloat(); i++) {
      if (converted.get(i) != tensor.get(i)) {
        throw Problem.value(
            place,
            "element %d is %s, which is not a value of %s"
                .formatted(i, tensor.element(i), w.dtype()),
            "");
      }
    }
    return converted;
  }

  private static Map<String, Tensor> fitted(
      Path file, List<Wanted> wanted, Map<String, Tensor> found, List<String> names) {
    Map<String, Tensor> result = new LinkedHashMap<>();
    for (Wanted w : wanted) {
      Tensor tensor = found.get(w.name());
      if (tensor != null) result.put(w.name(), w.fit(tensor, file.toString()));
    }
    if (result.isEmpty() && !wanted.isEmpty()) {
      throw Problem.name(
          file.toString(),
          "the file has nothing named "
              + wanted.stream().map(w -> "`" + w.name() + "`").collect(Collectors.joining(" or ")),
          "it has " + String.join(", ", names));
    }
    return result;
  }

  /** A file that holds one array and no name. */
  private static Map<String, Tensor> single(
      Path file, List<Wanted> wanted, Function<Optional<DType>, Tensor> read) {
    if (wanted.size() != 1) {
      throw Problem.name(
          file.toString(),
          "this file holds one array, and the program has several inputs",
          "say which: --data "
              + (wanted.isEmpty() ? "NAME" : wanted.getFirst().name())
              + "="
              + file);
    }
    Wanted w = wanted.getFirst();
    return Map.of(w.name(), w.fit(read.apply(Optional.of(w.dtype())), file.toString()));
  }

  private static byte[] start(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(4);
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
  }
}
