package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.source.Diagnostic;
import java.util.LinkedHashSet;
import java.util.Set;

/** The sentence about a name that is not there (E0201). */
final class Unknown {
  private Unknown() {}

  /**
   * @param local the names around it that are not of the file
   */
  static Diagnostic name(Ast.Name name, Set<String> local, Module module) {
    Diagnostic error =
        Diagnostic.error("E0201", "`" + name.text() + "` is not defined").at(name.span());
    Set<String> names = new LinkedHashSet<>(local);
    names.addAll(module.names());
    String near = Names.nearest(name.text(), names);
    if (near == null || Library.has(near)) {
      String written = Elsewhere.help(name.text());
      if (written != null) {
        return error.help(written);
      }
    }
    names.addAll(Builtins.names());
    near = Names.nearest(name.text(), names);
    if (near == null) {
      return error;
    }
    Diagnostic.Edit edit = new Diagnostic.Edit(name.span(), near);
    if (Builtins.isOperation(near)) {
      return error.help("there is `" + Builtins.entry(near).signature() + "`", edit);
    }
    Declaration declaration = local.contains(near) ? null : module.find(near);
    if (declaration != null && !declaration.module.main && Library.has(near)) {
      return error.help(
          "the standard library has `" + Signatures.text(declaration.item) + "`", edit);
    }
    return error.help("did you mean `" + near + "`?", edit);
  }
}
