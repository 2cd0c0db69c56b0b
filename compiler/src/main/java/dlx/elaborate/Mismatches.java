package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Tensors.Kind;
import dlx.runtime.DType;
import dlx.source.Diagnostic;

/** The sentences about values that do not have the type that is declared for them. */
final class Mismatches {
  private final Elaboration elaboration;

  Mismatches(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** The sentence about a value that does not have the declared type. */
  Failure of(Ast.Type type, Operand operand, Frame frame, String name) {
    String text = type.span().text();
    boolean argument = !name.isEmpty();
    boolean shapes = isShape(type, operand, frame);
    Diagnostic error =
        Diagnostic.error(
                shapes ? "E0305" : "E0408",
                argument
                    ? "`" + name + "` takes `" + text + "`"
                    : "this is declared to be `" + text + "`")
            .at(operand.span(), elaboration.tensors.describe(operand.value()));
    if (frame.module().main) {
      error = error.at(type.span(), "declared here");
    }
    if (type instanceof Ast.TensorType tensor) {
      for (Ast.Extent extent : tensor.extents()) {
        error = because(error, extent, frame);
      }
      Kind kind = elaboration.tensors.kind(operand.value(), operand.span());
      if (!shapes && kind != Kind.BOOL && Signatures.ELEMENTS.containsKey(tensor.name().text())) {
        error =
            error.help("convert it: `" + tensor.name().text() + "(" + operand.span().text() + ")`");
      }
    }
    return new Failure(error);
  }

  private boolean isShape(Ast.Type type, Operand operand, Frame frame) {
    if (!(type instanceof Ast.TensorType tensor) || tensor.name().text().equals("params")) {
      return false;
    }
    DType dtype = elaboration.signatures.element(tensor, frame);
    Kind kind = elaboration.tensors.kind(operand.value(), operand.span());
    return switch (kind) {
      case BOOL -> dtype == DType.BOOL;
      case WHOLE, I32 -> dtype != DType.BOOL;
      case REAL -> dtype == null || dtype.isFloat();
      case F32 -> dtype == null || dtype == DType.F32;
      case F64 -> dtype == null || dtype == DType.F64;
    };
  }

  /** Says what a variable of the signature stands for, and through which argument. */
  private static Diagnostic because(Diagnostic error, Ast.Extent extent, Frame frame) {
    String name =
        switch (extent) {
          case Ast.Pack p -> p.name() == null ? "" : p.name().text();
          case Ast.Size s -> s.value() instanceof Ast.Name n ? n.text() : "";
          case Ast.Star s -> "";
        };
    Scope.Binding binding = name.isEmpty() ? null : frame.scope().find(name);
    if (binding == null
        || binding.kind != Scope.Kind.SIZE
        || error.places().stream().anyMatch(p -> p.span().equals(binding.span))) {
      return error;
    }
    return switch (binding.value) {
      case Value.Pack p ->
          error.at(
              binding.span,
              "`.."
                  + name
                  + "` is "
                  + (p.axes().isEmpty() ? "no axes" : Axis.text(p.axes()))
                  + " because of this");
      case Value.Size s ->
          error.at(binding.span, "`" + name + "` is " + s.extent() + " because of this");
      default -> error;
    };
  }
}
