package dlx.elaborate;

import dlx.ast.Ast;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file and the names that it declares or brings into scope. */
final class Module {
  /** A name at the top level of a file. */
  static final class Declaration {
    final Module module;
    final String name;
    final Ast.Item item;

    /** Which part of a tuple it is, or -1. */
    final int part;

    final Span span;
    private @Nullable List<Declaration> mentions;
    private @Nullable Boolean usesParameters;

    Declaration(Module module, String name, Ast.Item item, int part, Span span) {
      this.module = module;
      this.name = name;
      this.item = item;
      this.part = part;
      this.span = span;
    }

    /** Whether it is worked out once per entry (and is not a function). */
    boolean isValue() {
      return item instanceof Ast.Bind
          || item instanceof Ast.Slot
          || item instanceof Ast.Input
          || item instanceof Ast.Const
          || item instanceof Ast.Dim;
    }

    /** The declarations that the text of this one mentions, in their order. */
    List<Declaration> mentions() {
      if (mentions == null) {
        mentions = module.mentions(item);
      }
      return mentions;
    }

    /** Whether the set of all parameters occurs in the text. */
    boolean mentionsParameters() {
      if (usesParameters == null) {
        boolean[] found = {false};
        Syntax.each(
            item, n -> found[0] |= n instanceof Ast.Name name && name.text().equals("params"));
        usesParameters = found[0];
      }
      return usesParameters;
    }
  }

  final Ast.File file;

  /** The file that is compiled, not an imported one. */
  final boolean main;

  /** Comes before the names of its sizes, so that those of two files differ. */
  final String prefix;

  final Map<String, Declaration> declarations = new LinkedHashMap<>();
  final List<Module> opened = new ArrayList<>();
  final Map<String, Module> named = new LinkedHashMap<>();
  private final Library library;

  /** Whether a file that it imports could not be read: a name may be from there. */
  boolean incomplete;

  /** The names of imports that could not be read. */
  final Set<String> missing = new LinkedHashSet<>();

  Module(Ast.File file, boolean main, String prefix, Library library) {
    this.file = file;
    this.main = main;
    this.prefix = prefix;
    this.library = library;
  }

  /**
   * What a name means at the top level of this file, or null. Built-in names are not asked here.
   */
  @Nullable Declaration find(String name) {
    Declaration own = declarations.get(name);
    if (own != null) {
      return own;
    }
    for (Module other : opened) {
      Declaration found = other.declarations.get(name);
      if (found != null) {
        return found;
      }
    }
    return library.find(name);
  }

  List<Declaration> mentions(Ast item) {
    Set<Declaration> found = new LinkedHashSet<>();
    Syntax.each(
        item,
        node -> {
          if (node instanceof Ast.Name name && !Builtins.isName(name.text())) {
            Declaration declaration = find(name.text());
            if (declaration != null) {
              found.add(declaration);
            }
          } else if (node instanceof Ast.Field field
              && field.value() instanceof Ast.Name base
              && named.containsKey(base.text())) {
            Declaration declaration = named.get(base.text()).declarations.get(field.name().text());
            if (declaration != null) {
              found.add(declaration);
            }
          }
        });
    return List.copyOf(found);
  }

  /** Every name that can be used in this file, for suggestions. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>(declarations.keySet());
    opened.forEach(m -> names.addAll(m.declarations.keySet()));
    names.addAll(named.keySet());
    names.addAll(library.names());
    return names;
  }
}
