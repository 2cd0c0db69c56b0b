package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.runtime.Program;
import dlx.runtime.RandomBits;
import dlx.schedule.Form;
import dlx.schedule.Instruction;
import dlx.schedule.Turn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the methods of one entry share: numbers for its extents, draws and constants. */
final class Context {
  private final int buffers;
  private final int bits;
  private final Map<DType, Map<Double, Integer>> constants = new EnumMap<>(DType.class);
  private final Map<Extent, Integer> extents = new LinkedHashMap<>();
  private final Map<String, Integer> draws = new LinkedHashMap<>();
  private final Map<String, Integer> symbols = new LinkedHashMap<>();

  /**
   * @param buffers how many buffers the schedule has
   * @param bits the width of vectors; 0 for scalar code
   */
  Context(int buffers, int bits) {
    this.buffers = buffers;
    this.bits = bits;
  }

  int bits() {
    return bits;
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

  /** The numbers of the buffers, extents and draws that a method is given for one kernel. */
  List<Integer> operands(Operands wanted, Form form) {
    List<Integer> numbers = new ArrayList<>();
    for (Operands.Operand operand : wanted.all()) {
      numbers.add(
          switch (operand) {
            case Operands.Array a ->
                form.buffer(a.formal()) == null
                    ? table(a.formal().dtype())
                    : form.buffer(a.formal()).id();
            case Operands.Size s -> extent(form.extent(s.formal(), this::constant));
            case Operands.Key k -> draw(form.draw(k.formal()));
          });
    }
    return numbers;
  }

  /** The buffer behind all others that holds the constants of an element type. */
  private int table(DType dtype) {
    return buffers + dtype.ordinal();
  }

  private int constant(Instruction.Number number) {
    Map<Double, Integer> places =
        constants.computeIfAbsent(number.dtype(), d -> new LinkedHashMap<>());
    return places.computeIfAbsent(number.value(), v -> places.size());
  }

  /** The constants that methods of wide forms are given. */
  List<Program.Table> constantTables() {
    List<Program.Table> tables = new ArrayList<>();
    constants.forEach((dtype, places) ->
        tables.add(new Program.Table(table(dtype), dtype, List.copyOf(places.keySet()))));
    return tables;
  }

  List<String> symbols() {
    return List.copyOf(symbols.keySet());
  }

  /** The extents that change from turn to turn of a loop, and of no loop inside of it. */
  List<Extent> moving(int loop) {
    return extents.keySet().stream().filter(e -> Turn.loop(e) == loop).toList();
  }

  /** The postfix texts of all extents so far; 0 for what changes in a loop. */
  List<String> extentTexts() {
    List<String> texts = new ArrayList<>();
    extents.keySet().forEach(e -> texts.add(Turn.loop(e) < 0 ? postfix(e) : "0"));
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
