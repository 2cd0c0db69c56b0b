package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.RandomBits;
import dlx.schedule.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the methods of one entry share: numbers for its extents and draws. */
final class Context {
  private final List<Buffer> buffers;
  private final int bits;
  private final Map<Extent, Integer> extents = new LinkedHashMap<>();
  private final Map<String, Integer> draws = new LinkedHashMap<>();
  private final Map<String, Integer> symbols = new LinkedHashMap<>();

  /**
   * @param bits the width of vectors; 0 for scalar code
   */
  Context(List<Buffer> buffers, int bits) {
    this.buffers = buffers;
    this.bits = bits;
  }

  int bits() {
    return bits;
  }

  Buffer buffer(int id) {
    return buffers.get(id);
  }

  /** The number of an extent in {@link dlx.runtime.Program#extents()}. */
  int extent(Extent extent) {
    return extents.computeIfAbsent(extent, e -> extents.size());
  }

  int draw(String address) {
    return draws.computeIfAbsent(address, a -> draws.size());
  }

  List<Long> drawAddresses() {
    return draws.keySet().stream().map(RandomBits::address).toList();
  }

  List<String> symbols() {
    return List.copyOf(symbols.keySet());
  }

  /** The postfix texts of all extents so far. */
  List<String> extentTexts() {
    List<String> texts = new ArrayList<>();
    extents.keySet().forEach(e -> texts.add(postfix(e)));
    return texts;
  }

  private String postfix(Extent extent) {
    return extent.<String>fold(
        "0",
        "1",
        c -> Long.toString(c),
        name -> "$" + symbols.computeIfAbsent(name, n -> symbols.size()),
        (a, b) -> a + " " + b + " +",
        (a, b) -> a + " " + b + " *",
        (a, b) -> a + " " + b + " /",
        (a, b) -> a + " " + b + " %");
  }
}
