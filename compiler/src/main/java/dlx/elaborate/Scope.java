package dlx.elaborate;

import dlx.source.Span;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names of a block or body, and those around it. */
final class Scope {
  /** What a name stands for. */
  enum Kind {
    DEFINITION,
    ARGUMENT,
    /** A variable after {@code with}. */
    VARIABLE,
    /** A parameter or state, or the {@code p} of {@code for p in params}. */
    SLOT,
    /** The turn of a loop. */
    TURN,
    /** A size of a signature. */
    SIZE
  }

  /** A name with its value. */
  static final class Binding {
    final Kind kind;
    final Span span;
    final @Nullable Slot slot;
    Value value;

    /** The last place where it became something else. */
    @Nullable Span updated;

    Binding(Kind kind, Value value, Span span) {
      this(kind, value, span, null);
    }

    Binding(Kind kind, Value value, Span span, @Nullable Slot slot) {
      this.kind = kind;
      this.value = value;
      this.span = span;
      this.slot = slot;
    }
  }

  final @Nullable Scope outer;
  private final Map<String, Binding> names = new LinkedHashMap<>();

  Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  @Nullable Binding find(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Binding binding = scope.names.get(name);
      if (binding != null) {
        return binding;
      }
    }
    return null;
  }

  @Nullable Binding own(String name) {
    return names.get(name);
  }

  void put(String name, Binding binding) {
    names.put(name, binding);
  }

  Set<String> all() {
    Set<String> all = new LinkedHashSet<>();
    for (Scope scope = this; scope != null; scope = scope.outer) {
      all.addAll(scope.names.keySet());
    }
    return all;
  }
}
