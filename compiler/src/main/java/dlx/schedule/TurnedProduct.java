package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Movement;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The overlap-add of a product as a product: with z[i, j] = sum over o of a[i, o] b[j, o],
 *
 * <pre>
 * x[q, r] = sum over t and o of a[q - d t, o] b[s t + r, o]
 * </pre>
 *
 * where a is 0 outside: windows of the padded a against the reversed b.
 */
record TurnedProduct(List<Overlaps.Phases> phases) {

  /** Null if an operand has both axes of an overlap, or an axis of one more than once. */
  @Nullable Node of(Contraction op, Node z) {
    List<Node> operands = new ArrayList<>(z.inputs());
    List<List<Integer>> labels = new ArrayList<>();
    op.operands().forEach(own -> labels.add(new ArrayList<>(own)));
    List<Integer> output = new ArrayList<>(op.output());
    int next = 1 + labels.stream().flatMap(List::stream).mapToInt(l -> l).max().orElse(0);
    for (Overlaps.Phases p : phases) {
      int i = op.output().get(p.axis());
      int j = op.output().get(p.axis() + 1);
      int t = next++;
      for (int k = 0; k < operands.size(); k++) {
        List<Integer> own = labels.get(k);
        boolean repeats = new HashSet<>(own).size() < own.size();
        boolean reads = own.contains(i);
        boolean weighs = own.contains(j);
        if (reads && weighs || repeats && (reads || weighs)) {
          return null;
        }
        if (reads) {
          if (own.equals(op.operands().get(k))) {
            operands.set(k, padded(operands.get(k), own, op.output()));
          }
          int axis = own.indexOf(i);
          Movement.Windows windows = new Movement.Windows(axis, p.turns(), 1, p.dilation());
          operands.set(k, z.graph().node(windows, operands.get(k)));
          own.add(axis + 1, t);
        } else if (weighs) {
          int axis = own.indexOf(j);
          operands.set(k, reversed(operands.get(k), axis, p));
          own.set(axis, t);
          if (p.hasPhases()) {
            own.add(axis + 1, j);
          }
        }
      }
      if (!p.hasPhases()) {
        output.remove((Integer) j);
      }
    }
    return z.graph().node(new Contraction(labels, output), operands);
  }

  /** Zeros around all that slides, so that window (q, t) is a[q - d (turns - 1 - t)]. */
  private Node padded(Node a, List<Integer> labels, List<Integer> output) {
    Node result = a;
    List<Extent> low = new ArrayList<>(Collections.nCopies(labels.size(), Extent.ZERO));
    List<Extent> high = new ArrayList<>(low);
    for (Overlaps.Phases p : phases) {
      int axis = labels.indexOf(output.get(p.axis()));
      if (axis >= 0) {
        result = spread(result, axis, p);
        low.set(axis, p.before());
        high.set(axis, p.behind());
      }
    }
    return Overlaps.padded(result, low, high);
  }

  /** Zeros behind every element of an axis. */
  private static Node spread(Node a, int axis, Overlaps.Phases p) {
    if (p.spread() == 1) {
      return a;
    }
    List<Extent> pairs = new ArrayList<>(a.type().shape());
    pairs.add(axis + 1, Extent.ONE);
    List<Extent> flat = new ArrayList<>(a.type().shape());
    flat.set(axis, p.count());
    return Overlaps.padded(a.reshape(pairs), axis + 1, Extent.ZERO, Extent.of(p.spread() - 1))
        .reshape(flat);
  }

  /** Position (t, r) is b[s (turns - 1 - t) + r], 0 behind the end. */
  private static Node reversed(Node b, int axis, Overlaps.Phases p) {
    Node weights = b;
    if (p.hasPhases()) {
      Extent phases = Extent.of(p.phases());
      Extent missing = p.turns().times(phases).minus(p.size());
      List<Extent> shape = new ArrayList<>(b.type().shape());
      shape.set(axis, p.turns());
      shape.add(axis + 1, phases);
      weights = Overlaps.padded(b, axis, Extent.ZERO, missing).reshape(shape);
    }
    return p.turns().isOne() ? weights : weights.slice(axis, p.turns().plus(-1), -1, p.turns());
  }
}
