package dlx.runtime;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * A compiled model as bytes: the code of its entries and steps and what a call needs to know.
 *
 * @param name of the program
 * @param parts everything that was compiled
 * @param arguments inputs and arguments that have a number as default
 * @param slots parameters and states, in order
 */
public record ModelFile(String name, List<Part> parts, List<Argument> arguments, List<Slot> slots) {
  private static final byte[] MAGIC = {'d', 'l', 'x', 'c'};
  private static final int VERSION = 3;

  /** What a part is for. */
  public enum Role {
    ENTRY,
    STEP,
    /** First values of parameters and states. */
    FIRST
  }

  /** A function and the classes that hold its kernels. */
  public record Part(String name, Role role, Program program, List<byte[]> classes) {}

  /**
   * A default.
   *
   * @param part the step whose argument this is, or empty for an input of the program
   */
  public record Argument(String part, String name, double value) {}

  /**
   * A parameter or state.
   *
   * @param value its elements as {@link #bytes} makes them, or empty if it starts as the program
   *     says
   */
  public record Slot(String path, boolean param, DType dtype, List<Integer> shape, byte[] value) {}

  /** The elements of a tensor, big endian; bool is one byte. */
  public static byte[] bytes(Tensor tensor) {
    var buffer = java.nio.ByteBuffer.allocate(tensor.size() * tensor.dtype().bytes());
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.dtype()) {
        case F32 -> buffer.putFloat(tensor.floats()[i]);
        case F64 -> buffer.putDouble(tensor.doubles()[i]);
        case I32 -> buffer.putInt(tensor.ints()[i]);
        case BOOL -> buffer.put((byte) (tensor.booleans()[i] ? 1 : 0));
      }
    }
    return buffer.array();
  }

  /** The tensor of a slot that has a value. */
  static Tensor tensor(Slot slot) {
    int[] shape = slot.shape().stream().mapToInt(Integer::intValue).toArray();
    Tensor tensor = Tensor.zeros(slot.dtype(), shape);
    var buffer = java.nio.ByteBuffer.wrap(slot.value());
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.dtype()) {
        case F32 -> tensor.floats()[i] = buffer.getFloat();
        case F64 -> tensor.doubles()[i] = buffer.getDouble();
        case I32 -> tensor.ints()[i] = buffer.getInt();
        case BOOL -> tensor.booleans()[i] = buffer.get() != 0;
      }
    }
    return tensor;
  }

  /** Writes all of it; the stream stays open. */
  public void write(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream));
    out.write(MAGIC);
    out.writeInt(VERSION);
    Records.write(out, ModelFile.class, this);
    out.flush();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param place what messages call it
   * @throws DlxException R0101 if it is no compiled model, of another version or damaged
   */
  public static ModelFile read(InputStream stream, String place) {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(stream))) {
      if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
        throw new IOException("it is no compiled model");
      }
      int version = in.readInt();
      if (version != VERSION) throw new IOException("it has version " + version);
      return (ModelFile) Records.read(in, ModelFile.class);
    } catch (IOException e) {
      throw new DlxException(
          "R0101",
          "the compiled model cannot be read: " + e.getMessage(),
          place,
          "compile it again, and use the runtime of the same version",
          e);
    }
  }
}
