package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sentence about two sizes with different names (E0303). */
final class Clash {
  private final Elaboration elaboration;
  private final Extent left;
  private final Extent right;
  private final World world;
  private Diagnostic error;

  private Clash(Elaboration elaboration, Extent left, Extent right, World world) {
    this.elaboration = elaboration;
    this.left = left;
    this.right = right;
    this.world = world;
    this.error =
        Diagnostic.error("E0303", "`" + left + "` and `" + right + "` are different sizes");
  }

  static Clash of(Elaboration elaboration, Extent left, Extent right, World world) {
    return new Clash(elaboration, left, right, world);
  }

  Clash at(Span span, String label) {
    error = error.at(span, label);
    return this;
  }

  Clash and(Span span, String label) {
    error = error.and(span, label);
    return this;
  }

  /**
   * Adds where the names come from and what to do; {@code operand} is what may have been mistaken.
   */
  Diagnostic finish(@Nullable Tensor operand) {
    Declaration a = elaboration.sizeNames.get(left.name());
    Declaration b = elaboration.sizeNames.get(right.name());
    if (a == null || b == null) {
      return error;
    }
    Extent value = world.lower(left);
    boolean equal = value.isConstant() && value.equals(world.lower(right));
    Declaration first = a.span.start() <= b.span.start() ? a : b;
    Declaration second = first == a ? b : a;
    error =
        error
            .at(first.span, "")
            .at(
                second.span,
                equal
                    ? "both are " + value + ", but they are not the same thing"
                    : "these are two sizes, whatever they are when it runs");
    String other = operand == null ? null : alternative(operand);
    if (other != null) {
      error = error.help("did you mean `" + other + "`?");
    }
    return error.remark(
        "if they are meant to be one size, write `dim " + second.name + " = " + first.name + "`");
  }

  /** Something of the file that has the other size and would fit instead. */
  private @Nullable String alternative(Tensor operand) {
    List<String> wanted = new ArrayList<>();
    for (Axis axis : operand.axes()) {
      wanted.add(axis.extent().equals(right) ? left.toString() : axis.toString());
    }
    String shape = operand.dtype() + wanted.toString();
    for (Declaration d : elaboration.main.declarations.values()) {
      Ast.Type type =
          d.item instanceof Ast.Slot s ? s.type() : d.item instanceof Ast.Input i ? i.type() : null;
      if (type != null && type.span().text().replace(" ", "").equals(shape.replace(" ", ""))) {
        return d.name + ": " + type.span().text();
      }
    }
    return null;
  }
}
