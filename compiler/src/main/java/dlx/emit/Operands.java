package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a method is told at every call: which buffers, extents and draws those of its form are. In
 * the order in which the method first needs them.
 */
final class Operands {
  /** A buffer, extent or draw of the form. */
  sealed interface Operand {}

  record Array(Buffer formal) implements Operand {}

  record Size(Extent formal) implements Operand {}

  record Key(String formal) implements Operand {}

  private final Map<Operand, Integer> places = new LinkedHashMap<>();

  /** The place of an operand in {@link dlx.runtime.Scratch#operands}. */
  int place(Operand operand) {
    return places.computeIfAbsent(operand, o -> places.size());
  }

  List<Operand> all() {
    return List.copyOf(places.keySet());
  }
}
