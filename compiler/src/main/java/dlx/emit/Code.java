package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * One generated method while it is written: locals, constants, loops. The method is written twice:
 * a rehearsal finds out which buffers, sizes and keys it needs, so that they can be loaded once at
 * its beginning.
 */
final class Code {
  static final String FRAME = "dlx/runtime/Frame";
  static final String SCRATCH = "dlx/runtime/Scratch";
  static final String KERNEL = "(L" + FRAME + ";L" + SCRATCH + ";II)V";
  static final int FROM = 2;
  static final int TO = 3;

  private final MethodVisitor mv;

  /** The local variables of the operands that the prologue loads. */
  private final Map<Operands.Operand, Integer> loaded;

  /** The local variables of buffers that are arguments. */
  private final Map<Integer, Integer> bound = new java.util.HashMap<>();

  private int next;

  private Code(MethodVisitor mv, Map<Operands.Operand, Integer> loaded, int first) {
    this.mv = mv;
    this.loaded = loaded;
    this.next = first;
  }

  /** Writes the static method of a kernel: its arguments are frame, scratch, from and to. */
  static void kernel(
      ClassVisitor cv, String name, int line, Operands operands, Consumer<Code> writer) {
    method(cv, name, KERNEL, 4, line, operands, writer);
  }

  /**
   * Writes a static method. One that takes a frame does nothing without it, so that it can be
   * entered before there is data ({@link dlx.runtime.Kernels#enter}).
   *
   * @param arguments the local variables that the arguments take
   */
  static void method(
      ClassVisitor cv,
      String name,
      String descriptor,
      int arguments,
      int line,
      Operands operands,
      Consumer<Code> writer) {
    Map<Operands.Operand, Integer> loaded = new LinkedHashMap<>();
    writer.accept(new Code(new MethodVisitor(Opcodes.ASM9) {}, loaded, 100));
    MethodVisitor mv =
        cv.visitMethod(Opcodes.ACC_STATIC | Opcodes.ACC_PRIVATE, name, descriptor, null, null);
    mv.visitCode();
    if (line > 0) {
      Label start = new Label();
      mv.visitLabel(start);
      mv.visitLineNumber(line, start);
    }
    if (descriptor.startsWith("(L" + FRAME + ";")) {
      Label begin = new Label();
      mv.visitVarInsn(Opcodes.ALOAD, 0);
      mv.visitJumpInsn(Opcodes.IFNONNULL, begin);
      mv.visitInsn(Opcodes.RETURN);
      mv.visitLabel(begin);
    }
    Code code = new Code(mv, loaded, arguments);
    code.prologue(operands);
    writer.accept(code);
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  private void prologue(Operands operands) {
    if (loaded.isEmpty()) {
      return;
    }
    int numbers = local(1);
    mv.visitVarInsn(Opcodes.ALOAD, 1);
    mv.visitFieldInsn(Opcodes.GETFIELD, SCRATCH, "operands", "[I");
    mv.visitVarInsn(Opcodes.ASTORE, numbers);
    for (Map.Entry<Operands.Operand, Integer> entry : loaded.entrySet()) {
      boolean isKey = entry.getKey() instanceof Operands.Key;
      entry.setValue(local(isKey ? 2 : 1));
      mv.visitVarInsn(Opcodes.ALOAD, 0);
      switch (entry.getKey()) {
        case Operands.Array(Buffer formal) ->
            frame(Lane.field(formal.dtype()), "[[" + Lane.letter(formal.dtype()));
        case Operands.Size size -> frame("extents", "[I");
        case Operands.Key key -> frame("keys", "[J");
      }
      mv.visitVarInsn(Opcodes.ALOAD, numbers);
      constant(operands.place(entry.getKey()));
      mv.visitInsn(Opcodes.IALOAD);
      switch (entry.getKey()) {
        case Operands.Array array -> element(Opcodes.AALOAD, Opcodes.ASTORE, entry.getValue());
        case Operands.Size size -> element(Opcodes.IALOAD, Opcodes.ISTORE, entry.getValue());
        case Operands.Key key -> element(Opcodes.LALOAD, Opcodes.LSTORE, entry.getValue());
      }
    }
  }

  private void frame(String field, String descriptor) {
    mv.visitFieldInsn(Opcodes.GETFIELD, FRAME, field, descriptor);
  }

  private void element(int load, int store, int local) {
    mv.visitInsn(load);
    mv.visitVarInsn(store, local);
  }

  MethodVisitor mv() {
    return mv;
  }

  /** A new local variable. */
  int local(int slots) {
    int local = next;
    next += slots;
    return local;
  }

  /** The local variables so far. */
  int mark() {
    return next;
  }

  /**
   * Local variables made since a mark may be used again: few of them keep the instructions short
   * and the frames small.
   */
  void release(int mark) {
    next = mark;
  }

  int local(DType dtype) {
    return local(dtype == DType.F64 ? 2 : 1);
  }

  // ------------------------------------------------------------------ constants and what calls
  // bring

  void constant(int value) {
    if (value >= -1 && value <= 5) {
      mv.visitInsn(Opcodes.ICONST_0 + value);
    } else if (value >= Byte.MIN_VALUE && value <= Byte.MAX_VALUE) {
      mv.visitIntInsn(Opcodes.BIPUSH, value);
    } else if (value >= Short.MIN_VALUE && value <= Short.MAX_VALUE) {
      mv.visitIntInsn(Opcodes.SIPUSH, value);
    } else {
      mv.visitLdcInsn(value);
    }
  }

  /** A number of an element type; bool is 0 or 1. */
  void constant(double value, DType dtype) {
    switch (dtype) {
      case F32 -> mv.visitLdcInsn((float) value);
      case F64 -> mv.visitLdcInsn(value);
      case I32 -> constant((int) value);
      case BOOL -> constant(value != 0 ? 1 : 0);
    }
  }

  /** Pushes the value of an extent: a constant, or a local that the prologue loads. */
  void extent(Extent extent) {
    if (extent.isConstant()) {
      constant(Math.toIntExact(extent.constant().getAsLong()));
    } else {
      mv.visitVarInsn(Opcodes.ILOAD, operand(new Operands.Size(extent)));
    }
  }

  private int operand(Operands.Operand operand) {
    return loaded.computeIfAbsent(operand, o -> 0);
  }

  /** The array of a buffer is an argument of this method. */
  void bind(Buffer buffer, int local) {
    bound.put(buffer.id(), local);
  }

  /** Pushes the array of a buffer. */
  void array(Buffer buffer) {
    Integer argument = bound.get(buffer.id());
    if (argument != null) {
      aload(argument);
      return;
    }
    mv.visitVarInsn(Opcodes.ALOAD, operand(new Operands.Array(buffer)));
  }

  /** Pushes the key of a draw; a long. */
  void key(String address) {
    mv.visitVarInsn(Opcodes.LLOAD, operand(new Operands.Key(address)));
  }

  /** Pushes the array of the scratch memory for an element type. */
  void scratch(DType dtype) {
    mv.visitVarInsn(Opcodes.ALOAD, 1);
    mv.visitFieldInsn(Opcodes.GETFIELD, SCRATCH, Lane.field(dtype), "[" + Lane.letter(dtype));
  }

  /** Pushes {@code begin} or {@code end} of the part of the second axis that threads share. */
  void shared(String field) {
    mv.visitVarInsn(Opcodes.ALOAD, 1);
    mv.visitFieldInsn(Opcodes.GETFIELD, SCRATCH, field, "I");
  }

  // ------------------------------------------------------------------ numbers

  void load(DType dtype, int local) {
    mv.visitVarInsn(opcode(dtype, Opcodes.ILOAD, Opcodes.FLOAD, Opcodes.DLOAD), local);
  }

  void store(DType dtype, int local) {
    mv.visitVarInsn(opcode(dtype, Opcodes.ISTORE, Opcodes.FSTORE, Opcodes.DSTORE), local);
  }

  /** An instruction in its form for an element type. */
  void arithmetic(DType dtype, int forInt, int forFloat, int forDouble) {
    mv.visitInsn(opcode(dtype, forInt, forFloat, forDouble));
  }

  private static int opcode(DType dtype, int forInt, int forFloat, int forDouble) {
    return switch (dtype) {
      case F32 -> forFloat;
      case F64 -> forDouble;
      case I32, BOOL -> forInt;
    };
  }

  void arrayLoad(DType dtype) {
    mv.visitInsn(
        dtype == DType.BOOL
            ? Opcodes.BALOAD
            : opcode(dtype, Opcodes.IALOAD, Opcodes.FALOAD, Opcodes.DALOAD));
  }

  void arrayStore(DType dtype) {
    mv.visitInsn(
        dtype == DType.BOOL
            ? Opcodes.BASTORE
            : opcode(dtype, Opcodes.IASTORE, Opcodes.FASTORE, Opcodes.DASTORE));
  }

  void insn(int opcode) {
    mv.visitInsn(opcode);
  }

  void iload(int local) {
    mv.visitVarInsn(Opcodes.ILOAD, local);
  }

  void istore(int local) {
    mv.visitVarInsn(Opcodes.ISTORE, local);
  }

  void aload(int local) {
    mv.visitVarInsn(Opcodes.ALOAD, local);
  }

  void astore(int local) {
    mv.visitVarInsn(Opcodes.ASTORE, local);
  }

  void callStatic(String owner, String name, String descriptor) {
    mv.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
  }

  void call(String owner, String name, String descriptor) {
    mv.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, name, descriptor, false);
  }

  // ------------------------------------------------------------------ loops

  /**
   * {@code for (; index + step <= limit; index += step) body}; the index has its first value,
   * {@code limit} pushes the limit.
   */
  void loop(int index, int step, Runnable limit, Runnable body) {
    // index < limit - (step - 1), which the JIT compiler knows as a counted loop
    int bound = local(1);
    limit.run();
    if (step > 1) {
      constant(step - 1);
      insn(Opcodes.ISUB);
    }
    istore(bound);
    Label head = new Label();
    Label exit = new Label();
    mv.visitLabel(head);
    iload(index);
    iload(bound);
    mv.visitJumpInsn(Opcodes.IF_ICMPGE, exit);
    body.run();
    if (step <= Short.MAX_VALUE) {
      mv.visitIincInsn(index, step);
    } else {
      iload(index);
      constant(step);
      insn(Opcodes.IADD);
      istore(index);
    }
    mv.visitJumpInsn(Opcodes.GOTO, head);
    mv.visitLabel(exit);
  }

  /** {@code then} if the first of two ints on the stack is less than the second. */
  void chooseIfLess(Runnable then, Runnable otherwise) {
    Label no = new Label();
    Label end = new Label();
    mv.visitJumpInsn(Opcodes.IF_ICMPGE, no);
    then.run();
    mv.visitJumpInsn(Opcodes.GOTO, end);
    mv.visitLabel(no);
    otherwise.run();
    mv.visitLabel(end);
  }

  /** An index from 0 below an extent. */
  int count(Extent extent, java.util.function.IntConsumer body) {
    int index = local(1);
    constant(0);
    istore(index);
    loop(index, 1, () -> extent(extent), () -> body.accept(index));
    return index;
  }
}
