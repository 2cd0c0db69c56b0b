package dlx.source;

import dlx.source.Diagnostic.Severity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a run of the compiler has to say, in the order it was found, at most one per cause. */
public final class Diagnostics {
  private final List<Diagnostic> list = new ArrayList<>();
  private final Set<Cause> causes = new HashSet<>();

  /** What makes two diagnostics the same one. */
  private record Cause(String code, String message, @Nullable Span place) {
    static Cause of(Diagnostic diagnostic) {
      List<Diagnostic.Place> places = diagnostic.places();
      Span place = places.isEmpty() ? null : places.getFirst().span();
      return new Cause(diagnostic.code(), diagnostic.message(), place);
    }
  }

  /** Adds a diagnostic unless the same one (code, message and first place) is there. */
  public void add(Diagnostic diagnostic) {
    if (causes.add(Cause.of(diagnostic))) {
      list.add(diagnostic);
    }
  }

  /** How many there are. */
  public int size() {
    return list.size();
  }

  /** Forgets all but the first {@code count}: what was only tried is not told. */
  public void keep(int count) {
    while (list.size() > count) {
      causes.remove(Cause.of(list.removeLast()));
    }
  }

  /** Forgets those after the first {@code count} that were found in what was only tried. */
  public void forget(int count, Predicate<Diagnostic> tried) {
    List<Diagnostic> kept =
        list.subList(count, list.size()).stream().filter(tried.negate()).toList();
    keep(count);
    kept.forEach(this::add);
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
