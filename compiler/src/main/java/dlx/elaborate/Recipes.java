package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.source.Diagnostic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Recipes: the settings of {@code dlx train} by name, as numbers, texts, names and lists. */
final class Recipes {
  /** What the value of a setting is. */
  private enum Kind {
    WHOLE("a whole number"),
    NUMBER("a number"),
    TRUTH("`true` or `false`"),
    TEXTS("a text or a name, or a list of them"),
    /** Files, or a part of the data. */
    PART("a text, a list of texts, or a part such as 0.1");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    boolean has(Object value) {
      return switch (this) {
        case WHOLE ->
            value instanceof Double n && n == Math.rint(n) && n >= 0 && n <= Integer.MAX_VALUE;
        case NUMBER -> value instanceof Double;
        case TRUTH -> value instanceof Boolean;
        case TEXTS ->
            value instanceof List<?> list ? list.stream().allMatch(Kind::isText) : isText(value);
        case PART -> TEXTS.has(value) || value instanceof Double n && n > 0 && n < 1;
      };
    }

    private static boolean isText(Object value) {
      return value instanceof String || value instanceof Program.Name;
    }
  }

  private static final Map<String, Kind> SETTINGS = settings();

  private static Map<String, Kind> settings() {
    Map<String, Kind> settings = new LinkedHashMap<>();
    settings.put("data", Kind.TEXTS);
    settings.put("valid", Kind.PART);
    settings.put("epochs", Kind.WHOLE);
    settings.put("batch", Kind.WHOLE);
    settings.put("monitor", Kind.TEXTS);
    settings.put("patience", Kind.WHOLE);
    settings.put("steps", Kind.TEXTS);
    settings.put("reset", Kind.TEXTS);
    settings.put("seed", Kind.WHOLE);
    settings.put("shuffle", Kind.TRUTH);
    settings.put("metrics", Kind.TEXTS);
    settings.put("missing", Kind.TEXTS);
    settings.put("bytes", Kind.TEXTS);
    settings.put("fit", Kind.TEXTS);
    settings.put("augment", Kind.TEXTS);
    return settings;
  }

  private final Elaboration elaboration;

  Recipes(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  Program.Recipe recipe(Ast.Recipe recipe, World world) {
    Map<String, Object> values = new LinkedHashMap<>();
    Map<String, Kind> kinds = kinds();
    for (Ast.Statement statement : recipe.body().statements()) {
      try {
        if (!(statement instanceof Ast.Bind bind)
            || bind.mark() != Ast.Mark.IS
            || bind.type() != null
            || !(bind.target() instanceof Ast.Name name)) {
          throw new Failure(
              Diagnostic.error("E0905", "a recipe is made of lines `name = value`")
                  .at(statement.span())
                  .help("such as `epochs = 20`"));
        }
        if (values.containsKey(name.text())) {
          throw Failure.of("E0203", "`" + name.text() + "` is given twice", name.span());
        }
        Kind kind = kinds.get(name.text());
        if (kind == null) {
          throw new Failure(unknown(name, kinds.keySet()));
        }
        Object value = value(bind.value(), world);
        if (!kind.has(value)) {
          throw Failure.of(
              "E0905", "`" + name.text() + "` of a recipe is " + kind.text, bind.value().span());
        }
        values.put(name.text(), value);
      } catch (Failure failure) {
        elaboration.report(failure);
      }
    }
    return new Program.Recipe(recipe.name().text(), values, recipe.span());
  }

  /** The settings, run-time sizes (how long pieces of sequences are) and arguments of steps. */
  private Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new LinkedHashMap<>(SETTINGS);
    for (Ast.Item item : elaboration.main.file.items()) {
      if (item instanceof Ast.Dim dim && dim.value() == null) {
        kinds.putIfAbsent(dim.name().text(), Kind.WHOLE);
      } else if (item instanceof Ast.Step step) {
        step.parameters().forEach(p -> kinds.putIfAbsent(p.name().text(), Kind.NUMBER));
      }
    }
    return kinds;
  }

  private static Diagnostic unknown(Ast.Name name, Set<String> known) {
    Diagnostic error =
        Diagnostic.error("E0905", "a recipe has no `" + name.text() + "`").at(name.span());
    String near = Names.nearest(name.text(), known);
    return near == null
        ? error.help("it has " + String.join(", ", known))
        : error.help("did you mean `" + near + "`?", new Diagnostic.Edit(name.span(), near));
  }

  private Object value(Ast.Expression e, World world) {
    return switch (e) {
      case Ast.Text t -> t.text();
      case Ast.Truth t -> t.value();
      case Ast.ListOf l -> {
        List<Object> elements = new ArrayList<>();
        for (Ast.Expression element : l.elements()) {
          elements.add(value(element, world));
        }
        yield elements;
      }
      case Ast.Name n -> {
        Declaration declaration = elaboration.main.find(n.text());
        boolean number =
            declaration != null
                && (declaration.item instanceof Ast.Const
                    || declaration.item instanceof Ast.Dim d && d.value() != null);
        yield number ? number(e, world) : new Program.Name(n.text());
      }
      default -> number(e, world);
    };
  }

  private Object number(Ast.Expression e, World world) {
    Frame frame = elaboration.definitions.frame(elaboration.main, world, "", e, null);
    Value value = elaboration.expressions.value(e, frame);
    Exact exact = elaboration.tensors.exact(value, world);
    if (exact != null) {
      return exact.toDouble();
    }
    if (value instanceof Value.Poison) {
      throw Failure.silent();
    }
    throw new Failure(
        Diagnostic.error(
                "E0905", "a value of a recipe is a number, a text, a name or a list of these")
            .at(e.span(), elaboration.tensors.describe(value)));
  }
}
