package dlx.emit;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Instruction;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * Values in registers: each instruction becomes a local variable, a vector where it changes along
 * the vector axis and a plain number elsewhere.
 */
final class Body {
  /** How the loops around say where an access is. */
  interface Indexer {
    /** Pushes the index of an element, as an int. */
    void push(Access access);

    /** How far the next lane of a vector loop lies; zero if the access does not change along it. */
    Extent stride(Access access);

    /** Does the access change along the vector axis? */
    default boolean varies(Access access) {
      return !stride(access).isZero();
    }
  }

  /** A local variable; {@code dtype} of a mask is the element type of the vectors it fits. */
  private record Register(int local, DType dtype, boolean vector, boolean mask) {}

  /** Where the second argument of a function lies in scratch memory. */
  private static final int LANES_APART = 64;

  /** Where a part of a vector lies in scratch memory. */
  private static final int PART = 192;

  final Code code;
  private final Lane lane;
  private final Indexer indexer;
  private final Map<Instruction, Register> registers = new IdentityHashMap<>();

  /** Locals with what the positions of picks add to their indices, where that is known. */
  private final Map<Instruction.Pick, Integer> places = new IdentityHashMap<>();

  /** The local with a bit for each lane that counts; -1 if all do. */
  private int counted = -1;

  /** How many elements of a vector there are in memory; 0 if all. */
  private int through;

  Body(Code code, Lane lane, Indexer indexer) {
    this.code = code;
    this.lane = lane;
    this.indexer = indexer;
  }

  /** A body inside this one: it sees these registers and keeps its own. */
  Body inner(Lane innerLane, Indexer innerIndexer) {
    Body body = new Body(code, innerLane, innerIndexer);
    body.registers.putAll(registers);
    body.places.putAll(places);
    return body;
  }

  /** Only some lanes count here: the others are not folded, and memory keeps what it has there. */
  Body counting(int bitsLocal) {
    counted = bitsLocal;
    return this;
  }

  /**
   * Here memory has only so many elements for a vector; they go through memory of the thread.
   *
   * @param elements 0 for whole vectors
   */
  Body through(int elements) {
    through = elements;
    return this;
  }

  boolean has(Instruction instruction) {
    return registers.containsKey(instruction);
  }

  /** Is the value a vector here? */
  boolean isVector(Instruction instruction) {
    if (!lane.isVector()) {
      return false;
    }
    Register known = registers.get(instruction);
    if (known != null) {
      return known.vector();
    }
    Access access = instruction.access();
    return access != null && indexer.varies(access)
        || needs(instruction).stream().anyMatch(this::isVector);
  }

  /** Binds an instruction to a local that holds it already. */
  void bind(Instruction instruction, int local, boolean vector) {
    registers.put(instruction, new Register(local, instruction.dtype(), vector, false));
  }

  /** Takes over the register of a value that is the same in another body. */
  void share(Instruction instruction, Body other) {
    Register register = other.registers.get(instruction);
    if (register != null) {
      registers.put(instruction, register);
    }
  }

  /** Computes an instruction whose inputs are computed. */
  void compute(Instruction instruction) {
    if (has(instruction) || instruction instanceof Instruction.Number) {
      return;
    }
    boolean vector = isVector(instruction);
    DType dtype = instruction.dtype();
    int temporaries = code.mark();
    switch (instruction) {
      case Instruction.Load load -> {
        if (vector) {
          vectorLoad(load.access(), dtype);
        } else {
          code.array(load.access().buffer());
          indexer.push(load.access());
          code.arrayLoad(dtype);
        }
      }
      case Instruction.Position position -> {
        indexer.push(position.access());
        if (vector) {
          steps(position.access());
        }
      }
      case Instruction.Draw draw -> {
        if (vector) {
          Threefry.vector(this, draw, () -> indexer.push(draw.access()));
        } else {
          code.key(draw.address());
          indexer.push(draw.access());
          code.insn(Opcodes.I2L);
          code.callStatic(
              "dlx/runtime/RandomBits",
              dtype == DType.F32 ? "uniform32" : "uniform64",
              dtype == DType.F32 ? "(JJ)F" : "(JJ)D");
        }
      }
      case Instruction.SizeNumber size -> code.extent(size.extent());
      case Instruction.Pick pick -> pick(pick, vector);
      case Instruction.Apply apply -> {
        if (vector) {
          VectorOperators.apply(this, apply);
        } else {
          ScalarOperators.apply(this, apply);
        }
      }
      case Instruction.Number n -> throw new IllegalStateException("numbers have no register");
      case Instruction.Folded f -> throw new IllegalStateException("a fold that was not computed");
      case Instruction.Carried c -> throw new IllegalStateException("a variable without a place");
      case Instruction.Summed s -> throw new IllegalStateException("a sum that was not computed");
    }
    DType maskOf = vector && dtype == DType.BOOL ? maskType(instruction) : dtype;
    code.release(temporaries);
    int local = vector ? code.local(1) : code.local(dtype);
    if (vector) {
      code.astore(local);
    } else {
      code.store(dtype, local);
    }
    registers.put(instruction, new Register(local, maskOf, vector, vector && dtype == DType.BOOL));
  }

  /** Binds a float value to what was kept of it in memory. */
  void recall(Instruction instruction, Access place) {
    DType dtype = instruction.dtype();
    boolean vector = lane.isVector() && indexer.varies(place);
    if (vector) {
      vectorLoad(place, dtype);
    } else {
      code.array(place.buffer());
      indexer.push(place);
      code.arrayLoad(dtype);
    }
    int local = vector ? code.local(1) : code.local(dtype);
    if (vector) {
      code.astore(local);
    } else {
      code.store(dtype, local);
    }
    bind(instruction, local, vector);
  }

  /**
   * The element type of the vectors that a computed mask fits: comparisons make masks of their own.
   */
  private DType maskType(Instruction instruction) {
    return instruction instanceof Instruction.Apply apply
            && VectorOperators.isComparison(apply.operator())
        ? comparedType(apply)
        : lane.maskType();
  }

  private DType comparedType(Instruction.Apply apply) {
    DType compared = apply.inputs().getFirst().dtype();
    return compared == DType.BOOL ? lane.maskType() : compared;
  }

  private void vectorLoad(Access access, DType dtype) {
    if (through > 0) {
      code.array(access.buffer());
      indexer.push(access);
      code.scratch(dtype);
      code.constant(PART);
      copyPart();
      fromScratch(dtype, PART);
      return;
    }
    species(dtype);
    code.array(access.buffer());
    indexer.push(access);
    String arguments = "(L" + Lane.SPECIES + ";[" + Lane.letter(dtype) + "I)";
    code.callStatic(
        dtype == DType.BOOL ? Lane.MASK : Lane.type(dtype),
        "fromArray",
        arguments + Lane.descriptor(dtype));
  }

  private void copyPart() {
    code.constant(through);
    code.callStatic("java/lang/System", "arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V");
  }

  private void fromScratch(DType dtype, int at) {
    species(dtype);
    code.scratch(dtype);
    code.constant(at);
    code.callStatic(
        Lane.type(dtype),
        "fromArray",
        "(L" + Lane.SPECIES + ";[" + Lane.letter(dtype) + "I)" + Lane.descriptor(dtype));
  }

  /** From the first position on the stack to a vector of positions, a stride apart. */
  private void steps(Access access) {
    int first = code.local(1);
    code.istore(first);
    lanePositions();
    Extent stride = indexer.stride(access);
    if (!stride.isOne()) {
      code.extent(stride);
      code.call(Lane.type(DType.I32), "mul", "(I)" + Lane.descriptor(DType.I32));
    }
    code.iload(first);
    code.call(Lane.type(DType.I32), "add", "(I)" + Lane.descriptor(DType.I32));
  }

  /** Pushes the vector 0, 1, 2, ... */
  void lanePositions() {
    species(DType.I32);
    code.mv().visitFieldInsn(Opcodes.GETSTATIC, "dlx/runtime/Lanes", "POSITIONS", "[I");
    code.constant(0);
    code.callStatic(
        Lane.type(DType.I32),
        "fromArray",
        "(L" + Lane.SPECIES + ";[II)" + Lane.descriptor(DType.I32));
  }

  /** Works out once where a pick reads; its index must be computed. */
  void locate(Instruction.Pick pick) {
    int local = code.local(1);
    place(pick);
    code.istore(local);
    places.put(pick, local);
  }

  /** Pushes what the position of a pick adds to its index. */
  private void place(Instruction.Pick pick) {
    push(pick.index(), false);
    code.extent(pick.extent());
    if (pick.checked()) {
      code.mv().visitLdcInsn(pick.span().toString());
      code.callStatic(Code.FRAME, "position", "(IILjava/lang/String;)I");
    } else {
      code.callStatic(Code.FRAME, "nearest", "(II)I");
    }
    code.extent(pick.stride());
    code.insn(Opcodes.IMUL);
  }

  private void pick(Instruction.Pick pick, boolean vector) {
    DType dtype = pick.dtype();
    if (vector) {
      species(dtype);
    }
    code.array(pick.access().buffer());
    Integer place = places.get(pick);
    if (place == null) {
      place(pick);
    } else {
      code.iload(place);
    }
    indexer.push(pick.access());
    code.insn(Opcodes.IADD);
    if (vector) {
      code.callStatic(
          dtype == DType.BOOL ? Lane.MASK : Lane.type(dtype),
          "fromArray",
          "(L" + Lane.SPECIES + ";[" + Lane.letter(dtype) + "I)" + Lane.descriptor(dtype));
    } else {
      code.arrayLoad(dtype);
    }
  }

  // ------------------------------------------------------------------ values on the stack

  void species(DType dtype) {
    DType element = dtype == DType.BOOL ? lane.maskType() : dtype;
    code.mv()
        .visitFieldInsn(
            Opcodes.GETSTATIC, Lane.type(element), lane.species(element), "L" + Lane.SPECIES + ";");
  }

  /** The field with the species of integers of the same size as an element type. */
  String bitsSpecies(DType dtype) {
    return lane.species(dtype);
  }

  /** Pushes a value as a number, or as a vector (copies of it, if it is a number). */
  void push(Instruction instruction, boolean vector) {
    if (vector && instruction.dtype() == DType.BOOL) {
      mask(instruction, lane.maskType());
      return;
    }
    Register register = registers.get(instruction);
    if (register != null && register.vector()) {
      if (!vector) {
        throw new IllegalStateException("a vector where a number is needed");
      }
      code.aload(register.local());
      return;
    }
    if (!vector) {
      number(instruction);
      return;
    }
    DType dtype = instruction.dtype();
    species(dtype);
    number(instruction);
    code.callStatic(
        Lane.type(dtype),
        "broadcast",
        "(L" + Lane.SPECIES + ";" + Lane.letter(dtype) + ")" + Lane.descriptor(dtype));
  }

  private void number(Instruction instruction) {
    if (instruction instanceof Instruction.Number n) {
      code.constant(n.value(), n.dtype());
    } else {
      code.load(instruction.dtype(), registers.get(instruction).local());
    }
  }

  /** Pushes a constant vector. */
  void constant(double value, DType dtype) {
    species(dtype);
    code.constant(value, dtype);
    code.callStatic(
        Lane.type(dtype),
        "broadcast",
        "(L" + Lane.SPECIES + ";" + Lane.letter(dtype) + ")" + Lane.descriptor(dtype));
  }

  /** Pushes a condition as a mask for vectors of an element type. */
  void mask(Instruction condition, DType forType) {
    Register register = registers.get(condition);
    DType element = forType == DType.BOOL ? lane.maskType() : forType;
    if (register == null || !register.vector()) {
      species(element);
      number(condition);
      code.mv()
          .visitMethodInsn(
              Opcodes.INVOKEINTERFACE, Lane.SPECIES, "maskAll", "(Z)L" + Lane.MASK + ";", true);
      return;
    }
    code.aload(register.local());
    if (register.dtype() != element) {
      species(element);
      code.call(Lane.MASK, "cast", "(L" + Lane.SPECIES + ";)L" + Lane.MASK + ";");
    }
  }

  /** Pushes a vector with another number in the lanes that do not count. */
  void pushCounted(Instruction value, double otherwise) {
    if (counted < 0) {
      push(value, true);
      return;
    }
    constant(otherwise, value.dtype());
    push(value, true);
    blendCounted(value.dtype());
  }

  /** From two vectors: the upper one in the lanes that count, else the lower one. */
  private void blendCounted(DType dtype) {
    species(dtype);
    code.mv().visitVarInsn(Opcodes.LLOAD, counted);
    code.callStatic(Lane.MASK, "fromLong", "(L" + Lane.SPECIES + ";J)L" + Lane.MASK + ";");
    code.call(
        Lane.type(dtype),
        "blend",
        "(L" + Lane.VECTOR + ";L" + Lane.MASK + ";)" + Lane.descriptor(dtype));
  }

  /** Writes a value to where an access says. */
  void write(Access to, Instruction value) {
    DType dtype = value.dtype();
    if (lane.isVector() && indexer.varies(to)) {
      if (through > 0) {
        push(value, true);
        code.scratch(dtype);
        code.constant(PART);
        code.call(Lane.type(dtype), "intoArray", "([" + Lane.letter(dtype) + "I)V");
        code.scratch(dtype);
        code.constant(PART);
        code.array(to.buffer());
        indexer.push(to);
        copyPart();
      } else if (dtype == DType.BOOL) {
        push(value, true);
        // intoArray of a mask makes an array of its own
        code.call(Lane.MASK, "toLong", "()J");
        code.array(to.buffer());
        indexer.push(to);
        if (counted < 0) {
          code.constant(0);
        } else {
          code.mv().visitVarInsn(Opcodes.LLOAD, counted);
          code.callStatic("java/lang/Long", "numberOfTrailingZeros", "(J)I");
        }
        code.constant(lane.lanes());
        code.callStatic("dlx/runtime/Lanes", "store", "(J[ZIII)V");
      } else {
        if (counted < 0) {
          push(value, true);
        } else {
          vectorLoad(to, dtype);
          push(value, true);
          blendCounted(dtype);
        }
        code.array(to.buffer());
        indexer.push(to);
        code.call(Lane.type(dtype), "intoArray", "([" + Lane.letter(dtype) + "I)V");
      }
    } else {
      code.array(to.buffer());
      indexer.push(to);
      push(value, false);
      code.arrayStore(dtype);
    }
  }

  /**
   * Applies a function lane by lane, through scratch memory: for functions that have no formula in
   * vectors. Their results are those of the same function on single numbers.
   *
   * @param arguments how many vectors on the stack are its arguments
   */
  void lanes(String function, DType dtype, int arguments) {
    String array = "[" + Lane.letter(dtype);
    for (int i = arguments - 1; i >= 0; i--) {
      code.scratch(dtype);
      code.constant(i * LANES_APART);
      code.call(Lane.type(dtype), "intoArray", "(" + array + "I)V");
    }
    code.scratch(dtype);
    code.constant(lane.lanes());
    code.callStatic("dlx/runtime/Lanes", function, "(" + array + "I)V");
    fromScratch(dtype, 0);
  }

  /** {@code then} if the int on the stack is not 0, else {@code otherwise}. */
  void choose(Runnable then, Runnable otherwise) {
    Label no = new Label();
    Label end = new Label();
    code.mv().visitJumpInsn(Opcodes.IFEQ, no);
    then.run();
    code.mv().visitJumpInsn(Opcodes.GOTO, end);
    code.mv().visitLabel(no);
    otherwise.run();
    code.mv().visitLabel(end);
  }

  /**
   * The inputs that must be in registers before an instruction: a sum with a negated input is a
   * difference, and needs what is negated.
   */
  static List<Instruction> needs(Instruction instruction) {
    if (instruction instanceof Instruction.Apply apply && apply.operator() == Elementwise.ADD) {
      Instruction subtracted = negated(apply.inputs().get(1));
      if (subtracted != null) {
        return List.of(apply.inputs().get(0), subtracted);
      }
      Instruction first = negated(apply.inputs().get(0));
      if (first != null) {
        return List.of(apply.inputs().get(1), first);
      }
    }
    return instruction.inputs();
  }

  /** Is the sum written as a difference? */
  static boolean isDifference(Instruction.Apply apply) {
    return apply.operator() == Elementwise.ADD
        && (negated(apply.inputs().get(0)) != null || negated(apply.inputs().get(1)) != null);
  }

  private static Instruction negated(Instruction instruction) {
    return instruction instanceof Instruction.Apply apply && apply.operator() == Elementwise.NEGATE
        ? apply.inputs().getFirst()
        : null;
  }
}
