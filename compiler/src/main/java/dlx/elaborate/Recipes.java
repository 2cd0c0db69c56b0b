package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.source.Diagnostic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recipes: names with numbers, texts, names and lists. */
final class Recipes {
  private final Elaboration elaboration;

  Recipes(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  Program.Recipe recipe(Ast.Recipe recipe, World world) {
    Map<String, Object> values = new LinkedHashMap<>();
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
        values.put(name.text(), value(bind.value(), world));
      } catch (Failure failure) {
        elaboration.report(failure);
      }
    }
    return new Program.Recipe(recipe.name().text(), values, recipe.span());
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
