package dlx.cli;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names of the classes that a model was trained on: what whole numbers that are positions among
 * them are shown with.
 */
record ClassNames(List<String> names) {
  /** More than so many are not told. */
  private static final int MOST = 100;

  /** The one list of classes that are words; nothing if there are several lists. */
  static ClassNames of(Map<String, List<String>> classes) {
    Set<List<String>> lists = new HashSet<>(classes.values());
    boolean one = lists.size() == 1 && FunctionCall.vocabulary(classes).isEmpty();
    return new ClassNames(one ? lists.iterator().next() : List.of());
  }

  /** The names of a number or a row of numbers; empty if it is something else. */
  List<String> of(Tensor tensor) {
    boolean able = tensor.dtype() == DType.I32 && tensor.rank() <= 1 && tensor.size() <= MOST;
    if (names.isEmpty() || !able) return List.of();
    List<String> found = new ArrayList<>();
    for (int position : tensor.ints()) {
      if (position < 0 || position >= names.size()) return List.of();
      found.add(names.get(position));
    }
    return found;
  }
}
