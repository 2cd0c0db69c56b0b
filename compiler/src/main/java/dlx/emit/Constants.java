package dlx.emit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Constants of a class that are computed when it is loaded, as static fields: its class files have
 * a version that does not know them otherwise.
 */
final class Constants {
  private final String owner;
  private final Map<ConstantDynamic, String> fields = new LinkedHashMap<>();

  /**
   * @param owner the class
   */
  Constants(String owner) {
    this.owner = owner;
  }

  void push(MethodVisitor mv, ConstantDynamic constant) {
    String field = fields.computeIfAbsent(constant, c -> "constant" + fields.size());
    mv.visitFieldInsn(Opcodes.GETSTATIC, owner, field, constant.getDescriptor());
  }

  /** Writes the fields and what computes them. */
  void emit(ClassVisitor cv) {
    if (fields.isEmpty()) {
      return;
    }
    int access = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL;
    fields.forEach((constant, name) ->
        cv.visitField(access, name, constant.getDescriptor(), null, null).visitEnd());
    MethodVisitor mv = cv.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
    mv.visitCode();
    fields.forEach((constant, name) -> {
      Type type = Type.getType(constant.getDescriptor());
      mv.visitInsn(Opcodes.ACONST_NULL); // the lookup, which no bootstrap method of ours uses
      mv.visitLdcInsn(constant.getName());
      mv.visitLdcInsn(type);
      for (int i = 0; i < constant.getBootstrapMethodArgumentCount(); i++) {
        mv.visitLdcInsn(constant.getBootstrapMethodArgument(i));
      }
      mv.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          constant.getBootstrapMethod().getOwner(),
          constant.getBootstrapMethod().getName(),
          constant.getBootstrapMethod().getDesc(),
          false);
      mv.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
      mv.visitFieldInsn(Opcodes.PUTSTATIC, owner, name, constant.getDescriptor());
    });
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }
}
