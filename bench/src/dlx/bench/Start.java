package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A whole process that trains the digit network for a number of steps: ours is the command {@code
 * dlx train}, with reading its data and writing its parameters; the other one a JVM with libtorch
 * that makes its data, trains and ends.
 */
final class Start implements Side {
  private final String name;
  private final List<String> command;
  private final Folder folder;

  private Start(String name, List<String> command, Folder folder) {
    this.name = name;
    this.command = command;
    this.folder = folder;
  }

  static void addTo(Workloads table) {
    for (int steps : new int[] {1, 100}) {
      table.add(
          "process start to step " + steps + " of the MNIST MLP",
          w -> w.ours(() -> ours(steps)).peer(() -> torch(steps)).warm(0.1));
    }
  }

  private static Start ours(int steps) {
    try {
      Path bench = Path.of(System.getProperty("dlx.bench"));
      Folder folder = Folder.make("dlx-start");
      Random random = new Random(51);
      npy(folder.path().resolve("image.npy"), random.uniform(0, 1, steps * 64, 784));
      npy(folder.path().resolve("label.npy"), random.whole(10, steps * 64));
      return new Start(
          "dlx",
          List.of(
              bench.resolveSibling("dlx").toString(),
              "train",
              bench.resolve("programs/mnist.dlx").toString(),
              "--data",
              "image=" + folder.path().resolve("image.npy"),
              "--data",
              "label=" + folder.path().resolve("label.npy"),
              "--batch",
              "64",
              "--epochs",
              "1",
              "--threads",
              Integer.toString(dlx.runtime.Workers.threads()),
              "--out",
              folder.path().resolve("mnist.safetensors").toString()),
          folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Start torch(int steps) {
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "--enable-native-access=ALL-UNNAMED",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              StartTorch.class.getName(),
              Integer.toString(steps)));
      return new Start("libtorch in a JVM", command, Folder.make("dlx-start"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.path().resolve("output.txt").toFile())
                .start();
        int code = process.waitFor();
        if (code != 0) {
          throw new IllegalStateException(
              String.join(" ", command)
                  + " ended with "
                  + code
                  + ":\n"
                  + Files.readString(folder.path().resolve("output.txt")));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The steps themselves are compared where they are measured. */
  @Override
  public List<Tensor> results() {
    return List.of();
  }

  @Override
  public void close() {
    folder.close();
  }

  private static void npy(Path file, Tensor tensor) throws IOException {
    String shape =
        Arrays.stream(tensor.shape()).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(tensor.dtype() == DType.F32 ? "<f4" : "<i4", shape);
    // 10 bytes before the header, a multiple of 64 with it
    header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 4 * tensor.size())
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) header.length());
    bytes.put(header.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < tensor.size(); i++) {
      if (tensor.dtype() == DType.F32) {
        bytes.putFloat(tensor.floats()[i]);
      } else {
        bytes.putInt(tensor.ints()[i]);
      }
    }
    Files.write(file, bytes.array());
  }
}
