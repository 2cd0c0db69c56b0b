package dlx.data;

import dlx.pictures.PictureFile;
import dlx.pictures.Pixels;
import dlx.runtime.DlxException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of pictures: each folder in it is a class, in the order of their names, and all pictures
 * below that folder are of the class. A folder that has pictures itself and no folders has no
 * classes. Names that begin with a point are left out, and so are files that are not named like
 * pictures.
 */
final class PictureFolder {
  private final Path folder;
  private final List<Path> files = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();
  private final List<Path> others = new ArrayList<>();

  private PictureFolder(Path folder) {
    this.folder = folder;
  }

  static Loaded read(Path folder, List<Wanted> wanted, Reading reading) {
    return new PictureFolder(folder).loaded(wanted, reading);
  }

  /** One file as one picture. */
  static Loaded single(Path file, List<Wanted> wanted, Reading reading) {
    PictureFolder one = new PictureFolder(file);
    one.files.add(file);
    return one.loaded(PictureInput.of(file.toString(), wanted), null, List.of(), reading);
  }

  private Loaded loaded(List<Wanted> wanted, Reading reading) {
    List<Path> classes = folders();
    if (classes.isEmpty()) {
      collect(folder, -1);
      if (files.isEmpty()) throw empty(folder);
    }
    PictureInput input = PictureInput.of(folder.toString(), wanted);
    if (classes.isEmpty()) return loaded(input, null, List.of(), reading);
    List<String> found = classes.stream().map(c -> c.getFileName().toString()).toList();
    List<String> earlier =
        input
            .label()
            .map(w -> reading.tables().classes().getOrDefault(w.name(), List.of()))
            .orElse(List.of());
    List<String> names = earlier.isEmpty() ? found : earlier;
    for (int i = 0; i < classes.size(); i++) {
      int label = names.indexOf(found.get(i));
      if (label < 0) {
        throw Problem.value(
            classes.get(i).toString(),
            "the folder `%s` is not one of the classes of `%s`"
                .formatted(found.get(i), input.label().orElseThrow().name()),
            "they are " + String.join(", ", names));
      }
      int before = files.size();
      collect(classes.get(i), label);
      if (files.size() == before) throw empty(classes.get(i));
    }
    return loaded(input, labels.stream().mapToInt(l -> l).toArray(), names, reading);
  }

  private static DlxException empty(Path folder) {
    return Problem.file(
        folder.toString(),
        "there are no pictures in the folder `" + folder.getFileName() + "`",
        "pictures are .png, .jpg, .jpeg, .gif and .bmp files; each folder is a class");
  }

  /** The folders of the classes; numbers in their order, other names by letters. */
  private List<Path> folders() {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> folders =
          all.filter(f -> Files.isDirectory(f) && !isHidden(f))
              .sorted(Comparator.comparing(f -> f.getFileName().toString()))
              .collect(Collectors.toCollection(ArrayList::new));
      boolean numbers =
          folders.stream().allMatch(f -> f.getFileName().toString().matches("\\d{1,9}"));
      if (numbers) {
        folders.sort(Comparator.comparingInt(f -> Integer.parseInt(f.getFileName().toString())));
      }
      return folders;
    } catch (IOException e) {
      throw Problem.reading(folder, e);
    }
  }

  private static boolean isHidden(Path file) {
    return file.getFileName().toString().startsWith(".");
  }

  private void collect(Path from, int label) {
    List<Path> found;
    try (Stream<Path> all = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
      found = all.filter(f -> Files.isRegularFile(f) && !isHidden(f)).sorted().toList();
    } catch (IOException e) {
      throw Problem.reading(from, e);
    } catch (java.io.UncheckedIOException e) {
      throw Problem.reading(from, e.getCause());
    }
    for (Path file : found) {
      if (PictureFile.isNamed(file)) {
        files.add(file);
        labels.add(label);
      } else {
        others.add(file);
      }
    }
  }

  private Loaded loaded(PictureInput input, int[] classes, List<String> names, Reading reading) {
    Fit fit = new Fit(input, reading.fit());
    boolean open = input.height() == Wanted.ANY || input.width() == Wanted.ANY;
    if (open && reading.fit() != Reading.Fit.REFUSE) {
      throw Problem.shape(
          folder.toString(),
          "`%s` is %s: there is no size that pictures could be fitted to"
              .formatted(input.pictures().name(), input.pictures().describe()),
          "declare height and width as numbers");
    }
    Pixels first = fit.fit(PictureFile.read(files.getFirst(), input.channels()), place(0));
    fit.check(files.size(), first.height(), first.width(), folder.toString());
    List<byte[]> pixels = pixels(fit, first);
    List<String> notes = new ArrayList<>();
    if (classes != null) notes.add(counts(classes, names));
    if (!others.isEmpty()) {
      notes.add(
          "%s: %d files are not named like pictures and left out, such as %s"
              .formatted(folder, others.size(), folder.relativize(others.getFirst())));
    }
    return input.loaded(
        folder.toString(),
        pixels,
        first.height(),
        first.width(),
        classes,
        names,
        notes,
        reading.bytes());
  }

  private String counts(int[] classes, List<String> names) {
    String each =
        names.size() > 20
            ? ""
            : IntStream.range(0, names.size())
                .mapToObj(
                    c -> names.get(c) + " " + Arrays.stream(classes).filter(l -> l == c).count())
                .collect(Collectors.joining(", ", ": ", ""));
    return String.format(
        Locale.ROOT, "%s: %,d pictures, %d classes%s", folder, files.size(), names.size(), each);
  }

  private String place(int index) {
    return files.get(index).toString();
  }

  /** Reads all, with as many threads as there are; of several mistakes the first file's is told. */
  private List<byte[]> pixels(Fit fit, Pixels first) {
    int count = files.size();
    byte[][] pixels = new byte[count][];
    pixels[0] = first.data();
    DlxException[] mistakes = new DlxException[count];
    AtomicInteger worst = new AtomicInteger(count);
    IntStream.range(1, count)
        .parallel()
        .filter(i -> i < worst.get())
        .forEach(i -> {
          try {
            Pixels read = PictureFile.read(files.get(i), fit.input().channels());
            Pixels fitted = fit.fit(read, place(i));
            if (fitted.height() != first.height() || fitted.width() != first.width()) {
              throw Problem.shape(
                  place(i),
                  "the picture is %s (height × width), the first one is %s"
                      .formatted(fitted.size(), first.size()),
                  "the first is "
                      + place(0)
                      + "; where the input declares a size, `--fit resize`"
                      + " and `--fit crop` make them equal");
            }
            pixels[i] = fitted.data();
          } catch (DlxException e) {
            mistakes[i] = e;
            worst.accumulateAndGet(i, Math::min);
          }
        });
    if (worst.get() < count) throw mistakes[worst.get()];
    return Arrays.asList(pixels);
  }
}
