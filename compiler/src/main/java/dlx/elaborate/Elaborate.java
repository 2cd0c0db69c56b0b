package dlx.elaborate;

import dlx.ast.Ast;
import dlx.source.Diagnostics;
import java.util.Map;

/** From syntax to graph: names, sizes and types are found and everything implicit is written out. */
public final class Elaborate {
  private Elaborate() {}

  /**
   * Elaborates a file completely, so that everything wrong with it is in {@code diagnostics}.
   *
   * @param defines values of {@code dim} and {@code const} by name: numbers or text in the language
   * @return the program; only to be used if there are no errors
   */
  public static Program program(
      Ast.File file, Map<String, ?> defines, ImportResolver imports, Diagnostics diagnostics) {
    throw new UnsupportedOperationException("elaboration of " + file.source());
  }
}
