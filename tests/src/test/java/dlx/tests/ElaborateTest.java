package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.ast.Parse;
import dlx.differentiate.Differentiate;
import dlx.elaborate.Elaborate;
import dlx.elaborate.ImportResolver;
import dlx.elaborate.Program;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.ProgramException;
import dlx.source.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a program describes, and the functions that it makes on demand. */
class ElaborateTest {
  private static final String NET =
      """
      ## A net.
      dim batch
      dim hidden = 4
      const depth = 2
      input x: f32[batch, 3]
      input y: f32[batch] = 0
      param scale: f32 = 2
      ## What it says.
      out = x |> dense(hidden) |> dropout(0.5) |> dense(1)
      loss = mean((scale * out[:, 0] - y)^2)
      noise: f32[3] ~ normal()
      both = (loss, noise)
      fc = dense(depth)
      twin = fc(x) + fc(2 * x)
      deep = unroll for i in 0..depth with h = twin { h <- h |> dense(depth) }
      fn sum_of(n: i32, k: dim) = n + sum(iota(k))
      step train(rate: f32 = 0.1) {
        for p in params { p <- momentum(rate)(p, grad(loss + mean(deep), p)) }
        loss
      }
      recipe train { data = "x.npz"; epochs = 2 * depth; monitor = loss; steps = [train] }
      """;

  private static Program program(String text, Map<String, ?> defines) {
    return program(text, defines, ImportResolver.NONE);
  }

  private static Program program(String text, Map<String, ?> defines, ImportResolver imports) {
    Diagnostics diagnostics = new Diagnostics();
    var file = Parse.file(new Source("net.dlx", text), diagnostics);
    Program program = Elaborate.program(file, defines, imports, diagnostics);
    diagnostics.throwIfErrors();
    return program;
  }

  private static List<String> slots(Program program) {
    return program.slots().stream().map(s -> s.path() + " " + s.type()).toList();
  }

  @Test
  void parametersAreCalledByTheirPaths() {
    List<String> slots = slots(program(NET, Map.of()));
    assertEquals(
        List.of(
            "scale f32",
            "out.dense1.w f32[3, hidden]",
            "out.dense1.b f32[hidden]",
            "out.dense2.w f32[hidden, 1]",
            "out.dense2.b f32[1]",
            "fc.w f32[3, 2]",
            "fc.b f32[2]",
            "deep[0].dense1.w f32[2, 2]",
            "deep[0].dense1.b f32[2]",
            "deep[1].dense1.w f32[2, 2]",
            "deep[1].dense1.b f32[2]",
            "train[scale].momentum1.v f32"),
        slots.subList(0, 12));
    assertEquals(22, slots.size());
  }

  @Test
  void definesChangeSizesAndConstants() {
    Program program = program(NET, Map.of("hidden", 7, "depth", "1 + 2"));
    assertTrue(slots(program).contains("deep[2].dense1.w f32[3, 3]"));
    assertEquals(7L, program.sizes().get(1).value());
    assertEquals("3", program.constants().getFirst().value());
    ProgramException wrong =
        assertThrows(ProgramException.class, () -> program(NET, Map.of("hiden", 7)));
    assertEquals("E0906", wrong.code());
  }

  @Test
  void aProgramDescribesItself() {
    Program program = program(NET, Map.of());
    assertEquals("A net.", program.doc());
    Program.Entry out = program.entries().getFirst();
    assertEquals(
        "out(x)", out.name() + out.inputs().toString().replace('[', '(').replace(']', ')'));
    assertEquals("What it says.", out.doc());
    assertEquals("f32[batch, 1]", out.results().getFirst().text());
    Program.Step step = program.steps().getFirst();
    assertEquals(List.of("x", "y"), step.inputs());
    assertEquals(0.1, step.arguments().getFirst().value().number(), 1e-12);
    assertEquals(22, step.updates().size());
    assertEquals(
        "{data=x.npz, epochs=4.0, monitor=loss, steps=[train]}",
        program.recipes().getFirst().values().toString());
    assertTrue(
        program.shown().stream()
            .anyMatch(s -> s.name().equals("both") && s.type().equals("(f32, f32[3])")));
    assertEquals(null, program.sizes().getFirst().value());
  }

  @Test
  void anyExpressionCanBeAskedFor() {
    Program program = program(NET, Map.of());
    Map<String, Tensor> slots = Map.of("scale", Tensor.scalar(3f));
    assertEquals(9 + 10, number(program.entry("scale * scale + sum_of(0, 5)"), slots));
    assertEquals(6, number(program.entry("grad(scale^2, scale)"), slots));
    assertEquals(2, program.entry("both").outputs().size());
    assertEquals(
        List.of("loss", "out.dense1.w'"),
        program.functions().entry(List.of("loss", "out.dense1.w'"), false).outputs().stream()
            .map(Function.Output::name)
            .toList());
    assertEquals("E0201", error(() -> program.entry("los")));
    assertEquals("E0230", error(() -> program.entry("x |> dense(3)")));
    assertEquals("E0229", error(() -> program.entry("fc")));
    assertEquals("E0201", error(() -> program.step("trian")));
  }

  private static String error(org.junit.jupiter.api.function.Executable asked) {
    return assertThrows(ProgramException.class, asked).code();
  }

  private static double number(Function function, Map<String, Tensor> slots) {
    Function plain = Differentiate.function(function);
    return new Evaluate(Map.of(), Map.of(), slots, 0, 0)
        .values(plain.outputs().getFirst().value())[0];
  }

  @Test
  void trainingIsAModeOfTheWholeEntry() {
    Program program = program(NET, Map.of());
    assertEquals(Set.of(), draws(program.entry("loss")));
    assertFalse(draws(program.functions().entry(List.of("loss"), true)).isEmpty());
    assertFalse(draws(program.entry("in_training(loss)")).isEmpty());
    assertEquals(draws(program.step("train")), draws(program.entry("in_training(loss)")));
  }

  /** The addresses of the draws of a function. */
  private static Set<String> draws(Function function) {
    Set<String> found = new TreeSet<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Leaf.Uniform u) {
        found.add(u.address());
      }
    }
    return found;
  }

  @Test
  void drawsDoNotDependOnWhatElseIsAskedFor() {
    Program program = program(NET, Map.of());
    Set<String> alone = draws(program.entry("noise"));
    assertEquals(Set.of("noise.u", "noise.v"), alone);
    assertTrue(draws(program.entry("both")).containsAll(alone));
    assertEquals(alone, draws(program.entry("(noise, noise + 1, noise)")));
  }

  @Test
  void aFileIsImportedWithOrWithoutAName() {
    Map<String, String> files = new HashMap<>();
    files.put(
        "blocks.dlx",
        "const two = 2\nlayer wide(n: dim)(x: float[..s, m]) { x |> dense(n * two) }\n");
    ImportResolver imports =
        (importer, path) -> {
          if (!files.containsKey(path)) {
            throw new DlxException("E0901", "there is no such file", path, "");
          }
          return new Source(path, files.get(path));
        };
    String open = "import \"blocks.dlx\"\ninput x: f32[5, 3]\ny = x |> wide(2)\n";
    String named = "import \"blocks.dlx\" as b\ninput x: f32[5, 3]\ny = x |> b.wide(b.two)\n";
    assertEquals("y.wide1.dense1.w f32[3, 4]", slots(program(open, Map.of(), imports)).getFirst());
    assertEquals("y.wide1.dense1.w f32[3, 4]", slots(program(named, Map.of(), imports)).getFirst());
    files.put("model.dlx", "input z: f32\n");
    files.put("circle.dlx", "import \"circle.dlx\"\n");
    for (var wrong :
        Map.of("model.dlx", "E0902", "circle.dlx", "E0903", "none.dlx", "E0901").entrySet()) {
      String text = "import \"" + wrong.getKey() + "\"\n";
      assertEquals(wrong.getValue(), error(() -> program(text, Map.of(), imports)));
    }
  }

  @Test
  void parametersMayBeUsedBeforeTheirLayerIs() {
    String text =
        """
        input x: f32[5, 3]
        penalty = sum(fc.w^2) + l2(params)
        fc = dense(4)
        y = fc(x)
        loss = mean(y) + penalty
        """;
    Program program = program(text, Map.of());
    assertEquals(List.of("fc.w f32[3, 4]", "fc.b f32[4]"), slots(program));
    assertEquals(List.of(), program.entries().getFirst().inputs());
  }

  @Test
  void independentErrorsAreAllReportedOnce() {
    String text =
        """
        input x: f32[5, 3]
        a = x @ x
        b = a + 1
        c = undefined_name
        d = b + c
        e = x + [1.0, 2.0]
        """;
    Diagnostics diagnostics = new Diagnostics();
    var file = Parse.file(new Source("net.dlx", text), diagnostics);
    Elaborate.program(file, Map.of(), ImportResolver.NONE, diagnostics);
    assertEquals(
        List.of("E0302", "E0201", "E0301"),
        diagnostics.all().stream().map(Diagnostic::code).toList());
  }

  @Test
  void longProgramsWork() {
    int n = 20_000;
    StringBuilder chain = new StringBuilder("input x: f32\nd0 = x\n");
    for (int i = 1; i < n; i++) {
      chain.append("d").append(i).append(" = d").append(i - 1).append(" + 1\n");
    }
    Program program = program(chain.toString(), Map.of());
    assertEquals(n, program.entries().size());
    String sum = "input x: f32\ny = x" + " + x".repeat(n) + "\nz = x" + " |> tanh".repeat(n);
    assertEquals(2, program(sum, Map.of()).entries().size());
  }
}
