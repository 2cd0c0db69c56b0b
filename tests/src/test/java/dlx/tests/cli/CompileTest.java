package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled models run with nothing but their jar. */
class CompileTest {
  private static final String LINE =
      """
      dim batch
      input x: f32[batch, 3]
      input y: f32[batch]
      param w: f32[3] ~ normal(0, 1)
      state seen: f32[batch] = 0
      predict = x @ w
      loss = mean((predict - y)^2)
      step train(rate: f32 = 0.1) {
        w <- w - rate * grad(loss, w)
        seen <- seen + 1
        (loss, sum(seen))
      }
      """;

  @TempDir private Path folder;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(folder).with("two_lines.dlx", LINE);
  }

  private static Object call(Object target, String name, Object... arguments) throws Exception {
    for (Method method : target.getClass().getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
        return method.invoke(target, arguments);
      }
    }
    throw new NoSuchMethodException(name + Arrays.toString(target.getClass().getMethods()));
  }

  @Test
  void aJarNeedsNothingElse() throws Exception {
    Shell.Said said = shell.run("compile DIR/two_lines.dlx --out DIR/m.jar --package a.b");
    assertEquals(0, said.code(), said.err());
    assertTrue(
        said.err().contains("class a.b.TwoLines with predict(Tensor x), loss(Tensor x, Tensor y)"),
        said.err());
    URL jar = folder.resolve("m.jar").toUri().toURL();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = loader.loadClass("a.b.TwoLines");
      Class<?> tensor = loader.loadClass("dlx.runtime.Tensor");
      Method of = tensor.getMethod("of", float[].class, int[].class);
      Object x = of.invoke(null, new float[] {1, 0, 0, 0, 1, 0}, new int[] {2, 3});
      Object y = of.invoke(null, new float[] {1, 2}, new int[] {2});
      Object model = type.getConstructor().newInstance();
      float[] w = floats(call(call(model, "model"), "get", "w"));
      assertArrayEquals(new float[] {w[0], w[1]}, floats(call(model, "predict", x)));
      // the same seed gives what the command line gives
      assertEquals(
          "[" + w[0] + ", " + w[1] + ", " + w[2] + "]\n",
          shell.run("run DIR/two_lines.dlx w").out());
      var first = (java.util.List<?>) call(model, "train", x, y);
      var second = (java.util.List<?>) call(model, "train", x, y, 0.05f);
      assertTrue(floats(second.get(0))[0] < floats(first.get(0))[0]);
      assertEquals(4f, floats(second.get(1))[0]);
    }
  }

  private static float[] floats(Object tensor) throws Exception {
    return (float[]) call(tensor, "floats");
  }

  @Test
  void parametersCanBeTakenAlong() throws Exception {
    shell.run("run DIR/two_lines.dlx w --data w=[1,2,3] --save DIR/w.safetensors");
    Shell.Said said =
        shell.run("compile DIR/two_lines.dlx predict --load DIR/w.safetensors --out DIR/classes");
    assertEquals(0, said.code(), said.err());
    URL classes = folder.resolve("classes").toUri().toURL();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes}, getClass().getClassLoader())) {
      Object model = loader.loadClass("models.TwoLines").getConstructor().newInstance();
      assertArrayEquals(new float[] {1, 2, 3}, floats(call(call(model, "model"), "get", "w")));
    }
  }

  @Test
  void theSameModelMakesTheSameBytes() throws IOException {
    shell.run("compile DIR/two_lines.dlx --out DIR/a.jar");
    shell.run("compile DIR/two_lines.dlx --out DIR/b.jar");
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("a.jar")), Files.readAllBytes(folder.resolve("b.jar")));
  }

  @Test
  void kernelsToLookAt() throws IOException {
    shell.run("compile DIR/two_lines.dlx predict --out DIR/text --emit asm");
    String text = Files.readString(kernel("text"));
    assertTrue(text.startsWith("class dlx/generated/"), text);
    assertTrue(text.contains("  # line ") && text.contains("  RETURN\n"), text);
    assertTrue(text.contains("INVOKE") && text.contains("GOTO L"), text);
    shell.run("compile DIR/two_lines.dlx predict --out DIR/bytes --emit bytecode");
    byte[] bytes = Files.readAllBytes(kernel("bytes"));
    assertEquals((byte) 0xCA, bytes[0]);
    Shell.Said said = shell.run("compile DIR/two_lines.dlx --out DIR/a.jar --emit c");
    assertEquals(2, said.code());
    assertTrue(said.err().contains("--emit is bytecode or asm, not c"), said.err());
  }

  private Path kernel(String out) throws IOException {
    try (Stream<Path> files = Files.list(shell.file(out).resolve("kernels"))) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void forTools() {
    String json = shell.run("compile DIR/two_lines.dlx --out DIR/a.jar --json").out();
    assertTrue(json.startsWith("{\"event\": \"compiled\", \"out\": \"DIR/a.jar\""), json);
    assertTrue(json.contains("\"methods\": [\""), json);
  }

  @Test
  void wrongWishes() {
    assertEquals(2, shell.run("compile DIR/two_lines.dlx").code());
    assertEquals(2, shell.run("compile DIR/two_lines.dlx predct --out DIR/a.jar").code());
    assertEquals(3, shell.run("compile DIR/two_lines.dlx --out DIR/no/a.jar").code());
  }
}
