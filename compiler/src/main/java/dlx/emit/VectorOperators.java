package dlx.emit;

import dlx.graph.Elementwise;
import dlx.runtime.DType;
import dlx.schedule.Instruction;
import java.util.List;
import org.objectweb.asm.Opcodes;

/** How elementwise operators are spelled on vectors. */
final class VectorOperators {
  private VectorOperators() {}

  /** Can this be spelled on vectors? If not, its loop works on single numbers. */
  static boolean has(Instruction.Apply apply) {
    boolean ints = apply.dtype() == DType.I32 && apply.inputs().getFirst().dtype() == DType.I32;
    return switch (apply.operator()) {
      case FLOOR_DIVIDE, REMAINDER -> !ints;
      case POWER -> !ints || Spelling.power(apply) == 2;
      default -> true;
    };
  }

  static boolean isComparison(Elementwise operator) {
    return switch (operator) {
      case LESS, LESS_EQUAL, EQUAL, TO_BOOL -> true;
      default -> false;
    };
  }

  /** Pushes the result of an operator. */
  static void apply(Body body, Instruction.Apply apply) {
    List<Instruction> in = Body.needs(apply);
    DType dtype = apply.dtype();
    DType from = in.getFirst().dtype();
    Writer w = new Writer(body, dtype);
    switch (apply.operator()) {
      case NEGATE -> w.vector(in.get(0)).method("neg");
      case EXP, LOG, SIN, COS, TANH, ERF, LOG1P, EXPM1, SIGMOID, SOFTPLUS, FLOOR -> {
        w.vector(in.get(0));
        Spelling.formula(apply, new Spell(body, dtype, true));
      }
      case FLOOR_DIVIDE, REMAINDER -> {
        w.vector(in.get(0)).vector(in.get(1));
        boolean quotient = apply.operator() == Elementwise.FLOOR_DIVIDE;
        body.lanes(quotient ? "floorDivide" : "remainder", dtype, 2);
      }
      case SQRT -> w.vector(in.get(0)).method("sqrt");
      case ABS -> w.vector(in.get(0)).method("abs");
      case SIGN -> sign(w, in.get(0));
      case ADD ->
          w.vector(in.get(0)).vector(in.get(1)).binary(Body.isDifference(apply) ? "sub" : "add");
      case MULTIPLY -> w.vector(in.get(0)).vector(in.get(1)).binary("mul");
      case DIVIDE -> w.vector(in.get(0)).vector(in.get(1)).binary("div");
      case POWER -> {
        if (Spelling.power(apply) == 2) {
          w.vector(in.get(0)).vector(in.get(0)).binary("mul");
        } else {
          w.vector(in.get(0)).vector(in.get(1));
          body.lanes("power", dtype, 2);
        }
      }
      case MAX, MIN -> extreme(w, apply.operator() == Elementwise.MAX, in.get(0), in.get(1));
      case LESS -> {
        if (from == DType.BOOL) {
          w.mask(in.get(1)).mask(in.get(0)).logic("andNot");
        } else {
          w.vector(in.get(0)).vector(in.get(1)).compare(from, "LT");
        }
      }
      case LESS_EQUAL -> {
        if (from == DType.BOOL) {
          w.mask(in.get(0)).not().mask(in.get(1)).logic("or");
        } else {
          w.vector(in.get(0)).vector(in.get(1)).compare(from, "LE");
        }
      }
      case EQUAL -> {
        if (from == DType.BOOL) {
          w.mask(in.get(0)).mask(in.get(1)).logic("eq");
        } else {
          w.vector(in.get(0)).vector(in.get(1)).compare(from, "EQ");
        }
      }
      case AND -> w.mask(in.get(0)).mask(in.get(1)).logic("and");
      case OR -> w.mask(in.get(0)).mask(in.get(1)).logic("or");
      case NOT -> w.mask(in.get(0)).not();
      case WHERE -> where(body, w, in, dtype);
      case TO_F32, TO_F64, TO_I32 -> convert(body, w, in.get(0), from, dtype);
      case TO_BOOL -> {
        if (from == DType.BOOL) {
          w.mask(in.get(0));
        } else {
          w.vector(in.get(0));
          body.constant(0, from);
          w.compare(from, "NE");
        }
      }
      case STOP_GRADIENT -> body.push(in.get(0), true);
    }
  }

  /**
   * The larger or smaller of two. With a number of the program that is a comparison and a choice,
   * which keeps NaN; between vectors of floats it takes the machine six instructions.
   */
  private static void extreme(Writer w, boolean largest, Instruction a, Instruction b) {
    Instruction number = a instanceof Instruction.Number ? a : b;
    Instruction x = number == a ? b : a;
    boolean known = number instanceof Instruction.Number n && !Double.isNaN(n.value());
    if (!known || !w.dtype().isFloat()) {
      w.vector(a).vector(b).binary(largest ? "max" : "min");
      return;
    }
    // of zeros, the one that is not x's: -0 is below 0
    double zero = largest ? 0.0 : -0.0;
    boolean orEqual = Double.compare(((Instruction.Number) number).value(), zero) == 0;
    String replaces = (largest ? "L" : "G") + (orEqual ? "E" : "T");
    w.vector(x).vector(number).vector(x).vector(number).compare(w.dtype(), replaces).blend();
  }

  /** -1, 0 or 1; zeros and NaN stay as they are. */
  private static void sign(Writer w, Instruction x) {
    w.vector(x).number(1).vector(x).number(0).compare(x.dtype(), "GT").blend();
    w.number(-1).vector(x).number(0).compare(x.dtype(), "LT").blend();
  }

  private static void where(Body body, Writer w, List<Instruction> in, DType dtype) {
    if (dtype == DType.BOOL) {
      w.mask(in.get(0)).mask(in.get(1)).logic("and");
      w.mask(in.get(2)).mask(in.get(0)).logic("andNot").logic("or");
      return;
    }
    w.vector(in.get(2)).vector(in.get(1));
    body.mask(in.get(0), dtype);
    w.blend();
  }

  private static void convert(Body body, Writer w, Instruction x, DType from, DType to) {
    if (from == DType.BOOL) {
      w.number(0).number(1);
      body.mask(x, to);
      w.blend();
      return;
    }
    body.push(x, true);
    if (from == to) {
      return;
    }
    String letters = letter(from) + "2" + letter(to);
    Code code = body.code;
    code.mv()
        .visitFieldInsn(
            Opcodes.GETSTATIC, Lane.OPERATORS, letters, "L" + Lane.OPERATORS + "$Conversion;");
    body.species(to);
    code.constant(0);
    code.call(
        Lane.VECTOR,
        "convertShape",
        "(L" + Lane.OPERATORS + "$Conversion;L" + Lane.SPECIES + ";I)L" + Lane.VECTOR + ";");
    code.mv().visitTypeInsn(Opcodes.CHECKCAST, Lane.type(to));
  }

  private static String letter(DType dtype) {
    return Lane.letter(dtype);
  }

  /** Writes vector expressions in postfix order. */
  record Writer(Body body, DType dtype) {
    private String type() {
      return Lane.type(dtype);
    }

    private String descriptor() {
      return "L" + type() + ";";
    }

    Writer vector(Instruction value) {
      body.push(value, true);
      return this;
    }

    Writer number(double value) {
      body.constant(value, dtype);
      return this;
    }

    Writer mask(Instruction value) {
      body.mask(value, DType.BOOL);
      return this;
    }

    Writer method(String name) {
      body.code.call(type(), name, "()" + descriptor());
      return this;
    }

    Writer binary(String name) {
      body.code.call(type(), name, "(L" + Lane.VECTOR + ";)" + descriptor());
      return this;
    }

    /** Compares two vectors of an element type. The operator goes under the second vector. */
    Writer compare(DType of, String operator) {
      Code code = body.code;
      code.mv()
          .visitFieldInsn(
              Opcodes.GETSTATIC, Lane.OPERATORS, operator, "L" + Lane.OPERATORS + "$Comparison;");
      code.insn(Opcodes.SWAP);
      code.call(
          Lane.type(of),
          "compare",
          "(L" + Lane.OPERATORS + "$Comparison;L" + Lane.VECTOR + ";)L" + Lane.MASK + ";");
      return this;
    }

    /** The second vector where the mask on top is set, else the first. */
    Writer blend() {
      body.code.call(type(), "blend", "(L" + Lane.VECTOR + ";L" + Lane.MASK + ";)" + descriptor());
      return this;
    }

    Writer logic(String name) {
      body.code.call(Lane.MASK, name, "(L" + Lane.MASK + ";)L" + Lane.MASK + ";");
      return this;
    }

    Writer not() {
      body.code.call(Lane.MASK, "not", "()L" + Lane.MASK + ";");
      return this;
    }
  }
}
