package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.emit.ClassEmitter;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Program;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels that differ in buffers, sizes and constants share a generated method, and give the bits
 * that each gives alone.
 */
class FormTest {
  private static final int MEMBERS = 15;

  private static long methods(Program program) {
    return program.kernels().stream().map(Program.Kernel::method).distinct().count();
  }

  // ------------------------------------------------------------------ many of one form

  /** Values that differ in sizes and constants only. */
  record Family(String name, int methods, Member member) {
    interface Member {
      Node of(Trial trial, int i);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Node vector(Trial trial, String name, int... shape) {
    Tensor value = Tensor.zeros(DType.F32, shape);
    Random random = new Random(name.hashCode());
    for (int i = 0; i < value.size(); i++) {
      value.set(i, random.nextInt(17) / 4.0 - 2);
    }
    return trial.input(name, value);
  }

  private static int size(int i) {
    return 40 + 53 * i;
  }

  static Stream<Family> families() {
    return Stream.of(
        new Family(
            "constants",
            1,
            (t, i) -> vector(t, "x" + i, size(i)).times(1.5 + i).plus(0.25 * i + 0.125).tanh()),
        new Family(
            "numbers", 1, (t, i) -> vector(t, "x" + i).times(1.5 + i).plus(0.25 * i + 0.125)),
        new Family(
            "exponents",
            3,
            (t, i) -> {
              Node x = vector(t, "x" + i, size(i));
              return x.power(x.like(2 + i % 3)).plus(0.5 + i);
            }),
        new Family(
            // the two short ones are summed in another order, and too few to share a method
            "rows", 3, (t, i) -> vector(t, "x" + i, 3, size(i)).sum(List.of(1))),
        new Family(
            "columns",
            1,
            (t, i) -> vector(t, "x" + i, size(i), 36).reduce(Reduction.Kind.MAX, List.of(0))),
        new Family(
            "positions",
            1,
            (t, i) -> t.graph.node(new Leaf.Iota(Extent.of(size(i)))).convert(DType.F32)),
        new Family(
            "draws",
            1,
            (t, i) ->
                t.graph
                    .node(new Leaf.Uniform("u" + i, Type.of(DType.F32, size(i))))
                    .times(1.5 + i)),
        new Family(
            "slices",
            1,
            (t, i) ->
                vector(t, "x" + i, 3 * size(i))
                    .slice(0, Extent.of(34 + i), 2, Extent.of(size(i)))
                    .exp()),
        new Family(
            "broadcasts",
            1,
            (t, i) -> {
              Node row = vector(t, "r" + i, size(i));
              Node x = vector(t, "x" + i, 5, size(i));
              return x.plus(row.spread(x.type().shape(), List.of(0)));
            }),
        new Family(
            "gathers",
            1,
            (t, i) -> {
              Node x = vector(t, "x" + i, size(i));
              Node ids = t.graph.node(new Leaf.Iota(Extent.of(34))).plus(2 + i % 3).times(-1);
              return t.graph.node(new Indexing.Gather(0, true), x, ids).exp();
            }));
  }

  @ParameterizedTest
  @MethodSource("families")
  void oneMethodAndTheBitsOfEachAlone(Family family) {
    for (int bits : Trial.widths()) {
      Trial trial = new Trial();
      List<Node> members = new ArrayList<>();
      for (int i = 0; i < MEMBERS; i++) {
        members.add(family.member().of(trial, i));
      }
      CompiledFunction all = Trial.compile(Trial.function(members.toArray(Node[]::new)), bits);
      assertEquals(family.methods(), methods(all.program()), family + " with " + bits + " bits");
      List<Tensor> together = trial.call(all);
      Evaluate judge = trial.judge();
      for (int i = 0; i < MEMBERS; i++) {
        Node member = members.get(i);
        String what = family + " " + i + " with " + bits + " bits";
        // sums of some hundred numbers below 4; exp and tanh are within a few roundings
        Trial.Tolerance tolerance = Trial.Tolerance.near(64, 4);
        Trial.agree(what, judge.values(member), together.get(i), tolerance);
        Tensor alone = trial.call(Trial.compile(Trial.function(member), bits)).getFirst();
        Trial.agree(what, alone, together.get(i));
      }
    }
  }

  @Test
  void fewSizesStayInTheCode() {
    Trial trial = new Trial();
    Node[] members = new Node[8];
    for (int i = 0; i < members.length; i++) {
      members[i] = vector(trial, "x" + i, size(i % 4)).exp();
    }
    assertEquals(4, methods(Trial.compile(Trial.function(members), Simd.bits()).program()));
  }

  // ------------------------------------------------------------------ an optimizer

  private static String program(int parameters) {
    StringBuilder text = new StringBuilder("input x: f32\n");
    for (int i = 0; i < parameters; i++) {
      String shape = i % 2 == 0 ? "" + (35 + 3 * i) : (3 + i % 5) + ", " + (40 + i);
      text.append("param w" + i + ": f32[" + shape + "] = 0.5\n");
    }
    text.append("loss = x");
    for (int i = 0; i < parameters; i++) {
      text.append(" + sum(tanh(w" + i + " * x))");
    }
    return text.append("\nstep train(rate: f32 = 0.1) {\n")
        .append("  for p in params { p <- adam(rate)(p, grad(loss, p)) }\n")
        .append("  loss\n}\n")
        .toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 60})
  void parametersOfOneFormShareTheirMethods(int parameters) {
    Model model = Dlx.parse("adam.dlx", program(parameters));
    Function step = model.stage("simplify", () -> model.program().step("train", List.of()));
    ClassEmitter.Emitted emitted = ClassEmitter.emit(step, "adam.dlx", Simd.bits());
    assertTrue(emitted.program().kernels().size() >= 3 * parameters / 2);
    // parts of the loss and updates, of short and of long ones, and sums of many numbers
    assertTrue(methods(emitted.program()) <= 12, () -> methods(emitted.program()) + " methods");

    Map<String, Tensor> slots = new HashMap<>();
    Random random = new Random(parameters);
    for (Program.Slot slot : emitted.program().slots()) {
      int[] shape =
          slot.shape().stream()
              .mapToInt(e -> Integer.parseInt(emitted.program().extents().get(e)))
              .toArray();
      Tensor value = Tensor.zeros(slot.dtype(), shape);
      for (int i = 0; i < value.size(); i++) {
        value.set(i, slot.dtype() == DType.I32 ? 3 : random.nextDouble());
      }
      slots.put(slot.path(), value);
    }
    Map<String, Tensor> inputs = Map.of("x", Tensor.scalar(0.75f), "rate", Tensor.scalar(0.1f));
    Map<String, Tensor> old = new HashMap<>();
    slots.forEach((path, value) -> old.put(path, value.copy()));
    Evaluate judge = new Evaluate(Map.of(), inputs, old, 0, 0);
    Map<String, Tensor> given = new HashMap<>(inputs);
    given.putAll(slots);
    ClassEmitter.load(emitted).call(given, Map.of(), 0, 0);
    for (Function.Update update : step.updates()) {
      String path = update.slot().path();
      // differences of powers of numbers near 1, then a quotient
      Trial.Tolerance tolerance = Trial.Tolerance.near(64, 1);
      Trial.agree(path, judge.values(update.value()), slots.get(path), tolerance);
    }
  }
}
