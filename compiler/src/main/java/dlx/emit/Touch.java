package dlx.emit;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The method {@link dlx.runtime.Kernels#touch}: it does each vector operation of a class once, with
 * zeros, and loads the classes that the class calls. What nobody has done yet has no code inside
 * the Vector API: the JIT compiler leaves a way back to the interpreter there, and would compile
 * again when that way is taken.
 */
final class Touch {
  private static final String PACKAGE = "jdk/incubator/vector/";
  private static final String SHUFFLE = PACKAGE + "VectorShuffle";

  /** A static field. */
  private record Field(String owner, String name, String descriptor) {}

  /**
   * A call of the Vector API.
   *
   * @param species the species that was pushed before it
   * @param operator the operator that was pushed before it
   */
  private record Operation(
      int opcode,
      String owner,
      String name,
      String descriptor,
      Field species,
      @Nullable Field operator) {}

  private final Set<Operation> operations = new LinkedHashSet<>();
  private final Set<String> classes = new LinkedHashSet<>();
  private final Constants constants;

  /**
   * @param constants where dynamic constants become fields
   */
  Touch(Constants constants) {
    this.constants = constants;
  }

  /**
   * Passes a method on and remembers what it calls.
   *
   * @param called hears of each call
   */
  MethodVisitor heard(MethodVisitor method, Runnable called) {
    return new MethodVisitor(Opcodes.ASM9, method) {
      private @Nullable Field species;
      private @Nullable Field operator;

      @Override
      public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
        super.visitFieldInsn(opcode, owner, name, descriptor);
        if (opcode == Opcodes.GETSTATIC) {
          Field field = new Field(owner, name, descriptor);
          if (descriptor.equals("L" + Lane.SPECIES + ";")) {
            species = field;
          } else if (owner.equals(Lane.OPERATORS)) {
            operator = field;
          } else {
            classes.add(owner);
          }
        }
      }

      @Override
      public void visitMethodInsn(
          int opcode, String owner, String name, String descriptor, boolean isInterface) {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
        called.run();
        if (!owner.startsWith(PACKAGE)) {
          classes.add(owner);
        } else if (species != null) {
          boolean takes = descriptor.contains("L" + Lane.OPERATORS + "$");
          operations.add(
              new Operation(opcode, owner, name, descriptor, species, takes ? operator : null));
        }
      }

      @Override
      public void visitLdcInsn(Object value) {
        if (value instanceof ConstantDynamic constant) {
          constants.push(mv, constant);
        } else {
          super.visitLdcInsn(value);
        }
      }
    };
  }

  /**
   * Writes the method.
   *
   * @param self the class, which is loaded already
   */
  void emit(ClassVisitor cv, String self) {
    MethodVisitor mv = cv.visitMethod(Opcodes.ACC_PUBLIC, "touch", "()V", null, null);
    mv.visitCode();
    classes.remove(self);
    for (String each : classes) {
      mv.visitLdcInsn(each.replace('/', '.'));
      mv.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          "java/lang/Class",
          "forName",
          "(Ljava/lang/String;)Ljava/lang/Class;",
          false);
      mv.visitInsn(Opcodes.POP);
    }
    Zeros zeros = new Zeros(mv);
    for (Operation operation : operations) {
      zeros.call(operation);
    }
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  /** Calls with zeros, which are made once. */
  private static final class Zeros {
    private final MethodVisitor mv;
    private final Map<String, Integer> locals = new HashMap<>();

    Zeros(MethodVisitor mv) {
      this.mv = mv;
    }

    void call(Operation operation) {
      boolean isStatic = operation.opcode() == Opcodes.INVOKESTATIC;
      String owner = operation.owner();
      if (!isStatic) {
        push(operation, ownVector(operation), owner);
      }
      for (Type argument : Type.getArgumentTypes(operation.descriptor())) {
        push(operation, argument);
      }
      mv.visitMethodInsn(
          operation.opcode(),
          owner,
          operation.name(),
          operation.descriptor(),
          operation.opcode() == Opcodes.INVOKEINTERFACE);
      switch (Type.getReturnType(operation.descriptor()).getSize()) {
        case 1 -> mv.visitInsn(Opcodes.POP);
        case 2 -> mv.visitInsn(Opcodes.POP2);
        default -> {}
      }
    }

    private void push(Operation operation, Type argument) {
      switch (argument.getSort()) {
        case Type.INT, Type.BOOLEAN -> mv.visitInsn(Opcodes.ICONST_0);
        case Type.LONG -> mv.visitInsn(Opcodes.LCONST_0);
        case Type.FLOAT -> mv.visitInsn(Opcodes.FCONST_0);
        case Type.DOUBLE -> mv.visitInsn(Opcodes.DCONST_0);
        case Type.ARRAY -> array(argument);
        default -> push(operation, argument.getInternalName(), operation.owner());
      }
    }

    /**
     * @param type of what is pushed
     * @param owner of the operation, whose vectors the operand is one of
     */
    private void push(Operation operation, String type, String owner) {
      if (type.equals(Lane.SPECIES)) {
        field(operation.species());
      } else if (type.startsWith(Lane.OPERATORS)) {
        field(operation.operator());
      } else if (type.equals(Lane.MASK)) {
        Field species =
            owner.equals(Lane.MASK) ? operation.species() : speciesOf(operation.species(), owner);
        made(
            "mask " + species,
            () -> {
              field(species);
              mv.visitInsn(Opcodes.ICONST_0);
              mv.visitMethodInsn(
                  Opcodes.INVOKEINTERFACE, Lane.SPECIES, "maskAll", "(Z)L" + Lane.MASK + ";", true);
            });
      } else if (type.equals(SHUFFLE)) {
        Field species = speciesOf(operation.species(), owner);
        made(
            "shuffle " + species,
            () -> {
              field(species);
              mv.visitInsn(Opcodes.ICONST_0);
              mv.visitInsn(Opcodes.ICONST_1);
              mv.visitInsn(Opcodes.ICONST_1);
              mv.visitMethodInsn(
                  Opcodes.INVOKEINTERFACE,
                  Lane.SPECIES,
                  "iotaShuffle",
                  "(IIZ)L" + SHUFFLE + ";",
                  true);
            });
      } else {
        vector(operation, type.equals(Lane.VECTOR) ? ownVector(operation) : type);
      }
    }

    /** The class that an operation is one of; a conversion is one of what it converts. */
    private static String ownVector(Operation operation) {
      if (!operation.owner().equals(Lane.VECTOR)) {
        return operation.owner();
      }
      return PACKAGE
          + switch (operation.operator().name().charAt(0)) {
            case 'I' -> "IntVector";
            case 'L' -> "LongVector";
            case 'F' -> "FloatVector";
            case 'D' -> "DoubleVector";
            default -> throw new IllegalStateException("a conversion " + operation.operator());
          };
    }

    private void vector(Operation operation, String type) {
      Field species = speciesOf(operation.species(), type);
      made(
          "vector " + species,
          () -> {
            field(species);
            mv.visitMethodInsn(
                Opcodes.INVOKESTATIC,
                type,
                "zero",
                "(L" + Lane.SPECIES + ";)L" + type + ";",
                false);
          });
    }

    private void array(Type type) {
      made(
          type.getDescriptor(),
          () -> {
            mv.visitIntInsn(Opcodes.BIPUSH, 64);
            mv.visitIntInsn(
                Opcodes.NEWARRAY,
                switch (type.getElementType().getSort()) {
                  case Type.FLOAT -> Opcodes.T_FLOAT;
                  case Type.DOUBLE -> Opcodes.T_DOUBLE;
                  case Type.INT -> Opcodes.T_INT;
                  case Type.LONG -> Opcodes.T_LONG;
                  case Type.BOOLEAN -> Opcodes.T_BOOLEAN;
                  default -> throw new IllegalStateException("vectors of " + type);
                });
          });
    }

    /** Pushes what was made before, or makes it. */
    private void made(String what, Runnable maker) {
      Integer local = locals.get(what);
      if (local == null) {
        local = 1 + locals.size();
        locals.put(what, local);
        maker.run();
        mv.visitVarInsn(Opcodes.ASTORE, local);
      }
      mv.visitVarInsn(Opcodes.ALOAD, local);
    }

    private void field(@Nullable Field field) {
      if (field == null) {
        throw new IllegalStateException("an operation without an operator");
      }
      mv.visitFieldInsn(Opcodes.GETSTATIC, field.owner(), field.name(), field.descriptor());
    }

    /** The species of a class of vectors that are as wide as those of another one. */
    private static Field speciesOf(Field species, String vector) {
      return new Field(vector, species.name(), species.descriptor());
    }
  }
}
