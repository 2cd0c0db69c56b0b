package dlx.emit;

import dlx.runtime.DType;
import org.objectweb.asm.Opcodes;

/** Vectors of one floating-point type in a method, or single numbers where there are none. */
record Vectors(Code code, Lane lane, DType dtype) {
  private static final String ANY = "L" + Lane.VECTOR + ";";

  /** A new local variable for one. */
  int local() {
    return code.local(lane.isVector() ? DType.F32 : dtype);
  }

  /** Pushes what stands in an array from an index on. */
  void load(int array, Runnable index) {
    if (lane.isVector()) {
      species();
    }
    code.aload(array);
    index.run();
    if (lane.isVector()) {
      code.callStatic(
          Lane.type(dtype),
          "fromArray",
          "(L" + Lane.SPECIES + ";[" + Lane.letter(dtype) + "I)" + Lane.descriptor(dtype));
    } else {
      code.arrayLoad(dtype);
    }
  }

  /** Pushes one number of an array, in all lanes. */
  void broadcast(int array, Runnable index) {
    if (lane.isVector()) {
      species();
    }
    code.aload(array);
    index.run();
    code.arrayLoad(dtype);
    if (lane.isVector()) {
      code.callStatic(
          Lane.type(dtype),
          "broadcast",
          "(L" + Lane.SPECIES + ";" + Lane.letter(dtype) + ")" + Lane.descriptor(dtype));
    }
  }

  /** Pushes zeros. */
  void zero() {
    if (lane.isVector()) {
      new Body(code, lane, null).constant(0, dtype);
    } else {
      code.constant(0, dtype);
    }
  }

  void push(int local) {
    if (lane.isVector()) {
      code.aload(local);
    } else {
      code.load(dtype, local);
    }
  }

  void keep(int local) {
    if (lane.isVector()) {
      code.astore(local);
    } else {
      code.store(dtype, local);
    }
  }

  /** Adds the two on the stack. */
  void add() {
    if (lane.isVector()) {
      code.call(Lane.type(dtype), "add", "(" + ANY + ")" + Lane.descriptor(dtype));
    } else {
      code.arithmetic(dtype, Opcodes.IADD, Opcodes.FADD, Opcodes.DADD);
    }
  }

  /** sum = left * right + sum, rounded once. */
  void multiplyAdd(int left, int right, int sum) {
    push(left);
    push(right);
    push(sum);
    if (lane.isVector()) {
      code.call(Lane.type(dtype), "fma", "(" + ANY + ANY + ")" + Lane.descriptor(dtype));
    } else {
      String letter = Lane.letter(dtype);
      code.callStatic("java/lang/Math", "fma", "(" + letter + letter + letter + ")" + letter);
    }
    keep(sum);
  }

  /** Stores a local into an array from an index on. */
  void store(int local, int array, Runnable index) {
    if (lane.isVector()) {
      code.aload(local);
      code.aload(array);
      index.run();
      code.call(Lane.type(dtype), "intoArray", "([" + Lane.letter(dtype) + "I)V");
    } else {
      code.aload(array);
      index.run();
      code.load(dtype, local);
      code.arrayStore(dtype);
    }
  }

  private void species() {
    new Body(code, lane, null).species(dtype);
  }
}
