package dlx.elaborate;

import dlx.source.Diagnostic;
import dlx.source.Span;
import org.jspecify.annotations.Nullable;

/**
 * Ends the elaboration of a statement: with a sentence about it, or silently if what it uses is
 * wrong itself and was reported there.
 */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Diagnostic diagnostic;

  Failure(@Nullable Diagnostic diagnostic) {
    super(diagnostic == null ? "" : diagnostic.message(), null, false, false);
    this.diagnostic = diagnostic;
  }

  static Failure silent() {
    return new Failure(null);
  }

  static Failure of(String code, String message, Span span) {
    return new Failure(Diagnostic.error(code, message).at(span));
  }

  @Nullable Diagnostic diagnostic() {
    return diagnostic;
  }
}
