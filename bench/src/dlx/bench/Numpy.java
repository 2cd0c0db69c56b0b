package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * NumPy, in a process of its own that runs {@code numpy_side.py}: it is told by lines of JSON what
 * to do, and takes the times by its own clock.
 */
final class Numpy implements Side {
  private static final JsonMapper JSON = new JsonMapper();
  private static @Nullable Server server;
  private static String version = "";

  private final Workload workload;
  private final Folder folder;

  /** The version of NumPy, or why there is none. */
  static String version(Path script) {
    if (version.isEmpty()) {
      try {
        server = new Server(script);
        version = server.version;
      } catch (IOException e) {
        version = "absent: " + e.getMessage();
      }
    }
    return version;
  }

  static boolean isPresent(Path script) {
    version(script);
    return server != null;
  }

  Numpy(Workload workload, String text) {
    this.workload = workload;
    try {
      folder = Folder.make("dlx-bench");
      List<Object> arrays = new ArrayList<>();
      for (Map.Entry<String, Tensor> each : workload.given().entrySet()) {
        Path file = folder.path().resolve(arrays.size() + ".bin");
        Files.write(file, bytes(each.getValue()));
        arrays.add(
            List.of(
                each.getKey(),
                each.getValue().dtype().toString(),
                each.getValue().shape(),
                file.toString()));
      }
      ask(Map.of("load", text, "arrays", arrays));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return "NumPy";
  }

  @Override
  public void run(int times) {
    seconds(times);
  }

  @Override
  public double seconds(int times) {
    return ask(Map.of("run", times)).get("seconds").asDouble();
  }

  @Override
  public List<Tensor> results() {
    List<String> parameters = workload.step ? List.copyOf(workload.parameters.keySet()) : List.of();
    List<Tensor> all = new ArrayList<>();
    for (JsonNode each :
        ask(Map.of("results", folder.path().toString(), "also", parameters)).get("arrays")) {
      int[] shape = new int[each.get(1).size()];
      for (int i = 0; i < shape.length; i++) shape[i] = each.get(1).get(i).asInt();
      try {
        all.add(
            read(
                Files.readAllBytes(Path.of(each.get(2).asString())),
                each.get(0).asString(),
                shape));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  private static JsonNode ask(Map<String, ?> question) {
    if (server == null) throw new IllegalStateException("NumPy is " + version);
    return server.ask(question);
  }

  @Override
  public void close() {
    folder.close();
  }

  private static byte[] bytes(Tensor tensor) {
    int width = tensor.dtype() == DType.F64 ? 8 : 4;
    ByteBuffer to = ByteBuffer.allocate(tensor.size() * width).order(ByteOrder.LITTLE_ENDIAN);
    switch (tensor.dtype()) {
      case F32 -> to.asFloatBuffer().put(tensor.floats());
      case F64 -> to.asDoubleBuffer().put(tensor.doubles());
      case I32 -> to.asIntBuffer().put(tensor.ints());
      case BOOL -> throw new IllegalStateException("no workload is given truth values");
    }
    return to.array();
  }

  private static Tensor read(byte[] bytes, String type, int[] shape) {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    DType dtype =
        switch (type) {
          case "float32" -> DType.F32;
          case "float64" -> DType.F64;
          case "int64", "int32" -> DType.I32;
          default -> throw new IllegalStateException("NumPy returned " + type);
        };
    Tensor to = Tensor.zeros(dtype, shape);
    for (int i = 0; i < to.size(); i++) {
      to.set(
          i,
          switch (type) {
            case "float32" -> from.getFloat();
            case "float64" -> from.getDouble();
            case "int64" -> from.getLong();
            default -> from.getInt();
          });
    }
    return to;
  }

  /** The process. */
  private static final class Server {
    private final PrintWriter to;
    private final BufferedReader from;
    final String version;

    Server(Path script) throws IOException {
      Process process =
          new ProcessBuilder("python3", script.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      to = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
      from = process.inputReader(StandardCharsets.UTF_8);
      String hello = from.readLine();
      if (hello == null) throw new IOException("python3 cannot import numpy");
      version = JSON.readTree(hello).get("numpy").asString();
    }

    JsonNode ask(Map<String, ?> question) {
      try {
        to.println(JSON.writeValueAsString(new LinkedHashMap<>(question)));
        String line = from.readLine();
        if (line == null) throw new IllegalStateException("NumPy: its process ended");
        JsonNode answer = JSON.readTree(line);
        if (answer.has("error")) {
          throw new IllegalStateException("NumPy: " + answer.get("error").asString());
        }
        return answer;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
