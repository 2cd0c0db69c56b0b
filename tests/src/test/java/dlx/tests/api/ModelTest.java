package dlx.tests.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dlx.Call;
import dlx.Compiler;
import dlx.Dlx;
import dlx.Entry;
import dlx.Fn;
import dlx.Model;
import dlx.Options;
import dlx.Step;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import dlx.source.ProgramException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Models from Java. */
class ModelTest {
  private static final String LINE =
      """
      dim batch, n = 3
      input x: f32[batch, n]
      input y: f32[batch]
      param w: f32[n] = 0
      param b: f32 = 0.5
      predict = x @ w + b
      loss = mean((predict - y)^2)
      step train(rate: f32 = 0.1) {
        for p in params { p <- p - rate * grad(loss, p) }
        loss
      }
      step both { w <- w + 1; b <- b + 1; (sum(w), b) }
      """;

  private static Model line() {
    return Dlx.parse("line.dlx", LINE);
  }

  private static final Map<String, Tensor> DATA =
      Map.of(
          "x", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
          "y", Tensor.of(new float[] {1, 2}, 2));

  @Test
  void entriesAndSteps() {
    Model model = line();
    Entry predict = model.entry("predict");
    assertArrayEquals(new float[] {0.5f, 0.5f}, predict.call(Map.of("x", DATA.get("x"))).floats());
    Step train = model.step("train");
    float before = train.run(DATA, Map.of("rate", 1e-2f)).f32();
    float after = train.run(DATA, Map.of("rate", 1e-2f)).f32();
    assertTrue(after < before);
    assertEquals(2, model.steps());
    assertSame(predict, model.entry("predict"));
  }

  @Test
  void expressions() {
    Model model = line();
    Fn gradient = Compiler.compile(model.expr("grad(loss, w)"));
    assertEquals(List.of("x", "y"), gradient.inputs());
    Entry entry = Compiler.compile(model.expr("loss"), model.expr("grad(loss, b)"));
    assertEquals(2, entry.results(DATA).size());
    ProgramException e =
        assertThrows(ProgramException.class, () -> model.entry("grad(predict, w)"));
    assertEquals("E0501", e.code());
  }

  @Test
  void parameters() {
    Model model = line();
    model.set("w", Tensor.of(new float[] {1, 2, 3}, 3));
    assertArrayEquals(new float[] {1, 2, 3}, model.get("w").floats());
    assertEquals(
        14.5f,
        model
            .entry("predict")
            .call(Map.of("x", Tensor.of(new float[] {1, 2, 3}, 1, 3)))
            .floats()[0]);
    model.reset(1);
    assertArrayEquals(new float[3], model.get("w").floats());
    DlxException missing = assertThrows(DlxException.class, () -> model.get("v"));
    assertEquals("R0107", missing.code());
    DlxException shape =
        assertThrows(DlxException.class, () -> model.set("w", Tensor.of(new float[2], 2)));
    assertEquals("R0103", shape.code());
    DlxException type =
        assertThrows(DlxException.class, () -> model.set("w", Tensor.of(new double[3], 3)));
    assertEquals("R0104", type.code());
  }

  @Test
  void drawnParametersFollowTheSeed() {
    String text = "param w: f32[4] ~ normal(0, 1)\ny = sum(w)\n";
    Model a = Dlx.parse("a.dlx", text);
    Model b = Dlx.parse("b.dlx", text);
    assertArrayEquals(a.get("w").floats(), b.get("w").floats());
    b.reset(1);
    assertTrue(a.get("w").floats()[0] != b.get("w").floats()[0]);
  }

  @Test
  void definesAndOptions() {
    Model model =
        Dlx.parse(
            "line.dlx", LINE, Options.DEFAULT.withDefines(Map.of("n", 2)).withSimplify(false));
    assertEquals(2, model.get("w").size());
    Model strict =
        Dlx.parse("h.dlx", LINE, Options.DEFAULT.withMathematics(Options.Mathematics.STRICT));
    assertEquals(line().entry("loss").call(DATA).f32(), strict.entry("loss").call(DATA).f32());
  }

  @Test
  void uncheckedPositions() {
    String text = "dim n\ninput x: f32[n]\ninput i: i32\ny = x[i]\n";
    Map<String, Tensor> given =
        Map.of("x", Tensor.of(new float[] {1, 2, 3}, 3), "i", Tensor.scalar(7));
    Entry checked = Dlx.parse("gather.dlx", text).entry("y");
    assertEquals("R0104", assertThrows(DlxException.class, () -> checked.call(given)).code());
    Options unchecked = Options.DEFAULT.withUnchecked(true);
    Entry nearest = Dlx.parse("gather.dlx", text, unchecked).entry("y");
    assertEquals(3, nearest.call(given).number());
  }

  @Test
  void wrongArguments() {
    Entry loss = line().entry("loss");
    DlxException missing =
        assertThrows(DlxException.class, () -> loss.call(Map.of("x", DATA.get("x"))));
    assertEquals("`loss` needs `y: f32[batch]`", missing.getMessage());
    DlxException sizes =
        assertThrows(
            DlxException.class,
            () -> loss.call(Map.of("x", DATA.get("x"), "y", Tensor.of(new float[3], 3))));
    assertEquals("R0103", sizes.code());
    assertTrue(sizes.getMessage().contains("`batch` is 2"), sizes.getMessage());
    DlxException unknown =
        assertThrows(DlxException.class, () -> loss.call(Map.of("xx", DATA.get("x"))));
    assertEquals("there is x, y", unknown.help());
    // numbers fill the declared shape
    assertEquals(0.25f, loss.call(Map.of("x", DATA.get("x"), "y", 1)).f32());
  }

  @Test
  void statesWithSizesOfTheData() {
    Model model =
        Dlx.parse(
            "s.dlx",
            """
            dim batch
            input x: f32[batch]
            state h: f32[batch] = 1
            step add { h <- h + x; sum(h) }
            """);
    assertThrows(DlxException.class, () -> model.get("h"));
    Step add = model.step("add");
    assertEquals(5f, add.run(Map.of("x", Tensor.of(new float[] {1, 2}, 2))).f32());
    assertEquals(8f, add.run(Map.of("x", Tensor.of(new float[] {1, 2}, 2))).f32());
    DlxException e =
        assertThrows(DlxException.class, () -> add.run(Map.of("x", Tensor.of(new float[3], 3))));
    assertEquals("R0103", e.code());
    model.resetStates();
    assertEquals(3f, add.run(Map.of("x", Tensor.of(new float[3], 3))).f32());
  }

  @Test
  void aPreparedStepAllocatesNothing() {
    Model model = line();
    Call call = model.step("train").prepare(DATA);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    long least = Long.MAX_VALUE;
    // what the interpreter allocates for vectors ends when the code is compiled
    for (int round = 0; round < 20_000 && least >= 100; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 100; i++) call.run();
      least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
    }
    // asking for the number allocates a little itself
    assertTrue(least < 100, least + " bytes in 100 steps");
  }

  @Test
  void readersSeeWholeSteps() throws InterruptedException {
    Model model = line();
    model.set("b", Tensor.scalar(0f));
    Step both = model.step("both");
    AtomicBoolean done = new AtomicBoolean();
    List<String> wrong = new ArrayList<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread reader =
          new Thread(() -> {
            Entry entry = model.entry("w[0] - b", "w[2] - b");
            while (!done.get()) {
              var results = entry.results(Map.of());
              if (results.get(0).f32() != 0 || results.get(1).f32() != 0) {
                synchronized (wrong) {
                  wrong.add(results.toString());
                }
              }
            }
          });
      readers.add(reader);
      reader.start();
    }
    for (int i = 0; i < 500; i++) both.run(Map.of());
    done.set(true);
    for (Thread reader : readers) reader.join();
    assertEquals(List.of(), wrong);
    assertEquals(500f, model.get("b").f32());
  }

  @Test
  void fromAFile() {
    Model model = Dlx.load(Path.of("..", "examples", "house.dlx"));
    assertEquals(750, model.entry("area").call(Map.of()).number());
    assertEquals(37.5, model.entry("grad(area, w)").call(Map.of()).number());
  }
}
