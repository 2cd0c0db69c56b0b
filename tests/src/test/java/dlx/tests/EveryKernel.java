package dlx.tests;

import dlx.graph.Contraction;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Prepared;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Functions of x[b, 48], w[48, 40] and ids[b] that need every kind of kernel, with b rows that are
 * known at the call.
 */
final class EveryKernel {
  static final int WIDTH = 48;
  private static final int COLUMNS = 40;

  /**
   * @param byRow whether row i of the result depends on row i of the arguments alone
   */
  record Kind(String name, boolean byRow, Maker maker) {
    @Override
    public String toString() {
      return name;
    }

    Function function(DType dtype) {
      return maker.of(new EveryKernel(dtype));
    }
  }

  /** Writes a function. */
  interface Maker {
    Function of(EveryKernel on);
  }

  private final Trial trial = new Trial();
  private final DType dtype;
  private final Extent rows = Extent.symbol("b");
  private final Node x;

  private EveryKernel(DType dtype) {
    this.dtype = dtype;
    this.x = trial.input("x", dtype, rows, Extent.of(WIDTH));
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind("elements", true, f -> Trial.function(f.x.exp().times(f.x).plus(1).tanh())),
        new Kind("draws", false, EveryKernel::draws),
        new Kind("rows", true, f -> Trial.function(f.softmax())),
        new Kind("positions", true, EveryKernel::positions),
        new Kind("columns", false, f -> Trial.function(f.x.exp().sum(List.of(0)))),
        new Kind("short rows", true, EveryKernel::shortRows),
        new Kind("rows, then columns", false, EveryKernel::sweep),
        new Kind("columns and rows", false, EveryKernel::centred),
        new Kind("number", false, f -> Trial.function(f.x.times(f.x).sum())),
        new Kind("product", true, f -> Trial.function(f.product())),
        new Kind("product of columns", false, EveryKernel::gram),
        new Kind("products", true, EveryKernel::outer),
        new Kind("copies", true, EveryKernel::copies),
        new Kind("gather", true, EveryKernel::gather),
        new Kind("scatter", false, EveryKernel::scatter),
        new Kind("replace", false, EveryKernel::replace),
        new Kind("sort", true, EveryKernel::sort),
        new Kind("table", true, EveryKernel::table),
        new Kind("recurrence", false, EveryKernel::recurrence),
        new Kind("recurrence of columns", false, EveryKernel::recurrenceOfColumns),
        new Kind("loop", true, EveryKernel::loop),
        new Kind("loop in a loop", false, EveryKernel::loopInLoop),
        new Kind("step", false, EveryKernel::step));
  }

  private Node weights() {
    return trial.input("w", dtype, Extent.of(WIDTH), Extent.of(COLUMNS));
  }

  private Node ids() {
    return trial.input("ids", DType.I32, rows);
  }

  private Node softmax() {
    List<Extent> shape = x.type().shape();
    Node largest = x.reduce(Reduction.Kind.MAX, List.of(1));
    Node e = x.minus(largest.spread(shape, List.of(1))).exp();
    return e.over(e.sum(List.of(1)).spread(shape, List.of(1)));
  }

  private Node product() {
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    return trial.graph.node(matmul, x, weights());
  }

  private Function draws() {
    Node noise = trial.graph.node(new Leaf.Uniform("noise", x.type()));
    return Trial.function(x.plus(noise), noise.less(x.like(0.5)));
  }

  private Function positions() {
    return Trial.function(x.reduce(Reduction.Kind.ARGMAX, List.of(1)), x.sum(List.of(1)));
  }

  private Function centred() {
    Node mean = x.sum(List.of(0)).times(0.01);
    Node centred = x.minus(mean.spread(x.type().shape(), List.of(0)));
    return Trial.function(centred, centred.times(centred).sum(List.of(0)));
  }

  private Function shortRows() {
    Node short6 = x.reshape(List.of(rows, Extent.of(8), Extent.of(6)));
    List<Extent> shape = short6.type().shape();
    List<Integer> last = List.of(2);
    Node e = short6.minus(short6.reduce(Reduction.Kind.MAX, last).spread(shape, last)).exp();
    return Trial.function(e.over(e.sum(last).spread(shape, last)), short6.exp().sum(last));
  }

  private Function sweep() {
    List<Extent> shape = x.type().shape();
    Node error = x.times(x.exp()).sum(List.of(1)).tanh();
    Node sums = x.times(error.spread(shape, List.of(1))).sum(List.of(0));
    return Trial.function(sums, error.times(error).sum(List.of(0)));
  }

  private Function gram() {
    Contraction gram = new Contraction(List.of(List.of(0, 1), List.of(0, 2)), List.of(1, 2));
    return Trial.function(trial.graph.node(gram, x, x.exp()));
  }

  private Function outer() {
    List<Extent> shape = List.of(rows, Extent.of(6), Extent.of(8));
    Node a = x.reshape(shape);
    Contraction batched =
        new Contraction(List.of(List.of(0, 1, 2), List.of(0, 3, 2)), List.of(0, 1, 3));
    return Trial.function(trial.graph.node(batched, a, a));
  }

  private Function copies() {
    Node both = trial.graph.node(new Movement.Concat(1), x, x.negate());
    Node wide =
        trial.graph.node(
            new Movement.Pad(List.of(Extent.ZERO, Extent.ONE), List.of(Extent.ZERO, Extent.of(2))),
            x,
            trial.constant(2, dtype));
    return Trial.function(both, wide, x.slice(1, Extent.of(WIDTH - 1), -1, Extent.of(WIDTH)));
  }

  private Function gather() {
    Node taken = trial.graph.node(new Indexing.Gather(0, true), weights(), ids());
    return Trial.function(taken.sum(List.of(1)), taken);
  }

  private Function scatter() {
    Indexing.ScatterAdd add = new Indexing.ScatterAdd(0, Extent.of(WIDTH), true);
    return Trial.function(trial.graph.node(add, x, ids()));
  }

  private Function replace() {
    Node position =
        trial.graph.node(new Indexing.Gather(0, true), ids(), trial.constant(-1, DType.I32));
    Node row = x.sum(List.of(0));
    Node y = trial.graph.node(new Indexing.Update(true), x, row, trial.constant(0, DType.I32));
    return Trial.function(y, position);
  }

  private Function sort() {
    return Trial.function(trial.graph.node(new Indexing.Argsort(), x));
  }

  private Function table() {
    double[] numbers = new Random(4).doubles(WIDTH).toArray();
    Node table = trial.graph.node(new Leaf.Table(numbers, Type.of(dtype, WIDTH)));
    return Trial.function(x.times(table.spread(x.type().shape(), List.of(0))));
  }

  /** Two numbers that are carried over the rows, one of them to become the other. */
  private Function recurrence() {
    Enclose rows = new Enclose(trial.graph, this.rows, false);
    Node a = rows.carry(trial.constant(1, dtype));
    Node b = rows.carry(trial.constant(2, dtype));
    Node next = a.times(0.5).plus(rows.element(x.sum(List.of(1))).tanh());
    return Trial.function(rows.results(List.of(b, next), List.of(next)).toArray(Node[]::new));
  }

  /** Backwards over the rows, every column by itself. */
  private Function recurrenceOfColumns() {
    Enclose rows = new Enclose(trial.graph, this.rows, true);
    Node h = rows.carry(x.sum(List.of(0)).times(0.01));
    Node next = h.times(0.5).plus(rows.element(x)).tanh();
    return Trial.function(rows.results(List.of(next), List.of(next.plus(h))).toArray(Node[]::new));
  }

  /** A product in every turn, whose result does not fit over what it is made of. */
  private Function loop() {
    List<Extent> shape = List.of(rows, Extent.of(COLUMNS));
    Node parts = x.reshape(List.of(rows, Extent.of(6), Extent.of(8)));
    Node w = weights();
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    Enclose turns = new Enclose(trial.graph, Extent.of(6), false);
    Node h = turns.carry(trial.constant(0.5, dtype).fill(shape));
    Node part = turns.element(parts.transpose(List.of(1, 0, 2)));
    Node row = turns.element(w.slice(0, Extent.ZERO, 1, Extent.of(6)));
    Node turned = h.slice(1, Extent.of(COLUMNS - 1), -1, Extent.of(COLUMNS));
    Node product = trial.graph.node(matmul, part, w.slice(0, Extent.of(8), 1, Extent.of(8)));
    Node next = product.plus(turned).plus(row.spread(shape, List.of(0))).tanh();
    return Trial.function(turns.results(List.of(next), List.of()).getFirst());
  }

  /** The inner loop begins with what the outer one carries, and leaves it something to store. */
  private Function loopInLoop() {
    Node firsts = x.slice(1, Extent.ZERO, 1, Extent.of(5));
    Enclose outer = new Enclose(trial.graph, rows, false);
    Node s = outer.carry(trial.constant(0, dtype).fill(List.of(Extent.of(5))));
    Node row = outer.element(firsts);
    Enclose inner = new Enclose(trial.graph, Extent.of(5), true);
    Node p = inner.carry(s);
    Node sum = p.sum().times(0.1).plus(inner.element(row));
    Node next = p.times(0.5).plus(sum.fill(List.of(Extent.of(5))));
    List<Node> results = inner.results(List.of(next), List.of(sum));
    return Trial.function(
        outer.results(List.of(results.get(0)), List.of(results.get(1))).toArray(Node[]::new));
  }

  /** A step of a descent with a momentum: some updates in place, some at the end. */
  private Function step() {
    Leaf.Slot w = trial.slot("w", Tensor.zeros(dtype, WIDTH, COLUMNS));
    Leaf.Slot v = trial.slot("v", Tensor.zeros(dtype, WIDTH, COLUMNS));
    Leaf.Slot count = trial.slot("count", Tensor.zeros(dtype));
    Node weight = trial.graph.node(w);
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    Contraction turned = new Contraction(List.of(List.of(0, 1), List.of(0, 2)), List.of(1, 2));
    Node y = trial.graph.node(matmul, x, weight).tanh();
    Node slope = trial.graph.node(turned, x, y.times(y.times(y).negate().plus(1)));
    Node momentum = trial.graph.node(v).times(0.9).plus(slope);
    return Trial.function(
        List.of(y.times(y).sum(), weight.sum(List.of(0))),
        List.of(
            new Function.Update(v, momentum),
            new Function.Update(w, weight.plus(momentum.times(-0.001))),
            new Function.Update(count, trial.graph.node(count).plus(1))));
  }

  // ------------------------------------------------------------------ calls

  /** A compiled function with everything in place for a number of rows. */
  static final class Ready {
    private final Prepared call;
    private final Tensor[] slots;

    Ready(CompiledFunction compiled, int rows, long seed) {
      Tensor[] arguments =
          compiled.program().arguments().stream()
              .map(v -> argument(v.name(), v.dtype(), rows, seed))
              .toArray(Tensor[]::new);
      this.slots =
          compiled.program().slots().stream()
              .map(s ->
                  s.path().equals("count")
                      ? Tensor.zeros(s.dtype())
                      : filled(Tensor.zeros(s.dtype(), WIDTH, COLUMNS), seed))
              .toArray(Tensor[]::new);
      this.call = compiled.prepare(arguments, slots, compiled.symbols(Map.of("b", rows)));
    }

    void run() {
      call.run(Trial.SEED, Trial.STEP);
    }

    /** Results, then slots, as they are now. */
    Map<String, Tensor> values() {
      Map<String, Tensor> values = new LinkedHashMap<>();
      List<Tensor> results = call.results();
      for (int i = 0; i < results.size(); i++) {
        values.put("result " + i, results.get(i).copy());
      }
      for (int i = 0; i < slots.length; i++) {
        values.put("slot " + i, slots[i].copy());
      }
      return values;
    }
  }

  static CompiledFunction compile(Kind kind, DType dtype) {
    return Trial.compile(kind.function(dtype), Simd.bits());
  }

  /** Row i is the same for any number of rows. */
  private static Tensor argument(String name, DType dtype, int rows, long seed) {
    if (name.equals("w")) {
      return filled(Tensor.zeros(dtype, WIDTH, COLUMNS), seed);
    }
    if (name.equals("ids")) {
      Tensor ids = Tensor.zeros(DType.I32, rows);
      Random random = new Random(seed);
      for (int i = 0; i < rows; i++) {
        ids.set(i, random.nextInt(2 * WIDTH) - WIDTH);
      }
      return ids;
    }
    return filled(Tensor.zeros(dtype, rows, WIDTH), seed);
  }

  private static Tensor filled(Tensor tensor, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, 2 * random.nextDouble() - 1);
    }
    return tensor;
  }

  static void same(String what, Map<String, Tensor> expected, Map<String, Tensor> actual) {
    List<String> names = new ArrayList<>(expected.keySet());
    names.forEach(n -> Trial.agree(what + ": " + n, expected.get(n), actual.get(n)));
  }
}
