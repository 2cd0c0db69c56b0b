package dlx.ast;

import dlx.source.Source;
import dlx.source.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The syntax tree, one record per form of the grammar.
 *
 * <pre>
 * File       = Item*
 * Item       = Import | Dim | Const | Input | Function | Layer | Step | Recipe | Test | Statement
 * Statement  = Slot | Assert | Bind
 * Expression = Call | Subscript | Field | Transpose | Unary | Binary | Range | If | For
 *            | Tuple | ListOf | Name | Number | Text | Truth
 * </pre>
 *
 * Operators that lean to the left make trees as deep as they are long, so nothing may call {@code
 * equals}, {@code hashCode} or {@code toString} on an expression, or walk the left side of {@link
 * Binary}, {@link Range}, {@link Call}, {@link Subscript}, {@link Field} or {@link Transpose} by
 * recursion ({@link #left} gives the next one). All else is at most {@link Parse#NESTING_LIMIT}
 * deep.
 */
public sealed interface Ast {
  Span span();

  /** A name where it stands. */
  record Identifier(String text, Span span) implements Ast {}

  /** A whole file; {@code doc} is its first doc comment or empty. */
  record File(Source source, String doc, List<Item> items, Span span) implements Ast {
    /** The program alone. */
    public File withoutTests() {
      return new File(source, doc, items.stream().filter(i -> !(i instanceof Test)).toList(), span);
    }
  }

  // ------------------------------------------------------------------ items

  /** What stands at the top level of a file; {@code doc} is the doc comment before it or empty. */
  sealed interface Item extends Ast {}

  record Import(String path, Span pathSpan, @Nullable Identifier as, Span span) implements Item {}

  /** One size of a {@code dim} line: {@code dim a, b = 2} makes two of these. */
  record Dim(Identifier name, @Nullable Expression value, String doc, Span span) implements Item {}

  record Const(Identifier name, @Nullable Type type, Expression value, String doc, Span span)
      implements Item {}

  /** One name of an {@code input} line. */
  record Input(Identifier name, Type type, @Nullable Expression value, String doc, Span span)
      implements Item {}

  /** {@code fn} or {@code dist}. A body that is one expression is a block of one statement. */
  record Function(
      boolean dist,
      Identifier name,
      List<Parameter> parameters,
      @Nullable Type result,
      Block body,
      String doc,
      Span span)
      implements Item {}

  record Layer(
      Identifier name,
      List<Parameter> settings,
      List<Parameter> parameters,
      @Nullable Type result,
      Block body,
      String doc,
      Span span)
      implements Item {}

  record Step(
      Identifier name,
      List<Parameter> parameters,
      @Nullable Type result,
      Block body,
      String doc,
      Span span)
      implements Item {}

  record Recipe(Identifier name, Block body, Span span) implements Item {}

  record Test(String name, Block body, Span span) implements Item {}

  /** A parameter of a signature. */
  record Parameter(Identifier name, @Nullable Type type, @Nullable Expression value, Span span)
      implements Ast {}

  // ------------------------------------------------------------------ statements

  record Block(List<Statement> statements, Span span) implements Ast {}

  sealed interface Statement extends Item {}

  /** {@code param} or {@code state}; {@code drawn} says that it was written with {@code ~}. */
  record Slot(
      boolean param,
      Identifier name,
      Type type,
      boolean drawn,
      Expression value,
      String doc,
      Span span)
      implements Statement {}

  record Assert(Expression condition, @Nullable String message, Span span) implements Statement {}

  /**
   * {@code target : type mark value}, or an expression alone (mark {@link Mark#NONE}, the
   * expression is the target and value is null).
   */
  record Bind(
      Expression target,
      @Nullable Type type,
      Mark mark,
      @Nullable Expression value,
      String doc,
      Span span)
      implements Statement {}

  enum Mark {
    NONE(""),
    IS("="),
    DRAWN("~"),
    BECOMES("<-");

    public final String text;

    Mark(String text) {
      this.text = text;
    }
  }

  // ------------------------------------------------------------------ types

  sealed interface Type extends Ast {}

  /**
   * {@code f32}, {@code float[..s, n]}, {@code params}. {@code extents} is empty for a bare name.
   */
  record TensorType(Identifier name, List<Extent> extents, Span span) implements Type {}

  /** {@code dim}, {@code fn}, {@code dist}. */
  record StaticType(String kind, Span span) implements Type {}

  record TupleType(List<Type> parts, Span span) implements Type {}

  record ListType(Type element, Span span) implements Type {}

  sealed interface Extent extends Ast {}

  /** {@code ..s}, or {@code ..} with a null name. */
  record Pack(@Nullable Identifier name, Span span) implements Extent {}

  /** {@code *}. */
  record Star(Span span) implements Extent {}

  record Size(Expression value, Span span) implements Extent {}

  // ------------------------------------------------------------------ expressions

  sealed interface Expression extends Ast {}

  record Call(Expression callee, List<Argument> arguments, Span span) implements Expression {}

  record Argument(@Nullable Identifier name, Expression value, Span span) implements Ast {}

  record Subscript(Expression value, List<Index> indices, Span span) implements Expression {}

  sealed interface Index extends Ast {}

  /** {@code ..}: as many whole axes as it takes. */
  record Rest(Span span) implements Index {}

  /** {@code *}: a new axis that stretches. */
  record NewAxis(Span span) implements Index {}

  /** {@code first:last:step}, each may be null. */
  record Slice(
      @Nullable Expression first, @Nullable Expression last, @Nullable Expression step, Span span)
      implements Index {}

  /** A position, a tensor of positions or a list of positions. */
  record At(Expression value, Span span) implements Index {}

  record Field(Expression value, Identifier name, Span span) implements Expression {}

  record Transpose(Expression value, Span span) implements Expression {}

  /** {@code -} or {@code not}. */
  record Unary(String operator, Expression value, Span span) implements Expression {}

  /** {@code ^ * / // % @ + - < <= > >= == != ~= and or |>}. */
  record Binary(String operator, Expression left, Expression right, Span operatorSpan, Span span)
      implements Expression {}

  /** {@code first..last}, the end excluded. */
  record Range(Expression first, Expression last, Span span) implements Expression {}

  /**
   * {@code if}; a chain of {@code else if} is a list of branches, so it is as long as it is written
   * and not deep. {@code otherwise} is null if there is no {@code else}.
   */
  record If(List<Branch> branches, @Nullable Block otherwise, Span span) implements Expression {}

  record Branch(Expression condition, Block body, Span span) implements Ast {}

  /**
   * A loop; {@code truncate} is after how many turns derivatives are cut off, {@code until} what
   * ends it early, each null if it is not there.
   */
  record For(
      boolean unroll,
      List<Generator> generators,
      List<Carry> carries,
      @Nullable Expression truncate,
      @Nullable Expression until,
      Block body,
      Span span)
      implements Expression {}

  record Generator(Identifier name, Expression over, Span span) implements Ast {}

  record Carry(Identifier name, @Nullable Type type, Expression value, Span span) implements Ast {}

  /**
   * Two or more values in parentheses. One value in parentheses is that value with a wider span.
   */
  record Tuple(List<Expression> parts, Span span) implements Expression {}

  record ListOf(List<Expression> elements, Span span) implements Expression {}

  record Name(String text, Span span) implements Expression {}

  /** A number as written, without {@code _}. */
  record Number(String text, Span span) implements Expression {}

  record Text(String text, Span span) implements Expression {}

  record Truth(boolean value, Span span) implements Expression {}

  /**
   * What an expression starts with if it leans to the left, else null: the next one on the spine
   * that only a loop may walk.
   */
  static @Nullable Expression left(Expression expression) {
    return switch (expression) {
      case Call e -> e.callee();
      case Subscript e -> e.value();
      case Field e -> e.value();
      case Transpose e -> e.value();
      case Binary e -> e.left();
      case Range e -> e.first();
      case Unary e -> null;
      case If e -> null;
      case For e -> null;
      case Tuple e -> null;
      case ListOf e -> null;
      case Name e -> null;
      case Number e -> null;
      case Text e -> null;
      case Truth e -> null;
    };
  }
}
