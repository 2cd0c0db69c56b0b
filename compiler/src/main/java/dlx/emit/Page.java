package dlx.emit;

import dlx.runtime.CompiledFunction;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** A generated class while it is written: static methods and the switch that calls them. */
final class Page {
  private static final String SUPER = "dlx/runtime/Kernels";

  private final String name;
  private final ClassWriter writer;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> seldom = new ArrayList<>();
  private final Constants constants;
  private final Touch touch;
  private int methods;

  /** A method that is entered before there is data for it. */
  private static final class Entry {
    final String name;
    final String descriptor;

    /** Calls in it, which the JIT compiler takes its time for: operations on vectors are calls. */
    int calls;

    Entry(String name, String descriptor) {
      this.name = name;
      this.descriptor = descriptor;
    }
  }

  /**
   * @param name of the class, without its package
   */
  Page(String name, String sourceFile) {
    this.name = "dlx/generated/" + name;
    this.constants = new Constants(this.name);
    this.touch = new Touch(constants);
    // the version of Java 5, for which the JVM finds out frames by itself; ASM takes far longer
    this.writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL;
    writer.visit(Opcodes.V1_5, access, this.name, null, SUPER, null);
    writer.visitSource(sourceFile, null);
    MethodVisitor init = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
    init.visitCode();
    init.visitVarInsn(Opcodes.ALOAD, 0);
    init.visitMethodInsn(Opcodes.INVOKESPECIAL, SUPER, "<init>", "()V", false);
    init.visitInsn(Opcodes.RETURN);
    init.visitMaxs(0, 0);
    init.visitEnd();
  }

  boolean isFull() {
    return methods == CompiledFunction.PAGE;
  }

  /**
   * Writes the method of a kernel.
   *
   * @param kernel over the numbered buffers of a form
   * @return what the method must be given
   */
  Operands write(Kernel kernel, int bits) {
    String method = "kernel" + methods++;
    int line = kernel.span().source().name().isEmpty() ? 0 : kernel.span().line();
    Operands operands = new Operands();
    ClassVisitor known = heard(entries);
    switch (kernel) {
      case Kernel.Loops loops -> {
        IntFunction<Consumer<Code>> rows =
            most -> code -> LoopEmitter.emit(code, bits, loops, most);
        Code.kernel(known, method, line, operands, largest(rows, hasRows(loops)));
      }
      case Kernel.Columns columns ->
          Code.kernel(
              known, method, line, operands, code -> ColumnEmitter.emit(code, bits, columns));
      case Kernel.Sweep sweep -> {
        IntFunction<Consumer<Code>> rows =
            most -> code -> SweepEmitter.emit(code, bits, sweep, most);
        Code.kernel(known, method, line, operands, largest(rows, true));
      }
      case Kernel.Product product ->
          new Products(product, bits).emit(known, heard(seldom), name, method, line, operands);
      case Kernel.Pack pack -> PackEmitter.emit(known, pack, name, method, line, bits, operands);
      case Kernel.Link link ->
          Code.kernel(known, method, line, operands, code -> CallEmitter.link(code, link));
      case Kernel.Scatter scatter ->
          Code.kernel(
              known, method, line, operands, code -> ScatterEmitter.emit(code, bits, scatter));
      case Kernel.Replace replace ->
          Code.kernel(known, method, line, operands, code -> CallEmitter.replace(code, replace));
      case Kernel.Sort sort ->
          Code.kernel(known, method, line, operands, code -> CallEmitter.sort(code, sort));
      case Kernel.Scan scan ->
          Code.kernel(known, method, line, operands, code -> ScanEmitter.emit(code, bits, scan));
      case Kernel.Region region -> throw new IllegalStateException("a loop is no method");
    }
    return operands;
  }

  private static boolean hasRows(Kernel.Loops loops) {
    return loops.axes().size() > 1
        && Kernel.instructions(loops.stores()).stream()
            .anyMatch(i -> i instanceof Instruction.Folded);
  }

  /** The code that walks the most rows together, if it is not too large for the JIT compiler. */
  private static Consumer<Code> largest(IntFunction<Consumer<Code>> rows, boolean hasRows) {
    for (int most = LoopEmitter.TOGETHER; hasRows && most > 0; most /= 2) {
      ClassWriter alone = new ClassWriter(ClassWriter.COMPUTE_MAXS);
      alone.visit(Opcodes.V1_5, Opcodes.ACC_PUBLIC, "dlx/generated/Alone", null, SUPER, null);
      Code.kernel(alone, "kernel", 0, new Operands(), rows.apply(most));
      alone.visitEnd();
      if (MethodSizes.of(alone.toByteArray()).get("kernel") <= ClassEmitter.LARGEST_METHOD) {
        return rows.apply(most);
      }
    }
    return rows.apply(0);
  }

  /** The bytes of the class; nothing may be written after that. */
  byte[] close() {
    dispatch();
    count("entries", entries.size());
    count("seldom", seldom.size());
    enter();
    touch.emit(writer, name); // Kernels.touch
    constants.emit(writer);
    writer.visitEnd();
    return writer.toByteArray();
  }

  /**
   * Writes into the class and listens.
   *
   * @param entered where the methods are noted, to be entered before there is data for them
   */
  private ClassVisitor heard(List<Entry> entered) {
    return new ClassVisitor(Opcodes.ASM9, writer) {
      @Override
      public MethodVisitor visitMethod(
          int access, String name, String descriptor, String signature, String[] exceptions) {
        Entry entry = new Entry(name, descriptor);
        entered.add(entry);
        MethodVisitor written = super.visitMethod(access, name, descriptor, signature, exceptions);
        return touch.heard(written, () -> entry.calls++);
      }
    };
  }

  /** Kernels.entries and Kernels.seldom. */
  private void count(String method, int count) {
    MethodVisitor mv = writer.visitMethod(Opcodes.ACC_PUBLIC, method, "()I", null, null);
    mv.visitCode();
    mv.visitLdcInsn(count);
    mv.visitInsn(Opcodes.IRETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  /** What takes longest to compile comes first, so that the rest is done beside it. */
  private static Stream<Entry> inOrder(List<Entry> entered) {
    return entered.stream().sorted(Comparator.comparingInt(entry -> -entry.calls));
  }

  /** Kernels.enter: calls a method with nothing but zeros. */
  private void enter() {
    List<Entry> all = Stream.concat(inOrder(entries), inOrder(seldom)).toList();
    MethodVisitor mv = writer.visitMethod(Opcodes.ACC_PUBLIC, "enter", "(I)V", null, null);
    mv.visitCode();
    Label[] labels = all.stream().map(e -> new Label()).toArray(Label[]::new);
    Label none = new Label();
    mv.visitVarInsn(Opcodes.ILOAD, 1);
    mv.visitTableSwitchInsn(0, labels.length - 1, none, labels);
    for (int i = 0; i < labels.length; i++) {
      mv.visitLabel(labels[i]);
      for (Type argument : Type.getArgumentTypes(all.get(i).descriptor)) {
        mv.visitInsn(argument.getSort() == Type.INT ? Opcodes.ICONST_0 : Opcodes.ACONST_NULL);
      }
      mv.visitMethodInsn(Opcodes.INVOKESTATIC, name, all.get(i).name, all.get(i).descriptor, false);
      mv.visitInsn(Opcodes.RETURN);
    }
    mv.visitLabel(none);
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  private void dispatch() {
    MethodVisitor mv =
        writer.visitMethod(
            Opcodes.ACC_PUBLIC,
            "run",
            "(IL" + Code.FRAME + ";L" + Code.SCRATCH + ";II)V",
            null,
            null);
    mv.visitCode();
    Label[] labels = new Label[methods];
    for (int i = 0; i < methods; i++) {
      labels[i] = new Label();
    }
    Label none = new Label();
    mv.visitVarInsn(Opcodes.ILOAD, 1);
    mv.visitTableSwitchInsn(0, methods - 1, none, labels);
    for (int i = 0; i < methods; i++) {
      mv.visitLabel(labels[i]);
      mv.visitVarInsn(Opcodes.ALOAD, 2);
      mv.visitVarInsn(Opcodes.ALOAD, 3);
      mv.visitVarInsn(Opcodes.ILOAD, 4);
      mv.visitVarInsn(Opcodes.ILOAD, 5);
      mv.visitMethodInsn(Opcodes.INVOKESTATIC, name, "kernel" + i, Code.KERNEL, false);
      mv.visitInsn(Opcodes.RETURN);
    }
    mv.visitLabel(none);
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }
}
