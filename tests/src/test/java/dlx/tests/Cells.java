package dlx.tests;

import dlx.graph.Contraction;
import dlx.graph.Enclose;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Recurrent networks as loops of the graph, and inputs for them. */
final class Cells {
  static final int BATCH = 2;
  static final int IN = 3;
  static final int HIDDEN = 4;

  final Graph graph = new Graph();
  final Extent time;
  final Map<String, Tensor> inputs = new HashMap<>();
  final List<Node> leaves = new ArrayList<>();
  private final Map<String, Long> sizes;
  private final Random random = new Random(5);

  /** Sequences of this length, known when the graph is built or only later. */
  Cells(int turns, boolean symbolic) {
    time = symbolic ? Extent.symbol("time") : Extent.of(turns);
    sizes = Map.of("time", (long) turns);
  }

  Node input(String name, Extent... shape) {
    int[] numbers = new int[shape.length];
    for (int i = 0; i < shape.length; i++) {
      numbers[i] = (int) shape[i].value(sizes::get);
    }
    Tensor tensor = Tensor.zeros(DType.F64, numbers);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, random.nextGaussian() * 0.5);
    }
    inputs.put(name, tensor);
    Node leaf = graph.node(new Leaf.Input(name, new Type(DType.F64, List.of(shape))));
    leaves.add(leaf);
    return leaf;
  }

  Node matrix(String name, long... shape) {
    Extent[] extents = new Extent[shape.length];
    for (int i = 0; i < shape.length; i++) {
      extents[i] = Extent.of(shape[i]);
    }
    return input(name, extents);
  }

  Node sequence() {
    return input("x", time, Extent.of(BATCH), Extent.of(IN));
  }

  Evaluate evaluate() {
    return new Evaluate(sizes, inputs, Map.of(), 0, 0);
  }

  /** a @ b of matrices. */
  static Node product(Node a, Node b) {
    return a.graph()
        .node(new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2)), a, b);
  }

  private Node gate(Node x, Node h, String name) {
    Node wx = matrix("wx" + name, IN, HIDDEN);
    Node wh = matrix("wh" + name, HIDDEN, HIDDEN);
    Node b = matrix("b" + name, HIDDEN);
    Node sum = product(x, wx).plus(product(h, wh));
    return sum.plus(b.fill(sum.type().shape()));
  }

  /** Every h and the last c of an LSTM whose gates have matrices of their own. */
  List<Node> lstm() {
    Node x = sequence();
    Enclose loop = new Enclose(graph, time, false);
    Node h = loop.carry(matrix("h0", BATCH, HIDDEN));
    Node c = loop.carry(matrix("c0", BATCH, HIDDEN));
    Node now = loop.element(x);
    Node i = gate(now, h, "i").sigmoid();
    Node f = gate(now, h, "f").sigmoid();
    Node o = gate(now, h, "o").sigmoid();
    Node g = gate(now, h, "g").tanh();
    Node cell = f.times(c).plus(i.times(g));
    Node out = o.times(cell.tanh());
    List<Node> results = loop.results(List.of(out, cell), List.of(out));
    return List.of(results.get(2), results.get(1));
  }

  /** Every h of a GRU, and the last one. */
  List<Node> gru() {
    Node x = sequence();
    Enclose loop = new Enclose(graph, time, false);
    Node h = loop.carry(matrix("h0", BATCH, HIDDEN));
    Node now = loop.element(x);
    Node z = gate(now, h, "z").sigmoid();
    Node r = gate(now, h, "r").sigmoid();
    Node n = gate(now, r.times(h), "n").tanh();
    Node next = z.times(h).plus(z.negate().plus(1).times(n));
    List<Node> results = loop.results(List.of(next), List.of(next));
    return List.of(results.get(1), results.get(0));
  }

  /** A number that depends on every element of some results, differently. */
  Node loss(List<Node> results) {
    Node loss = graph.node(new Leaf.Constant(0, DType.F64));
    for (Node result : results) {
      Node weights = input("weights" + inputs.size(), result.type().shape().toArray(Extent[]::new));
      leaves.removeLast();
      loss = loss.plus(result.times(weights).plus(result.times(result).times(0.5)).sum());
    }
    return loss;
  }
}
