package dlx.source;

import dlx.source.Diagnostic.Severity;
import java.util.ArrayList;
import java.util.List;

/** What a run of the compiler has to say, in the order it was found, at most one per cause. */
public final class Diagnostics {
  private final List<Diagnostic> list = new ArrayList<>();

  /** Adds a diagnostic unless the same one (code, message and first place) is there. */
  public void add(Diagnostic diagnostic) {
    for (Diagnostic other : list) {
      if (other.code().equals(diagnostic.code())
          && other.message().equals(diagnostic.message())
          && (other.places().isEmpty()
              ? diagnostic.places().isEmpty()
              : !diagnostic.places().isEmpty()
                  && other
                      .places()
                      .getFirst()
                      .span()
                      .equals(diagnostic.places().getFirst().span()))) {
        return;
      }
    }
    list.add(diagnostic);
  }

  public List<Diagnostic> all() {
    return List.copyOf(list);
  }

  public boolean hasErrors() {
    return list.stream().anyMatch(d -> d.severity() == Severity.ERROR);
  }

  /** Throws everything found as one exception if there is an error in it. */
  public void throwIfErrors() {
    if (hasErrors()) {
      throw new ProgramException(all());
    }
  }
}
