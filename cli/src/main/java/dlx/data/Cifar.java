package dlx.data;

import dlx.pictures.Pixels;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The binary files of CIFAR-10: for each picture a byte for its class and 3 × 32 × 32 bytes, all
 * red ones, then all green, then all blue.
 */
final class Cifar {
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;
  private static final int RECORD = 1 + 3 * PLANE;

  private static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private Cifar() {}

  /** The files to train with in a folder that CIFAR-10 was unpacked into; empty in another one. */
  static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().matches("data_batch_\\d+\\.bin"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw Problem.reading(folder, e);
    }
  }

  /** Reads files one after the other. */
  static Loaded read(String place, List<Path> files, List<Wanted> wanted, Reading reading) {
    PictureInput input = PictureInput.of(place, wanted);
    Fit fit = new Fit(input, reading.fit());
    List<byte[]> pixels = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (Path file : files) read(file, input.channels(), pixels, labels);
    if (pixels.isEmpty()) throw Problem.file(place, "there are no pictures in it", "");
    fit.check(pixels.size(), SIDE, SIDE, place);
    List<byte[]> fitted =
        pixels.parallelStream()
            .map(p -> fit.fit(new Pixels(SIDE, SIDE, input.channels(), p), place))
            .map(Pixels::data)
            .toList();
    return input.loaded(
        place,
        fitted,
        fit.height(SIDE),
        fit.width(SIDE),
        labels.stream().mapToInt(Integer::intValue).toArray(),
        CLASSES,
        List.of(),
        reading.bytes());
  }

  private static void read(Path file, int channels, List<byte[]> pixels, List<Integer> labels) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long size = Files.size(file);
      if (size == 0) throw Problem.file(file.toString(), "the file is empty", "");
      byte[] record = new byte[RECORD];
      for (int number = 0; ; number++) {
        int got = in.readNBytes(record, 0, RECORD);
        if (got == 0) return;
        if (got < RECORD) {
          throw Problem.file(
              file.toString(),
              "picture %d of the file ends after %d of %d bytes".formatted(number, got, RECORD),
              "a file of CIFAR-10 has a byte and 3 × 32 × 32 bytes for each picture: this one is"
                  + " incomplete or of another kind");
        }
        int label = record[0] & 0xff;
        if (label >= CLASSES.size()) {
          throw Problem.file(
              file.toString(),
              "picture %d of the file has the class %d, and CIFAR-10 has 10"
                  .formatted(number, label),
              "this is not a file of CIFAR-10, or it is damaged");
        }
        labels.add(label);
        pixels.add(channelsLast(record, channels));
      }
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
  }

  private static byte[] channelsLast(byte[] record, int channels) {
    byte[] pixels = new byte[PLANE * channels];
    IntStream.range(0, PLANE)
        .forEach(i ->
            Pixels.put(
                pixels,
                i * channels,
                channels,
                record[1 + i] & 0xff,
                record[1 + PLANE + i] & 0xff,
                record[1 + 2 * PLANE + i] & 0xff,
                255));
    return pixels;
  }
}
