package dlx.emit;

import dlx.runtime.CompiledFunction;
import dlx.schedule.Kernel;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** A generated class while it is written: static methods and the switch that calls them. */
final class Page {
  private static final String SUPER = "dlx/runtime/Kernels";

  private final String name;
  private final ClassWriter writer;
  private int methods;

  /**
   * @param name of the class, without its package
   */
  Page(String name, String sourceFile) {
    this.name = "dlx/generated/" + name;
    this.writer =
        new ClassWriter(ClassWriter.COMPUTE_FRAMES | ClassWriter.COMPUTE_MAXS) {
          @Override
          protected String getCommonSuperClass(String one, String two) {
            return "java/lang/Object";
          }
        };
    writer.visit(69, Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL, this.name, null, SUPER, null);
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
    switch (kernel) {
      case Kernel.Loops loops ->
          Code.kernel(writer, method, line, operands, code -> LoopEmitter.emit(code, bits, loops));
      case Kernel.Columns columns ->
          Code.kernel(
              writer, method, line, operands, code -> ColumnEmitter.emit(code, bits, columns));
      case Kernel.Product product ->
          new Products(product, bits).emit(writer, name, method, line, operands);
      case Kernel.Pack pack -> PackEmitter.emit(writer, pack, name, method, line, bits, operands);
      case Kernel.Link link ->
          Code.kernel(writer, method, line, operands, code -> CallEmitter.link(code, link));
      case Kernel.Scatter scatter ->
          Code.kernel(
              writer, method, line, operands, code -> ScatterEmitter.emit(code, bits, scatter));
      case Kernel.Replace replace ->
          Code.kernel(writer, method, line, operands, code -> CallEmitter.replace(code, replace));
      case Kernel.Sort sort ->
          Code.kernel(writer, method, line, operands, code -> CallEmitter.sort(code, sort));
      case Kernel.Scan scan ->
          Code.kernel(writer, method, line, operands, code -> ScanEmitter.emit(code, bits, scan));
      case Kernel.Region region -> throw new IllegalStateException("a loop is no method");
    }
    return operands;
  }

  /** The bytes of the class; nothing may be written after that. */
  byte[] close() {
    dispatch();
    writer.visitEnd();
    return writer.toByteArray();
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
