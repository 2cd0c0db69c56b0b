package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without the module of the Vector API everything works, and one line says that it is missing. */
class FallbackTest {
  /** What the other JVM does: two functions, so that a second warning would be seen. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      System.out.println(results());
    }

    static String results() {
      StringBuilder text = new StringBuilder();
      for (int n : new int[] {3, 100}) {
        Trial trial = new Trial();
        Tensor x = Tensor.zeros(DType.F32, n);
        for (int i = 0; i < n; i++) {
          x.set(i, i * 0.25 - 3);
        }
        Node y =
            trial.input("x", x).exp().plus(trial.graph.node(new dlx.graph.Leaf.Uniform("u", x(n))));
        CompiledFunction compiled =
            dlx.emit.ClassEmitter.compile(Trial.function(y, y.less(y.like(1))), "child.dlx");
        for (Tensor result : trial.call(compiled)) {
          for (int i = 0; i < result.size(); i++) {
            text.append(result.element(i)).append(' ');
          }
        }
      }
      return text.toString().strip();
    }

    private static dlx.graph.Type x(int n) {
      return new dlx.graph.Type(DType.F32, List.of(Extent.of(n)));
    }
  }

  @Test
  void withoutTheModule(@TempDir Path folder) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Child.class.getName())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertEquals(true, child.waitFor(60, TimeUnit.SECONDS));
    List<String> warnings = Files.readAllLines(err, StandardCharsets.UTF_8);
    assertEquals(0, child.exitValue(), () -> warnings.toString());
    assertEquals(
        List.of(
            "warning: the module jdk.incubator.vector is not there, so loops run without vectors;"
                + " start java with --add-modules jdk.incubator.vector"),
        warnings);
    assertEquals(Child.results(), Files.readString(out, StandardCharsets.UTF_8).strip());
  }
}
