package dlx.emit;

import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Loader;
import dlx.runtime.NumberFunction;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import dlx.schedule.Plan;
import dlx.schedule.Schedule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A function all of whose values are numbers, to a class with one method, or several if that would
 * be too large for the JIT compiler. What one kernel leaves for another is a local variable.
 */
public final class NumberEmitter {
  private static final String INTERFACE = "dlx/runtime/NumberFunction";
  private static final String APPLY = "([D[D)V";
  private static final String PART = "part";
  private static final String BODY = "([D[D[D)V";
  private static final int ARGUMENTS = 0;
  private static final int RESULTS = 1;
  private static final int BETWEEN = 2;

  private final String name;
  private final List<String> arguments;
  private final List<String> outputs;

  private NumberEmitter(Function function, List<String> arguments) {
    this.name = function.name();
    this.arguments = arguments;
    this.outputs = function.outputs().stream().map(Function.Output::name).toList();
  }

  /**
   * @param arguments the names of the arguments, in the order in which they are given
   * @param sourceFile the name that stack traces show
   * @throws DlxException R0108 if there is anything else than numbers in it
   */
  public static NumberFunction compile(
      Function function, List<String> arguments, String sourceFile) {
    // all that can be one kernel is one
    Schedule schedule = Plan.function(function, Integer.MAX_VALUE / 2);
    byte[] bytes = new NumberEmitter(function, arguments).emit(schedule, sourceFile);
    return (NumberFunction) Loader.instance(bytes);
  }

  private DlxException notNumbers(String reason) {
    return new DlxException(
        "R0108",
        "`" + name + "` is not a function of numbers: " + reason,
        "",
        "prepare a call of it instead");
  }

  /** In as few methods as the JIT compiler compiles. */
  private byte[] emit(Schedule schedule, String sourceFile) {
    List<Kernel.Store> stores = stores(schedule);
    List<Instruction> all =
        Nest.reachable(stores.stream().map(Kernel.Store::value).toList(), false);
    for (int parts = 1; ; parts *= 2) {
      byte[] bytes = emit(NumberParts.of(all, stores, parts), sourceFile);
      boolean fits =
          MethodSizes.of(bytes).values().stream().allMatch(n -> n <= ClassEmitter.LARGEST_METHOD);
      if (fits) {
        return bytes;
      }
    }
  }

  private byte[] emit(NumberParts parts, String sourceFile) {
    ClassWriter writer =
        new ClassWriter(ClassWriter.COMPUTE_FRAMES | ClassWriter.COMPUTE_MAXS) {
          @Override
          protected String getCommonSuperClass(String one, String two) {
            return "java/lang/Object";
          }
        };
    String type = "dlx/generated/" + ClassEmitter.javaName(name);
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL;
    writer.visit(69, access, type, null, "java/lang/Object", new String[] {INTERFACE});
    writer.visitSource(sourceFile, null);
    MethodVisitor init = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
    init.visitCode();
    init.visitVarInsn(Opcodes.ALOAD, 0);
    init.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    init.visitInsn(Opcodes.RETURN);
    init.visitMaxs(0, 0);
    init.visitEnd();
    apply(writer.visitMethod(Opcodes.ACC_PUBLIC, "apply", APPLY, null, null), parts, type);
    for (int i = 0; i < parts.count(); i++) {
      NumberParts.Part part = parts.part(i);
      Code.method(writer, PART + i, BODY, 3, 0, new Operands(), code -> body(code, parts, part));
    }
    writer.visitEnd();
    return writer.toByteArray();
  }

  private static void apply(MethodVisitor mv, NumberParts parts, String type) {
    mv.visitCode();
    if (parts.between() == 0) {
      mv.visitInsn(Opcodes.ACONST_NULL);
    } else {
      mv.visitLdcInsn(parts.between());
      mv.visitIntInsn(Opcodes.NEWARRAY, Opcodes.T_DOUBLE);
    }
    mv.visitVarInsn(Opcodes.ASTORE, 3);
    for (int i = 0; i < parts.count(); i++) {
      mv.visitVarInsn(Opcodes.ALOAD, 1);
      mv.visitVarInsn(Opcodes.ALOAD, 2);
      mv.visitVarInsn(Opcodes.ALOAD, 3);
      mv.visitMethodInsn(Opcodes.INVOKESTATIC, type, PART + i, BODY, false);
    }
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  // ------------------------------------------------------------------ what is computed

  /** The stores of results, with what they need in one graph of instructions. */
  private List<Kernel.Store> stores(Schedule schedule) {
    if (!schedule.commits().isEmpty()) {
      throw notNumbers("it changes `" + schedule.commits().getFirst().slot().name() + "`");
    }
    Map<Buffer, Instruction> values = new HashMap<>();
    List<Kernel.Store> results = new ArrayList<>();
    for (Kernel kernel : schedule.kernels()) {
      if (!(kernel instanceof Kernel.Loops loops) || !loops.axes().isEmpty()) {
        throw notNumbers("it computes tensors or has loops");
      }
      for (Kernel.Store store : loops.withLoads(values).stores()) {
        values.put(store.access().buffer(), store.value());
        switch (store.access().buffer().role()) {
          case OUTPUT -> results.add(store);
          case SLOT -> throw notNumbers("it changes `" + store.access().buffer().name() + "`");
          case TEMPORARY -> {}
          case INPUT, TABLE -> throw new IllegalStateException("a store into what is given");
        }
      }
    }
    for (Instruction i : Kernel.instructions(results)) {
      switch (i) {
        case Instruction.Load load -> check(load.access().buffer());
        case Instruction.Apply a -> {}
        case Instruction.Number n -> {}
        case Instruction.Draw d -> throw notNumbers("it draws random numbers");
        case Instruction.SizeNumber s -> throw notNumbers("it depends on a size of the data");
        case Instruction.Pick p -> throw notNumbers("it reads an element of a tensor");
        case Instruction.Position p -> throw notNumbers("it computes tensors or has loops");
        case Instruction.Folded f -> throw notNumbers("it computes tensors or has loops");
        case Instruction.Summed s -> throw notNumbers("it computes tensors or has loops");
        case Instruction.Carried c -> throw notNumbers("it computes tensors or has loops");
      }
    }
    return results;
  }

  private void check(Buffer read) {
    switch (read.role()) {
      case INPUT -> {
        if (!read.size().equals(Extent.ONE) || !arguments.contains(read.name())) {
          throw notNumbers("`" + read.name() + "` is a tensor");
        }
        if (!read.dtype().isFloat()) {
          throw notNumbers("`" + read.name() + "` is " + read.dtype() + ", not f32 or f64");
        }
      }
      case SLOT -> throw notNumbers("it reads the parameter or state `" + read.name() + "`");
      case TABLE -> throw notNumbers("it reads an element of a tensor");
      case OUTPUT, TEMPORARY -> throw new IllegalStateException("read before it is computed");
    }
  }

  // ------------------------------------------------------------------ a method

  private void body(Code code, NumberParts parts, NumberParts.Part part) {
    Body body = new Body(code, Lane.SINGLE, NO_MEMORY);
    for (Instruction i : part.needed()) {
      DType dtype = i.dtype();
      int local = code.local(dtype);
      if (i instanceof Instruction.Load load) {
        code.aload(ARGUMENTS);
        code.constant(arguments.indexOf(load.access().buffer().name()));
      } else {
        code.aload(BETWEEN);
        code.constant(parts.place(i));
      }
      code.insn(Opcodes.DALOAD);
      switch (dtype) {
        case F32 -> code.insn(Opcodes.D2F);
        case F64 -> {}
        case I32, BOOL -> code.insn(Opcodes.D2I);
      }
      code.store(dtype, local);
      body.bind(i, local, false);
    }
    part.computed().forEach(body::compute);
    for (Instruction i : part.left()) {
      code.aload(BETWEEN);
      code.constant(parts.place(i));
      store(code, body, i);
    }
    for (Kernel.Store store : part.stores()) {
      code.aload(RESULTS);
      code.constant(outputs.indexOf(store.access().buffer().name()));
      store(code, body, store.value());
    }
  }

  /** Every element type fits into an f64. */
  private static void store(Code code, Body body, Instruction value) {
    body.push(value, false);
    switch (value.dtype()) {
      case F32 -> code.insn(Opcodes.F2D);
      case F64 -> {}
      case I32, BOOL -> code.insn(Opcodes.I2D);
    }
    code.insn(Opcodes.DASTORE);
  }

  private static final Body.Indexer NO_MEMORY =
      new Body.Indexer() {
        @Override
        public void push(Access access) {
          throw new IllegalStateException("a number has no memory");
        }

        @Override
        public Extent stride(Access access) {
          return Extent.ZERO;
        }
      };
}
