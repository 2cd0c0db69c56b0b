package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Every operator of every family has the derivative that differences give, to second order. */
class DerivativeContractTest {
  private static final Map<String, Long> SIZES = Map.of("k", 2L, "m", 3L, "none", 0L);
  private static final List<Extent> EXTENTS =
      List.of(
          Extent.of(0),
          Extent.of(1),
          Extent.of(2),
          Extent.of(3),
          Extent.symbol("k"),
          Extent.symbol("m"));

  private final Graph graph = new Graph();
  private final Map<String, Tensor> inputs = new HashMap<>();
  private final List<Node> reals = new ArrayList<>();

  private Applications applications(Random random, DoubleSupplier numbers) {
    return new Applications(random, SIZES, EXTENTS, type -> input(type, random, numbers));
  }

  private Node input(Type type, Random random, DoubleSupplier numbers) {
    String name = "x" + inputs.size();
    int[] shape = type.shape().stream().mapToInt(e -> (int) e.value(SIZES::get)).toArray();
    Tensor tensor = Tensor.zeros(type.dtype(), shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, type.dtype().isFloat() ? numbers.getAsDouble() : random.nextInt(7) - 3);
    }
    inputs.put(name, tensor);
    Node node = graph.node(new Leaf.Input(name, type));
    if (type.dtype() == DType.F64) {
      reals.add(node);
    }
    return node;
  }

  private void check(Node y, Random random) {
    // the one operator whose derivative is not that of its values
    if (y.type().dtype().isFloat() && y.op() != Elementwise.STOP_GRADIENT) {
      new GradientCheck(SIZES, inputs, random).check(y, reals);
    }
  }

  private static double between(Random random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  @Property(tries = 20)
  void elementwise(@ForAll long seed, @ForAll @IntRange(max = 2) int rank) {
    for (Elementwise op : Elementwise.values()) {
      elementwise(op, seed, rank, new Random(seed));
    }
  }

  private static void elementwise(Elementwise op, long seed, int rank, Random random) {
    for (List<DType> dtypes : Applications.signatures(op)) {
      if (dtypes.contains(DType.F64)) {
        DerivativeContractTest t = new DerivativeContractTest();
        Random shapes = new Random(seed);
        List<Extent> shape = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
          shape.add(EXTENTS.get(shapes.nextInt(EXTENTS.size())));
        }
        DoubleSupplier numbers = () -> between(random, op.domainLow(), op.domainHigh());
        List<Node> arguments =
            dtypes.stream().map(d -> t.input(new Type(d, shape), random, numbers)).toList();
        t.check(t.graph.node(op, arguments), random);
      }
    }
  }

  @Property(tries = 300)
  void families(@ForAll long seed) {
    Random random = new Random(seed);
    for (Class<?> family : Applications.families()) {
      family(family, random, () -> between(random, -2, 2));
    }
  }

  /** Elements that are equal, and elements that are 0. */
  @Property(tries = 100)
  void ties(@ForAll long seed) {
    Random random = new Random(seed);
    for (Class<?> family : Applications.families()) {
      // at most two of a kind side by side: of three, a difference moves one against two
      int[] count = {0};
      family(family, random, () -> count[0]++ / 2 * 0.25);
    }
    for (Elementwise op : Elementwise.values()) {
      for (double value : new double[] {0, 1}) {
        if (value >= op.domainLow()) {
          DerivativeContractTest t = new DerivativeContractTest();
          Node y =
              t.applications(random, () -> value)
                  .elementwise(op, t.input(Type.of(DType.F64, 2), random, () -> value));
          if (y != null) {
            t.check(y, random);
          }
        }
      }
    }
  }

  private static void family(Class<?> family, Random random, DoubleSupplier numbers) {
    DerivativeContractTest t = new DerivativeContractTest();
    Applications applications = t.applications(random, numbers);
    List<Extent> shape = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      shape.add(applications.any(EXTENTS));
    }
    Node x = t.input(new Type(DType.F64, shape), random, numbers);
    Node y = Applications.MAKERS.get(family).of(applications, x);
    if (y != null && applications.value(y.type().size()) < 200) {
      t.check(y, random);
    }
  }

  @Test
  void everyOperatorHasAMaker() {
    assertEquals(new HashSet<>(Applications.families()), Applications.MAKERS.keySet());
    Random random = new Random(1);
    for (Class<?> family : Applications.families()) {
      boolean made = false;
      for (int i = 0; i < 100; i++) {
        Applications applications = applications(random, () -> 1);
        Node x =
            input(new Type(DType.F64, List.of(EXTENTS.get(2), EXTENTS.get(5))), random, () -> 1);
        Node y = Applications.MAKERS.get(family).of(applications, x);
        made |= y != null && family.isInstance(y.op());
      }
      assertTrue(made, family + " is never made");
    }
  }

  @Test
  void typeRulesRefuseWhatDoesNotFit() {
    for (Elementwise op : Elementwise.values()) {
      List<List<DType>> signatures = Applications.signatures(op);
      assertTrue(!signatures.isEmpty(), op + " takes nothing");
      List<Node> good =
          signatures.getFirst().stream()
              .map(d -> input(Type.of(d, 3), new Random(2), () -> 1))
              .toList();
      List<Node> more = new ArrayList<>(good);
      more.add(good.getFirst());
      assertThrows(IllegalArgumentException.class, () -> graph.node(op, more));
      if (op.arity() > 1) {
        List<Node> bent = new ArrayList<>(good);
        bent.set(1, good.get(1).spread(Type.of(DType.F64, 2, 3).shape(), List.of(0)));
        assertThrows(IllegalArgumentException.class, () -> graph.node(op, bent));
      }
    }
    for (Class<?> family : Applications.families()) {
      Applications applications = applications(new Random(3), () -> 1);
      Node x = input(Type.of(DType.F64, 2, 3), new Random(4), () -> 1);
      Node y = null;
      while (y == null || y.op() == x.op() || !family.isInstance(y.op())) {
        y = Applications.MAKERS.get(family).of(applications, x);
      }
      Node node = y;
      List<Node> bent = new ArrayList<>(node.inputs());
      // no operator takes an input of so many axes in place of one with fewer
      bent.set(
          node.inputs().size() - 1,
          input(Type.of(DType.BOOL, 2, 1, 2, 1, 2, 1), new Random(5), () -> 1));
      if (!(node.inputs().size() == 1 && acceptsAnything(node))) {
        assertThrows(
            IllegalArgumentException.class, () -> graph.node(node.op(), bent), node::toString);
      }
    }
  }

  /** Operators of one input that are defined for every rank and every element type. */
  private static boolean acceptsAnything(Node node) {
    return switch (node.op()) {
      case dlx.graph.Movement.Reshape r -> true;
      case dlx.graph.Movement.Windows w -> true;
      case dlx.graph.Movement.Concat c -> true;
      case dlx.graph.Indexing.Argsort a -> true;
      default -> false;
    };
  }
}
