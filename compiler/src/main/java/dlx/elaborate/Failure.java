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

  /** A size does not fit into a long. */
  static Failure tooLarge(Span span) {
    return of("R0306", "a size is larger than 64 bits can hold", span);
  }

  @Nullable Diagnostic diagnostic() {
    return diagnostic;
  }
}
