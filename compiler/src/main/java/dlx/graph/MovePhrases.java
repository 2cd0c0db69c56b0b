package dlx.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Movements and contractions as text. */
final class MovePhrases {
  private final Phrases phrases;

  MovePhrases(Phrases phrases) {
    this.phrases = phrases;
  }

  Phrase movement(Movement op, Node node) {
    return switch (op) {
      case Movement.Reshape r -> phrases.call("reshape", node, r.shape().toArray());
      case Movement.Transpose t when t.permutation().equals(List.of(1, 0)) ->
          new Phrase(phrases.in(node, 0, Phrase.ATOM) + "'", Phrase.ATOM);
      case Movement.Transpose t ->
          einsum(node, List.of(identity(t.permutation().size())), t.permutation());
      case Movement.Broadcast b -> broadcast(b, node);
      case Movement.Slice s ->
          new Phrase(phrases.in(node, 0, Phrase.ATOM) + slices(s, node), Phrase.ATOM);
      case Movement.Pad p -> pad(p, node);
      case Movement.Concat c -> phrases.call("concat", node, "axis = " + c.axis());
      case Movement.Windows w ->
          phrases.call("windows", node, w.axis(), w.size(), w.stride(), w.dilation());
      case Movement.Overlap o ->
          phrases.call("overlap", node, o.axis(), o.extent(), o.stride(), o.dilation());
    };
  }

  private static List<Integer> identity(int rank) {
    return IntStream.range(0, rank).boxed().toList();
  }

  private Phrase broadcast(Movement.Broadcast op, Node node) {
    List<Integer> axes = op.axes();
    int first = axes.isEmpty() ? op.shape().size() : axes.getFirst();
    boolean trailing = op.shape().size() - first == axes.size();
    if (trailing) {
      return phrases.text(node.input(0));
    }
    List<String> indices = new ArrayList<>();
    for (int axis = first; axis < op.shape().size(); axis++) {
      indices.add(axes.contains(axis) ? ":" : "*");
    }
    return new Phrase(
        phrases.in(node, 0, Phrase.ATOM) + "[" + String.join(", ", indices) + "]", Phrase.ATOM);
  }

  private static String slices(Movement.Slice op, Node node) {
    List<String> indices = new ArrayList<>();
    for (int axis = 0; axis < op.shape().size(); axis++) {
      Extent start = op.starts().get(axis);
      int step = op.steps().get(axis);
      Extent extent = op.shape().get(axis);
      Extent all = node.input(0).type().extent(axis);
      if (step == 1 && start.isZero() && extent.equals(all)) {
        indices.add(":");
      } else if (step == -1 && start.equals(all.plus(-1)) && extent.equals(all)) {
        indices.add("::-1");
      } else {
        Extent end = start.plus(extent.plus(-1).times(step)).plus(step > 0 ? 1 : -1);
        String until = end.is(-1) ? "" : end.toString();
        indices.add(start + ":" + until + (step == 1 ? "" : ":" + step));
      }
    }
    return indices.stream().collect(Collectors.joining(", ", "[", "]"));
  }

  private Phrase pad(Movement.Pad op, Node node) {
    String text = phrases.whole(node, 0);
    for (int axis = 0; axis < op.low().size(); axis++) {
      Extent low = op.low().get(axis);
      Extent high = op.high().get(axis);
      if (!low.isZero() || !high.isZero()) {
        text =
            "extend("
                + text
                + ", "
                + axis
                + ", "
                + low
                + ", "
                + high
                + ", "
                + phrases.whole(node, 1)
                + ")";
      }
    }
    return new Phrase(text, Phrase.ATOM);
  }

  // ------------------------------------------------------------------ contractions

  Phrase contraction(Contraction op, Node node) {
    if (op.operands().size() == 2) {
      List<Integer> a = op.operands().get(0);
      List<Integer> b = op.operands().get(1);
      for (boolean swap : new boolean[] {false, true}) {
        Phrase product = swap ? product(node, 1, b, 0, a, op) : product(node, 0, a, 1, b, op);
        if (product != null) {
          return product;
        }
      }
    }
    return einsum(node, op.operands(), op.output());
  }

  /** x @ y, with either of them transposed if it is a matrix; null if it is no such product. */
  private Phrase product(
      Node node, int i, List<Integer> a, int k, List<Integer> b, Contraction op) {
    if (a.isEmpty() || b.isEmpty() || a.size() > 2 || b.size() > 2) {
      return null;
    }
    for (int flip = 0; flip < 4; flip++) {
      boolean left = (flip & 1) != 0;
      boolean right = (flip & 2) != 0;
      if (left && a.size() < 2 || right && b.size() < 2) {
        continue;
      }
      List<Integer> x = left ? a.reversed() : a;
      List<Integer> y = right ? b.reversed() : b;
      List<Integer> output = new ArrayList<>(x.subList(0, x.size() - 1));
      output.addAll(y.subList(1, y.size()));
      boolean distinct = new HashSet<>(output).size() == output.size();
      if (x.getLast().equals(y.getFirst())
          && !output.contains(y.getFirst())
          && distinct
          && output.equals(op.output())) {
        String l =
            left ? phrases.in(node, i, Phrase.ATOM) + "'" : phrases.in(node, i, Phrase.PRODUCT);
        String r =
            right
                ? phrases.in(node, k, Phrase.ATOM) + "'"
                : phrases.in(node, k, Phrase.PRODUCT + 1);
        return new Phrase(l + " @ " + r, Phrase.PRODUCT);
      }
    }
    return null;
  }

  private Phrase einsum(Node node, List<List<Integer>> operands, List<Integer> output) {
    Map<Integer, Character> letters = new HashMap<>();
    String pattern =
        operands.stream().map(o -> letters(o, letters)).collect(Collectors.joining(","))
            + "->"
            + letters(output, letters);
    List<String> arguments = new ArrayList<>(List.of("\"" + pattern + "\""));
    node.inputs().forEach(n -> arguments.add(phrases.text(n).text()));
    return new Phrase("einsum(" + String.join(", ", arguments) + ")", Phrase.ATOM);
  }

  private static String letters(List<Integer> labels, Map<Integer, Character> known) {
    StringBuilder text = new StringBuilder();
    for (int label : labels) {
      text.append(known.computeIfAbsent(label, l -> (char) ('a' + known.size() % 26)));
    }
    return text.toString();
  }
}
