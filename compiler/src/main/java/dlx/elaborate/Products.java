package dlx.elaborate;

import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Products that sum over an axis: {@code @} and {@code einsum}; and transposition. */
final class Products {
  private final Elaboration elaboration;

  Products(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** One axis of one operand of a contraction: its label. */
  private record Labelled(Tensor tensor, List<Integer> labels, Span span) {}

  // ------------------------------------------------------------------ @

  /**
   * Contracts the last axis of {@code a} with the first of a vector or matrix {@code b}, with the
   * last but one of a {@code b} of higher rank; the leading axes then line up from the right.
   */
  Value product(Operand a, Operand b, Span span, World world) {
    List<Tensor> t = numbers(List.of(a, b), world);
    Tensor left = t.get(0);
    Tensor right = t.get(1);
    for (int i = 0; i < 2; i++) {
      if (t.get(i).rank() == 0) {
        Operand number = i == 0 ? a : b;
        throw new Failure(
            Diagnostic.error("E0302", "`@` multiplies vectors and matrices, and this is a number")
                .at(number.span(), elaboration.tensors.describe(number.value()))
                .help("to multiply by a number, write `*`"));
      }
    }
    int inner = right.rank() > 2 ? right.rank() - 2 : 0;
    Axis last = left.axes().getLast();
    Axis first = right.axes().get(inner);
    if (last.stretch() || first.stretch() || !meet(last, first, span, world)) {
      throw new Failure(cannot(a, b, left, right, last, first, world));
    }
    int sum = 0;
    int next = 1;
    List<Integer> leftLabels = new ArrayList<>();
    List<Integer> rightLabels = new ArrayList<>();
    List<Integer> output = new ArrayList<>();
    if (right.rank() <= 2) {
      for (int i = 0; i < left.rank() - 1; i++) {
        leftLabels.add(next);
        output.add(next++);
      }
      leftLabels.add(sum);
      rightLabels.add(sum);
      if (right.rank() == 2) {
        rightLabels.add(next);
        output.add(next);
      }
      return contract(
          List.of(
              new Labelled(left, leftLabels, a.span()), new Labelled(right, rightLabels, b.span())),
          output,
          world);
    }
    int rows = left.rank() > 1 ? 1 : 0;
    int leftBatch = left.rank() - 1 - rows;
    int rightBatch = right.rank() - 2;
    int batch = Math.max(leftBatch, rightBatch);
    for (int i = 0; i < batch; i++) {
      output.add(next);
      if (i >= batch - leftBatch) {
        leftLabels.add(next);
      }
      if (i >= batch - rightBatch) {
        rightLabels.add(next);
      }
      next++;
    }
    if (rows == 1) {
      leftLabels.add(next);
      output.add(next++);
    }
    leftLabels.add(sum);
    rightLabels.add(sum);
    rightLabels.add(next);
    output.add(next);
    return contract(
        List.of(
            new Labelled(left, leftLabels, a.span()), new Labelled(right, rightLabels, b.span())),
        output,
        world);
  }

  private boolean meet(Axis a, Axis b, Span span, World world) {
    return elaboration.shapes.merge(a, b, span, world) != null;
  }

  private Diagnostic cannot(
      Operand a, Operand b, Tensor left, Tensor right, Axis last, Axis first, World world) {
    boolean clash =
        elaboration.sizes.compare(last.extent(), first.extent(), world) == Sizes.Comparison.CLASH;
    if (clash && world.lower(last.extent()).equals(world.lower(first.extent()))) {
      return Clash.of(elaboration, last.extent(), first.extent(), world)
          .at(b.span(), elaboration.tensors.describe(right))
          .and(a.span(), elaboration.tensors.describe(left))
          .finish(right);
    }
    Diagnostic error =
        Diagnostic.error("E0302", "these shapes cannot be multiplied")
            .at(b.span(), elaboration.tensors.describe(right))
            .and(a.span(), elaboration.tensors.describe(left));
    error = Shapes.origin(Shapes.origin(error, first), last);
    error =
        error.note(
            "`a @ b` sums over the last axis of `a` and the "
                + (right.rank() > 2 ? "last but one" : "first")
                + " of `b`: "
                + Shapes.quoted(last)
                + " against "
                + Shapes.quoted(first));
    boolean transposed =
        right.rank() == 2
            && elaboration.sizes.compare(last.extent(), right.axes().get(1).extent(), world)
                == Sizes.Comparison.SAME;
    if (!transposed) {
      return error;
    }
    Span end = new Span(b.span().source(), b.span().end(), b.span().end());
    if (b.span().text().endsWith("'")) {
      Span quote = new Span(end.source(), end.end() - 1, end.end());
      return error.help("leave out the `'`", new Diagnostic.Edit(quote, ""));
    }
    boolean simple =
        b.span().text().chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '.');
    List<Diagnostic.Edit> edits =
        simple
            ? List.of(new Diagnostic.Edit(end, "'"))
            : List.of(
                new Diagnostic.Edit(
                    new Span(b.span().source(), b.span().start(), b.span().start()), "("),
                new Diagnostic.Edit(end, ")'"));
    List<Diagnostic.Edit> declared = exchanged(right.axes());
    return error.help(
        new Diagnostic.Help(
            declared.isEmpty() ? "transpose it" : "transpose it, or declare it the other way round",
            edits,
            declared));
  }

  /** Exchanges two extents where they were written side by side, if they were. */
  private static List<Diagnostic.Edit> exchanged(List<Axis> axes) {
    Span first = axes.get(0).origin();
    Span second = axes.get(1).origin();
    if (first == Span.NONE || first.source() != second.source() || first.end() > second.start()) {
      return List.of();
    }
    String between = first.source().text().substring(first.end(), second.start());
    return between.isBlank() || !between.strip().equals(",")
        ? List.of()
        : List.of(new Diagnostic.Edit(first.to(second), second.text() + between + first.text()));
  }

  // ------------------------------------------------------------------ einsum

  /** {@code einsum("...m,mn->...n", x, w)}. */
  Value einsum(Operand pattern, List<Operand> operands, Span span, World world) {
    if (!(pattern.value() instanceof Value.Text text)) {
      throw new Failure(
          Diagnostic.error("E0307", "the first argument of `einsum` is a pattern in quotes")
              .at(pattern.span(), elaboration.tensors.describe(pattern.value()))
              .help("such as `einsum(\"ij,jk->ik\", a, b)`"));
    }
    EinsumPattern parsed = EinsumPattern.parse(text.text(), pattern.span());
    if (parsed.operands().size() != operands.size()) {
      throw new Failure(
          Diagnostic.error(
                  "E0307",
                  "the pattern is for "
                      + parsed.operands().size()
                      + " tensors, and here are "
                      + operands.size())
              .at(pattern.span())
              .at(span, ""));
    }
    List<Tensor> tensors = numbers(operands, world);
    int dots = 0;
    for (int i = 0; i < tensors.size(); i++) {
      dots = Math.max(dots, parsed.rest(i, tensors.get(i), operands.get(i).span(), elaboration));
    }
    List<Labelled> labelled = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      labelled.add(
          new Labelled(
              tensors.get(i),
              parsed.labels(parsed.operands().get(i), tensors.get(i).rank(), dots),
              operands.get(i).span()));
    }
    return contract(labelled, parsed.labels(parsed.output(), -1, dots), world);
  }

  // ------------------------------------------------------------------ the contraction

  /** The tensors in the kind in which they meet. */
  private List<Tensor> numbers(List<Operand> operands, World world) {
    Kind kind = Kind.WHOLE;
    Operand from = operands.getFirst();
    for (Operand operand : operands) {
      Kind own = elaboration.tensors.kind(operand.value(), operand.span());
      if (own == Kind.BOOL) {
        throw new Failure(
            Diagnostic.error("E0401", "products are made of numbers, and these are truth values")
                .at(operand.span(), elaboration.tensors.describe(operand.value()))
                .help("make them 0 and 1: `f32(" + operand.span().text() + ")`"));
      }
      if (own == Kind.F64 && kind == Kind.F32 || own == Kind.F32 && kind == Kind.F64) {
        throw new Failure(
            Diagnostic.error("E0402", "f32 and f64 do not mix")
                .at(operand.span(), elaboration.tensors.describe(operand.value()))
                .at(from.span(), elaboration.tensors.describe(from.value()))
                .help("convert one of them: `f64(…)`"));
      }
      if (own.compareTo(kind) > 0) {
        kind = own;
        from = operand;
      }
    }
    List<Tensor> tensors = new ArrayList<>();
    for (Operand operand : operands) {
      tensors.add(elaboration.tensors.tensor(operand.value(), kind, operand.span(), world));
    }
    return tensors;
  }

  private Tensor contract(List<Labelled> operands, List<Integer> output, World world) {
    Map<Integer, Axis> axes = new LinkedHashMap<>();
    Map<Integer, Labelled> from = new LinkedHashMap<>();
    for (Labelled operand : operands) {
      for (int i = 0; i < operand.labels().size(); i++) {
        int label = operand.labels().get(i);
        Axis own = operand.tensor().axes().get(i);
        Axis before = axes.get(label);
        Axis merged =
            before == null ? own : elaboration.shapes.merge(before, own, operand.span(), world);
        if (merged == null) {
          throw new Failure(disagree(from.get(label), operand, before, own));
        }
        axes.put(label, merged);
        from.putIfAbsent(label, operand);
      }
    }
    List<Node> nodes = new ArrayList<>();
    List<List<Integer>> labels = new ArrayList<>();
    for (Labelled operand : operands) {
      List<Extent> shape = new ArrayList<>();
      List<Integer> kept = new ArrayList<>();
      for (int i = 0; i < operand.labels().size(); i++) {
        Axis wanted = axes.get(operand.labels().get(i));
        if (!operand.tensor().axes().get(i).stretch() || wanted.stretch()) {
          kept.add(operand.labels().get(i));
          shape.add(world.lower(wanted.extent()));
        }
      }
      nodes.add(operand.tensor().node().reshape(shape));
      labels.add(kept);
    }
    Node node = elaboration.graph.node(new Contraction(labels, output), nodes);
    boolean weak = operands.getFirst().tensor().weak();
    return new Tensor(node, output.stream().map(axes::get).toList(), weak);
  }

  private Diagnostic disagree(@Nullable Labelled first, Labelled second, Axis a, Axis b) {
    Diagnostic error =
        Diagnostic.error(
                "E0302",
                "these shapes cannot be multiplied: "
                    + Shapes.quoted(a)
                    + " meets "
                    + Shapes.quoted(b))
            .at(second.span(), elaboration.tensors.describe(second.tensor()));
    error =
        first == null
            ? error
            : error.and(first.span(), elaboration.tensors.describe(first.tensor()));
    return Shapes.origin(Shapes.origin(error, b), a);
  }

  // ------------------------------------------------------------------ transposition

  /** {@code x'}: the last two axes exchanged. */
  Value transpose(Operand a, Span span, World world) {
    Tensor t = elaboration.tensors.tensor(a.value(), a.span(), world);
    if (t.rank() < 2) {
      throw new Failure(
          Diagnostic.error("E0306", "`'` exchanges the last two axes, and this has fewer")
              .at(a.span(), elaboration.tensors.describe(t))
              .help(
                  t.rank() == 1 ? "for a column, write `[:, *]`" : "a number needs no transpose"));
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < t.rank() - 2; i++) {
      order.add(i);
    }
    order.add(t.rank() - 1);
    order.add(t.rank() - 2);
    List<Axis> axes = order.stream().map(t.axes()::get).toList();
    return new Tensor(t.node().transpose(order), axes, t.weak());
  }
}
