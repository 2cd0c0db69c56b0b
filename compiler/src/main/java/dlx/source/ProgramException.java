package dlx.source;

import dlx.runtime.DlxException;
import java.util.List;

/** A program that is wrong: everything found in one run, at least one of it an error. */
public final class ProgramException extends DlxException {
  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  public ProgramException(Diagnostic diagnostic) {
    this(List.of(diagnostic));
  }

  public ProgramException(List<Diagnostic> diagnostics) {
    super(
        first(diagnostics).code(),
        first(diagnostics).message(),
        place(diagnostics),
        help(diagnostics));
    this.diagnostics = List.copyOf(diagnostics);
  }

  private static Diagnostic first(List<Diagnostic> diagnostics) {
    return diagnostics.stream()
        .filter(d -> d.severity() == Diagnostic.Severity.ERROR)
        .findFirst()
        .orElseGet(diagnostics::getFirst);
  }

  private static String place(List<Diagnostic> diagnostics) {
    Diagnostic first = first(diagnostics);
    return first.places().isEmpty() ? "" : first.places().getFirst().span().toString();
  }

  private static String help(List<Diagnostic> diagnostics) {
    Diagnostic first = first(diagnostics);
    return first.help().isEmpty() ? "" : first.help().getFirst().text();
  }

  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
