package dlx.emit;

import dlx.runtime.DType;
import dlx.schedule.Instruction;
import org.objectweb.asm.Opcodes;

/** The vector form of {@code RandomBits.uniform32}: the same bits, a lane per position. */
final class Threefry {
  private static final int PARITY = 0x1BD11BDA;
  private static final int[][] ROTATIONS = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  private static final String INT = Lane.type(DType.I32);
  private static final String INT_DESCRIPTOR = "L" + INT + ";";

  private Threefry() {}

  /**
   * Pushes a vector of uniform numbers.
   *
   * @param first pushes the position of the first lane; the others follow
   */
  static void vector(Body body, Instruction.Draw draw, Runnable first) {
    Code code = body.code;
    int[] key = keys(code, draw);
    int x0 = code.local(1);
    int x1 = code.local(1);
    body.lanePositions();
    first.run();
    code.iload(key[0]);
    code.insn(Opcodes.IADD);
    code.call(INT, "add", "(I)" + INT_DESCRIPTOR);
    code.astore(x0);
    body.species(DType.I32);
    code.iload(key[1]);
    broadcast(code);
    code.astore(x1);
    for (int group = 0; group < 5; group++) {
      for (int rotation : ROTATIONS[group & 1]) {
        code.aload(x0);
        code.aload(x1);
        code.call(INT, "add", "(L" + Lane.VECTOR + ";)" + INT_DESCRIPTOR);
        code.astore(x0);
        code.aload(x1);
        operator(code, "ROL", "Binary");
        code.constant(rotation);
        code.call(INT, "lanewise", "(L" + Lane.OPERATORS + "$Binary;I)" + INT_DESCRIPTOR);
        operator(code, "XOR", "Associative");
        code.aload(x0);
        code.call(
            INT,
            "lanewise",
            "(L" + Lane.OPERATORS + "$Binary;L" + Lane.VECTOR + ";)" + INT_DESCRIPTOR);
        code.astore(x1);
      }
      inject(code, x0, key, group, 1, 0);
      inject(code, x1, key, group, 2, group + 1);
    }
    code.aload(x0);
    operator(code, "LSHR", "Binary");
    code.constant(8);
    code.call(INT, "lanewise", "(L" + Lane.OPERATORS + "$Binary;I)" + INT_DESCRIPTOR);
    String type = Lane.type(DType.F32);
    operator(code, "I2F", "Conversion");
    body.species(DType.F32);
    code.constant(0);
    code.call(
        Lane.VECTOR,
        "convertShape",
        "(L" + Lane.OPERATORS + "$Conversion;L" + Lane.SPECIES + ";I)L" + Lane.VECTOR + ";");
    code.mv().visitTypeInsn(Opcodes.CHECKCAST, type);
    body.constant(0x1p-24, DType.F32);
    code.call(type, "mul", "(L" + Lane.VECTOR + ";)" + Lane.descriptor(DType.F32));
  }

  /** Three words: the halves of the key and their parity. */
  private static int[] keys(Code code, Instruction.Draw draw) {
    int[] key = {code.local(1), code.local(1), code.local(1)};
    code.key(draw.address());
    code.insn(Opcodes.L2I);
    code.istore(key[0]);
    code.key(draw.address());
    code.constant(32);
    code.insn(Opcodes.LUSHR);
    code.insn(Opcodes.L2I);
    code.istore(key[1]);
    code.constant(PARITY);
    code.iload(key[0]);
    code.insn(Opcodes.IXOR);
    code.iload(key[1]);
    code.insn(Opcodes.IXOR);
    code.istore(key[2]);
    return key;
  }

  private static void inject(Code code, int word, int[] key, int group, int offset, int plus) {
    code.aload(word);
    code.iload(key[(group + offset) % 3]);
    if (plus != 0) {
      code.constant(plus);
      code.insn(Opcodes.IADD);
    }
    code.call(INT, "add", "(I)" + INT_DESCRIPTOR);
    code.astore(word);
  }

  private static void broadcast(Code code) {
    code.callStatic(INT, "broadcast", "(L" + Lane.SPECIES + ";I)" + INT_DESCRIPTOR);
  }

  private static void operator(Code code, String name, String kind) {
    code.mv()
        .visitFieldInsn(
            Opcodes.GETSTATIC, Lane.OPERATORS, name, "L" + Lane.OPERATORS + "$" + kind + ";");
  }
}
