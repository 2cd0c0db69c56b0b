package dlx.emit;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Turns a square: to[i + j * panel] = from[j + i * step] for i and j below the number of lanes, as
 * a method of its own. Arguments: frame, scratch; array, first index and step of the source; array
 * and first index of the target.
 *
 * <p>For every distance d, half the lanes down to 1, rows i and i + d exchange the quarters that
 * lie on the wrong side. Two distances are done at a time, four rows in registers.
 */
final class SquareEmitter {
  private static final int FROM = 2;
  private static final int FROM_AT = 3;
  private static final int STEP = 4;
  private static final int TO = 5;
  private static final int TO_AT = 6;
  private static final int ARGUMENTS = 7;

  private final Code code;
  private final DType dtype;
  private final Lane lane;
  private final int panel;
  private final Body body;
  private final Exchange exchange;

  private SquareEmitter(Code code, DType dtype, int panel, int bits) {
    this.code = code;
    this.dtype = dtype;
    this.lane = Lane.of(bits, List.of(dtype));
    this.panel = panel;
    this.body = new Body(code, lane, null);
    this.exchange = new Exchange(code, lane, dtype);
  }

  static String name(String kernel) {
    return kernel + "square";
  }

  static String descriptor(String array) {
    return "(L" + Code.FRAME + ";L" + Code.SCRATCH + ";" + array + "II" + array + "I)V";
  }

  static void emit(
      ClassVisitor cv,
      DType dtype,
      int panel,
      String kernel,
      int line,
      int bits,
      Operands operands) {
    Code.method(
        cv,
        name(kernel),
        descriptor("[" + Lane.letter(dtype)),
        ARGUMENTS,
        line,
        operands,
        code -> new SquareEmitter(code, dtype, panel, bits).emit());
  }

  private void emit() {
    int lanes = lane.lanes();
    List<List<Integer>> passes = new ArrayList<>();
    for (int distance = lanes / 2; distance >= 1; distance /= 4) {
      passes.add(distance > 1 ? List.of(distance, distance / 2) : List.of(distance));
    }
    for (int pass = 0; pass < passes.size(); pass++) {
      List<Integer> distances = passes.get(pass);
      int reach = distances.stream().mapToInt(d -> d).sum();
      for (int row = 0; row < lanes; row++) {
        // the rows that differ from this one in the bits of the distances
        if ((row & reach) == 0) {
          int mark = code.mark();
          rows(row, distances, pass == 0, pass == passes.size() - 1);
          code.release(mark);
        }
      }
    }
  }

  /** Loads rows that are a distance apart from each other, exchanges, stores. */
  private void rows(int first, List<Integer> distances, boolean fromSource, boolean toTarget) {
    List<Integer> numbers = new ArrayList<>(List.of(first));
    for (int distance : distances.reversed()) {
      List.copyOf(numbers).forEach(n -> numbers.add(n + distance));
    }
    int[] rows = new int[lane.lanes()];
    for (int n : numbers) {
      body.species(dtype);
      if (fromSource) {
        code.aload(FROM);
        code.iload(FROM_AT);
        code.iload(STEP);
        code.constant(n);
        code.insn(Opcodes.IMUL);
        code.insn(Opcodes.IADD);
      } else {
        code.scratch(dtype);
        code.constant(n * lane.lanes());
      }
      code.callStatic(
          Lane.type(dtype),
          "fromArray",
          "(L" + Lane.SPECIES + ";[" + Lane.letter(dtype) + "I)" + Lane.descriptor(dtype));
      rows[n] = code.local(1);
      code.astore(rows[n]);
    }
    for (int distance : distances) {
      for (int n : numbers) {
        if ((n & distance) == 0) {
          exchange(rows[n], rows[n + distance], distance);
        }
      }
    }
    for (int n : numbers) {
      code.aload(rows[n]);
      if (toTarget) {
        code.aload(TO);
        code.iload(TO_AT);
        code.constant(n * panel);
        code.insn(Opcodes.IADD);
      } else {
        code.scratch(dtype);
        code.constant(n * lane.lanes());
      }
      code.call(Lane.type(dtype), "intoArray", "([" + Lane.letter(dtype) + "I)V");
    }
  }

  /** Lanes with the bit of the distance in one row for those without it in the other. */
  private void exchange(int one, int other, int distance) {
    int first = code.local(1);
    code.aload(one);
    code.aload(other);
    exchange.rearrange(distance);
    exchange.blend(distance);
    code.astore(first);
    code.aload(one);
    exchange.rearrange(distance);
    code.aload(other);
    exchange.blend(distance);
    code.astore(other);
    code.aload(first);
    code.astore(one);
  }
}
