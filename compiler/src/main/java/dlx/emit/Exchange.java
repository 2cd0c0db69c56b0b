package dlx.emit;

import dlx.runtime.DType;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;

/** Moves lanes of a vector on the stack by a distance that is a power of two. */
record Exchange(Code code, Lane lane, DType dtype) {
  /** Lane i goes to lane i xor distance. */
  void rearrange(int distance) {
    constant("exchange", "jdk/incubator/vector/VectorShuffle", distance);
    code.call(
        Lane.type(dtype),
        "rearrange",
        "(Ljdk/incubator/vector/VectorShuffle;)" + Lane.descriptor(dtype));
  }

  /** Of two vectors, takes the upper one in lanes with the bit of the distance. */
  void blend(int distance) {
    constant("upper", Lane.MASK, distance);
    code.call(
        Lane.type(dtype),
        "blend",
        "(L" + Lane.VECTOR + ";L" + Lane.MASK + ";)" + Lane.descriptor(dtype));
  }

  /** Pushes a constant that the runtime makes when it is first needed. */
  private void constant(String name, String type, int distance) {
    Handle bootstrap =
        new Handle(
            Opcodes.H_INVOKESTATIC,
            "dlx/runtime/Simd",
            "pattern",
            "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/Class;"
                + "Ljava/lang/String;Ljava/lang/String;I)Ljava/lang/Object;",
            false);
    code.mv()
        .visitLdcInsn(
            new ConstantDynamic(
                name,
                "L" + type + ";",
                bootstrap,
                Lane.type(dtype).replace('/', '.'),
                lane.species(dtype),
                distance));
  }
}
