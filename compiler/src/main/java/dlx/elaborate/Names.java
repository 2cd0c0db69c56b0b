package dlx.elaborate;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.runtime.DlxException;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import dlx.source.Span;
import dlx.source.Suggest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what the files of a program declare, and opens the files that they import. */
final class Names {
  private final Diagnostics diagnostics;

  /** Files by their resolved names, so that a file is one module however often it is imported. */
  private final Map<String, Module> files = new HashMap<>();

  private final List<String> opening = new ArrayList<>();

  Names(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** The main file with everything that it imports. */
  Module program(Ast.File file, ImportResolver resolver) {
    Library library = new Library();
    Module main = new Module(file, true, "", library);
    opening.add(file.source().name());
    declare(main);
    imports(main, resolver, library);
    return main;
  }

  /** Enters the names of a file, each once. */
  void declare(Module module) {
    for (Ast.Item item : module.file.items()) {
      switch (item) {
        case Ast.Dim d -> declare(module, d.name().text(), d, -1, d.name().span());
        case Ast.Const c -> declare(module, c.name().text(), c, -1, c.name().span());
        case Ast.Input i -> declare(module, i.name().text(), i, -1, i.name().span());
        case Ast.Function f -> declare(module, f.name().text(), f, -1, f.name().span());
        case Ast.Layer l -> declare(module, l.name().text(), l, -1, l.name().span());
        case Ast.Slot s -> declare(module, s.name().text(), s, -1, s.name().span());
        case Ast.Step s -> declare(module, s.name().text(), s, -1, s.name().span());
        case Ast.Bind b -> bind(module, b);
        case Ast.Import i -> {}
        case Ast.Recipe r -> {}
        case Ast.Test t -> {}
        case Ast.Assert a ->
            diagnostics.add(
                Diagnostic.error("E0211", "an `assert` belongs into a `test`")
                    .at(a.span())
                    .help("write `test \"what it shows\" { " + a.span().text() + " }`"));
      }
    }
  }

  private void bind(Module module, Ast.Bind bind) {
    List<Ast.Name> names = Syntax.names(bind.target());
    if (bind.mark() == Ast.Mark.BECOMES) {
      diagnostics.add(
          Diagnostic.error(
                  "E0602", "outside a step nothing changes: `<-` belongs into a `step` or a loop")
              .at(bind.span())
              .help(
                  "write `step train { "
                      + bind.span().text().lines().findFirst().orElse("")
                      + " }`"));
      return;
    }
    for (int i = 0; i < names.size(); i++) {
      int part = bind.target() instanceof Ast.Tuple ? i : -1;
      declare(module, names.get(i).text(), bind, part, names.get(i).span());
    }
  }

  private void declare(Module module, String name, Ast.Item item, int part, Span span) {
    Module.Declaration before = module.declarations.get(name);
    if (name.equals("_")) {
      return;
    }
    if (before != null) {
      diagnostics.add(
          Diagnostic.error("E0203", "`" + name + "` is defined twice")
              .at(span, "again here")
              .at(before.span, "first here")
              .help("give one of them another name"));
      return;
    }
    if (Builtins.isName(name)) {
      diagnostics.add(builtIn(name, span));
      return;
    }
    if (module.main && Library.has(name)) {
      diagnostics.add(
          Diagnostic.warning("W0203", "`" + name + "` is also a name of the standard library")
              .at(span, "from here on it means this one"));
    }
    module.declarations.put(name, new Module.Declaration(module, name, item, part, span));
  }

  static Diagnostic builtIn(String name, Span span) {
    return Diagnostic.error("E0204", "`" + name + "` is built in and cannot be redefined")
        .at(span)
        .help("choose another name, such as `" + name + "_1`");
  }

  private void imports(Module module, ImportResolver resolver, Library library) {
    for (Ast.Item item : module.file.items()) {
      if (item instanceof Ast.Import wanted) {
        Module other = open(module, wanted, resolver, library);
        if (other == null) {
          module.incomplete |= wanted.as() == null;
          if (wanted.as() != null) {
            module.missing.add(wanted.as().text());
          }
          continue;
        }
        if (wanted.as() == null) {
          module.opened.add(other);
        } else if (Builtins.isName(wanted.as().text())) {
          diagnostics.add(builtIn(wanted.as().text(), wanted.as().span()));
        } else {
          module.named.put(wanted.as().text(), other);
        }
      }
    }
  }

  private Module open(
      Module importer, Ast.Import wanted, ImportResolver resolver, Library library) {
    if (wanted.path().isBlank()) {
      diagnostics.add(
          Diagnostic.error("E0901", "an `import` needs the path of a file").at(wanted.pathSpan()));
      return null;
    }
    Source source;
    try {
      source = resolver.resolve(importer.file.source(), wanted.path());
    } catch (DlxException e) {
      Diagnostic error =
          Diagnostic.error(
                  e.code().startsWith("E09") ? e.code() : "E0901",
                  "`" + wanted.path() + "` cannot be imported: " + e.getMessage())
              .at(wanted.pathSpan());
      diagnostics.add(e.help().isEmpty() ? error : error.help(e.help()));
      return null;
    }
    if (opening.contains(source.name())) {
      diagnostics.add(
          Diagnostic.error("E0903", "`" + wanted.path() + "` imports itself")
              .at(wanted.pathSpan())
              .note(
                  "the way there: "
                      + String.join(" imports ", opening)
                      + " imports "
                      + source.name())
              .help("put what both need into a third file"));
      return null;
    }
    Module known = files.get(source.name());
    if (known != null) {
      return known;
    }
    Diagnostics own = new Diagnostics();
    Ast.File file = Parse.file(source, own);
    own.all().forEach(diagnostics::add);
    if (own.hasErrors()) {
      return null;
    }
    String prefix = source.name().replaceAll("^.*[/\\\\]", "").replaceAll("\\.dlx$", "") + ".";
    Module module = new Module(file, false, prefix, library);
    files.put(source.name(), module);
    refuse(module, wanted);
    declare(module);
    opening.add(source.name());
    imports(module, resolver, library);
    opening.removeLast();
    return module;
  }

  /** A library file has no inputs, parameters, states, steps or definitions of its own. */
  private void refuse(Module module, Ast.Import wanted) {
    for (Ast.Item item : module.file.items()) {
      String kind =
          switch (item) {
            case Ast.Input i -> "an `input`";
            case Ast.Slot s -> s.param() ? "a `param`" : "a `state`";
            case Ast.Step s -> "a `step`";
            case Ast.Bind b -> "a definition";
            case Ast.Dim d -> d.value() == null ? "a `dim` without a value" : "";
            default -> "";
          };
      if (!kind.isEmpty()) {
        diagnostics.add(
            Diagnostic.error("E0902", "a file with " + kind + " at top level cannot be imported")
                .at(wanted.pathSpan(), "imported here")
                .at(item.span(), "")
                .note("a model cannot be imported into a model")
                .help("put what is to be shared into a `layer` or `fn` of a file of its own"));
        return;
      }
    }
  }

  /** The name that was probably meant, or null. */
  static @Nullable String nearest(String name, Set<String> candidates) {
    return Suggest.closest(name, candidates);
  }
}
