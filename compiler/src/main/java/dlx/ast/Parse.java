package dlx.ast;

import dlx.ast.Ast.Expression;
import dlx.ast.Ast.Identifier;
import dlx.ast.Ast.Item;
import dlx.ast.Ast.Statement;
import dlx.ast.Ast.Type;
import dlx.grammar.DlxLexer;
import dlx.grammar.DlxParser;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/**
 * Text to syntax. What is wrong with the text is added to the diagnostics, several errors in one
 * run; the tree then holds the statements that could be read. Never throws and never overflows the
 * stack.
 */
public final class Parse {
  /**
   * How deep brackets, blocks, signs and powers may be nested. Chains of operators that lean to the
   * left, of calls, pipes and {@code else if} count as one level however long they are.
   */
  public static final int NESTING_LIMIT = 250;

  /** How many syntax errors of one file are reported. */
  public static final int ERROR_LIMIT = 50;

  private final Source source;
  private final Diagnostics diagnostics;
  private final DocComments docs;
  private final TreeSet<Integer> damage = new TreeSet<>();
  private final Expressions expressions;

  private Parse(Source source, Diagnostics diagnostics, DocComments docs) {
    this.source = source;
    this.diagnostics = diagnostics;
    this.docs = docs;
    this.expressions = new Expressions(source, diagnostics, this);
    diagnostics.all().forEach(d -> damage.add(d.places().getFirst().span().start()));
  }

  /** Reads a file. */
  public static Ast.File file(Source source, Diagnostics diagnostics) {
    Diagnostics own = new Diagnostics();
    Layout.Result layout = Layout.of(source, own);
    List<Item> items = new ArrayList<>();
    Parse parse = new Parse(source, own, layout.docs());
    if (!layout.tooDeep()) {
      DlxParser.FileContext file = parser(source, layout, own).file();
      for (DlxParser.ItemContext item : parse.parts(file, DlxParser.ItemContext.class)) {
        if (item.exception == null) {
          parse.item(item, items);
        }
      }
    }
    handOn(own, diagnostics);
    Span all = new Span(source, 0, source.text().length());
    return new Ast.File(source, layout.docs().file(), List.copyOf(items), all);
  }

  /** Reads one expression; null if it cannot be read, and then the diagnostics say why. */
  public static @Nullable Expression expression(Source source, Diagnostics diagnostics) {
    Diagnostics own = new Diagnostics();
    Layout.Result layout = Layout.of(source, own);
    Expression result = null;
    if (!layout.tooDeep()) {
      DlxParser.SingleContext single = parser(source, layout, own).single();
      if (!own.hasErrors() && single.expr() != null) {
        result = new Parse(source, own, layout.docs()).expressions.of(single.expr(), 0);
      }
    }
    handOn(own, diagnostics);
    return own.hasErrors() ? null : result;
  }

  /** Hands the errors on in the order of the text, as many as a person may want to see. */
  private static void handOn(Diagnostics own, Diagnostics diagnostics) {
    List<Diagnostic> errors = new ArrayList<>(own.all());
    errors.sort(Comparator.comparingInt(e -> e.places().getFirst().span().start()));
    errors.stream().limit(ERROR_LIMIT).forEach(diagnostics::add);
    if (errors.size() > ERROR_LIMIT) {
      Span next = errors.get(ERROR_LIMIT).places().getFirst().span();
      diagnostics.add(
          Diagnostic.error(
                  "E0122", "there are more than " + ERROR_LIMIT + " syntax errors in this file")
              .at(next, "the errors from here on are not shown"));
    }
  }

  private static DlxParser parser(Source source, Layout.Result layout, Diagnostics diagnostics) {
    DlxParser parser =
        new DlxParser(new CommonTokenStream(new ListTokenSource(layout.tokens(), source.name())));
    parser.removeErrorListeners();
    parser.setErrorHandler(new Recovery(source, diagnostics));
    return parser;
  }

  static Diagnostic tooDeep(Span at) {
    return Diagnostic.error(
            "E0106",
            "this is nested more than " + NESTING_LIMIT + " deep (the limit NESTING_LIMIT)")
        .at(at, "level " + (NESTING_LIMIT + 1))
        .help("give the inner part a name of its own");
  }

  // ------------------------------------------------------------------ items

  private void item(DlxParser.ItemContext context, List<Item> items) {
    String doc = docs.of(context.getStart());
    Span span = span(context);
    switch (context) {
      case DlxParser.ImportItemContext c ->
          items.add(
              new Ast.Import(
                  expressions.text(c.STRING().getSymbol()),
                  span(c.STRING()),
                  c.ID() == null ? null : identifier(c.ID()),
                  span));
      case DlxParser.DimItemContext c -> {
        for (DlxParser.DimDefContext dim : parts(c, DlxParser.DimDefContext.class)) {
          items.add(new Ast.Dim(identifier(dim.ID()), optional(dim.expr()), doc, span(dim)));
        }
      }
      case DlxParser.ConstItemContext c ->
          items.add(
              new Ast.Const(
                  identifier(c.ID()), optionalType(c.type()), expression(c.expr()), doc, span));
      case DlxParser.InputItemContext c -> {
        Type type = type(c.type());
        Expression value = optional(c.expr());
        for (TerminalNode name : tokens(c, DlxLexer.ID)) {
          items.add(new Ast.Input(identifier(name), type, value, doc, span));
        }
      }
      case DlxParser.FnItemContext c ->
          items.add(
              new Ast.Function(
                  c.kind.getType() == DlxLexer.DIST,
                  identifier(c.ID()),
                  parameters(c.params()),
                  optionalType(c.type()),
                  body(c.body()),
                  doc,
                  span));
      case DlxParser.LayerItemContext c ->
          items.add(
              new Ast.Layer(
                  identifier(c.ID()),
                  parameters(c.params(0)),
                  parameters(c.params(1)),
                  optionalType(c.type()),
                  body(c.body()),
                  doc,
                  span));
      case DlxParser.StepItemContext c ->
          items.add(
              new Ast.Step(
                  identifier(c.ID()),
                  c.params() == null ? List.of() : parameters(c.params()),
                  optionalType(c.type()),
                  block(c.block(), 0),
                  doc,
                  span));
      case DlxParser.RecipeItemContext c ->
          items.add(new Ast.Recipe(identifier(c.ID()), block(c.block(), 0), span));
      case DlxParser.TestItemContext c ->
          items.add(
              new Ast.Test(expressions.text(c.STRING().getSymbol()), block(c.block(), 0), span));
      case DlxParser.StmtItemContext c -> statement(c.stmt(), 0, true, items);
      default -> throw new IllegalStateException(context.getClass().getName());
    }
  }

  private List<Ast.Parameter> parameters(DlxParser.ParamsContext context) {
    expressions.requireSingleCommas(context);
    List<Ast.Parameter> parameters = new ArrayList<>();
    for (DlxParser.ParamContext c : parts(context, DlxParser.ParamContext.class)) {
      parameters.add(
          new Ast.Parameter(
              identifier(c.ID()), optionalType(c.type()), optional(c.expr()), span(c)));
    }
    return List.copyOf(parameters);
  }

  private Ast.Block body(DlxParser.BodyContext context) {
    if (context.block() != null) {
      return block(context.block(), 0);
    }
    Expression value = expression(context.expr());
    Statement only = new Ast.Bind(value, null, Ast.Mark.NONE, null, "", value.span());
    return new Ast.Block(List.of(only), value.span());
  }

  // ------------------------------------------------------------------ statements

  /** The statements of a block that could be read. */
  Ast.Block block(DlxParser.BlockContext context, int level) {
    List<Statement> statements = new ArrayList<>();
    for (DlxParser.StmtContext statement : parts(context, DlxParser.StmtContext.class)) {
      statement(statement, level, false, statements);
    }
    return new Ast.Block(List.copyOf(statements), span(context));
  }

  private void statement(
      DlxParser.StmtContext context, int level, boolean top, List<? super Statement> into) {
    if (context.exception != null) {
      return;
    }
    String doc = docs.of(context.getStart());
    Span span = span(context);
    switch (context) {
      case DlxParser.SlotStmtContext c ->
          into.add(
              new Ast.Slot(
                  c.kind.getType() == DlxLexer.PARAM,
                  identifier(c.ID()),
                  type(c.type()),
                  c.mark.getType() == DlxLexer.DRAWN,
                  expressions.of(c.expr(), level),
                  doc,
                  span));
      case DlxParser.AssertStmtContext c ->
          into.add(
              new Ast.Assert(
                  expressions.of(c.expr(), level),
                  c.STRING() == null ? null : expressions.text(c.STRING().getSymbol()),
                  span));
      case DlxParser.BindStmtContext c -> {
        Ast.Bind bind =
            new Ast.Bind(
                expressions.of(c.expr(0), level),
                optionalType(c.type()),
                mark(c.mark),
                c.expr(1) == null ? null : expressions.of(c.expr(1), level),
                doc,
                span);
        Diagnostics sayings = isDamaged(span) ? new Diagnostics() : diagnostics;
        if (Targets.check(bind, top, c.mark == null ? span : span(c.mark), sayings)) {
          into.add(bind);
        }
      }
      default -> throw new IllegalStateException(context.getClass().getName());
    }
  }

  /** Whether something in the text of a statement was reported before it was parsed. */
  private boolean isDamaged(Span span) {
    Integer first = damage.ceiling(span.start());
    return first != null && first <= span.end();
  }

  private static Ast.Mark mark(@Nullable Token token) {
    return token == null
        ? Ast.Mark.NONE
        : switch (token.getType()) {
          case DlxLexer.IS -> Ast.Mark.IS;
          case DlxLexer.DRAWN -> Ast.Mark.DRAWN;
          default -> Ast.Mark.BECOMES;
        };
  }

  // ------------------------------------------------------------------ types

  private @Nullable Type optionalType(DlxParser.@Nullable TypeContext context) {
    return context == null ? null : type(context);
  }

  Type type(DlxParser.TypeContext context) {
    Span span = span(context);
    return switch (context) {
      case DlxParser.TensorTypeContext c -> {
        List<Ast.Extent> extents = new ArrayList<>();
        for (DlxParser.ExtentContext extent : parts(c, DlxParser.ExtentContext.class)) {
          extents.add(extent(extent));
        }
        yield new Ast.TensorType(identifier(c.ID()), List.copyOf(extents), span);
      }
      case DlxParser.StaticTypeContext c -> new Ast.StaticType(c.kind.getText(), span);
      case DlxParser.TupleTypeContext c -> {
        List<Type> types = new ArrayList<>();
        for (DlxParser.TypeContext part : parts(c, DlxParser.TypeContext.class)) {
          types.add(type(part));
        }
        yield new Ast.TupleType(List.copyOf(types), span);
      }
      case DlxParser.ListTypeContext c -> new Ast.ListType(type(c.type()), span);
      default -> throw new IllegalStateException(context.getClass().getName());
    };
  }

  private Ast.Extent extent(DlxParser.ExtentContext c) {
    if (c.expr() != null) {
      return new Ast.Size(expression(c.expr()), span(c));
    }
    return c.STAR() != null
        ? new Ast.Star(span(c))
        : new Ast.Pack(c.ID() == null ? null : identifier(c.ID()), span(c));
  }

  // ------------------------------------------------------------------ parts

  private Expression expression(DlxParser.ExprContext context) {
    return expressions.of(context, 0);
  }

  private @Nullable Expression optional(DlxParser.@Nullable ExprContext context) {
    return context == null ? null : expression(context);
  }

  Identifier identifier(TerminalNode node) {
    return new Identifier(Expressions.name(node.getText()), span(node));
  }

  Span span(Token token) {
    return Layout.span(source, token);
  }

  Span span(TerminalNode node) {
    return span(node.getSymbol());
  }

  Span span(ParserRuleContext context) {
    Token stop = context.getStop() == null ? context.getStart() : context.getStop();
    return span(context.getStart()).to(span(stop));
  }

  /**
   * The children of one kind; the generated accessors by index would look at all children each
   * time.
   */
  <T extends ParserRuleContext> List<T> parts(ParserRuleContext context, Class<T> kind) {
    List<T> parts = new ArrayList<>();
    if (context.children != null) {
      for (ParseTree child : context.children) {
        if (kind.isInstance(child)) {
          parts.add(kind.cast(child));
        }
      }
    }
    return parts;
  }

  private static List<TerminalNode> tokens(ParserRuleContext context, int type) {
    List<TerminalNode> tokens = new ArrayList<>();
    for (ParseTree child : context.children) {
      if (child instanceof TerminalNode node && node.getSymbol().getType() == type) {
        tokens.add(node);
      }
    }
    return tokens;
  }
}
