package dlx.runtime;

import java.util.Arrays;
import java.util.List;

/** What a function is given and gives: element types, shapes, and the sizes that they share. */
final class Signature {
  private final Program program;
  private final Program.Variable[] arguments;
  private final Program.Slot[] slots;
  private final Program.Variable[] outputs;
  private final Program.Check[] checks;

  /** The symbol that an extent is, or -1 if it is a number or an expression. */
  private final int[] bare;

  Signature(Program program) {
    this.program = program;
    this.arguments = program.arguments().toArray(Program.Variable[]::new);
    this.slots = program.slots().toArray(Program.Slot[]::new);
    this.outputs = program.outputs().toArray(Program.Variable[]::new);
    this.checks = program.checks().toArray(Program.Check[]::new);
    this.bare =
        program.extents().stream()
            .mapToInt(e -> e.matches("\\$\\d+") ? Integer.parseInt(e.substring(1)) : -1)
            .toArray();
  }

  /**
   * Puts arguments and slots in place.
   *
   * @param symbols sizes that no argument brings; -1 for the others
   * @throws DlxException if a type or a size does not fit
   */
  void bind(Workspace workspace, Tensor[] given, Tensor[] slots, int[] symbols) {
    long[] sizes = workspace.wanted;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = symbols[i];
    }
    for (int i = 0; i < given.length; i++) {
      type(given[i], arguments[i].name(), arguments[i].dtype());
      read(given[i], arguments[i].name(), arguments[i].shape(), sizes);
    }
    for (int i = 0; i < slots.length; i++) {
      type(slots[i], this.slots[i].path(), this.slots[i].dtype());
      read(slots[i], this.slots[i].path(), this.slots[i].shape(), sizes);
    }
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] < 0) {
        throw new DlxException(
            "R0105",
            "the size `" + program.symbols().get(i) + "` is not known",
            "",
            "no argument of `" + program.name() + "` has it; give it by name");
      }
    }
    workspace.bind(sizes);
    Frame frame = workspace.frame;
    for (Program.Check check : checks) {
      int left = frame.extents[check.left()];
      int right = frame.extents[check.right()];
      if (check.equal() ? left != right : left > right) {
        throw new DlxException(
            "R0103",
            check.message() + ": " + left + (check.equal() ? " is not " : " is more than ") + right,
            check.place(),
            "");
      }
    }
    for (int i = 0; i < given.length; i++) {
      matches(given[i], arguments[i].name(), arguments[i].shape(), frame);
      if (arguments[i].buffer() >= 0) {
        frame.set(arguments[i].buffer(), arguments[i].dtype(), given[i].data());
      }
    }
    for (int i = 0; i < slots.length; i++) {
      matches(slots[i], this.slots[i].path(), this.slots[i].shape(), frame);
      frame.set(this.slots[i].buffer(), this.slots[i].dtype(), slots[i].data());
    }
  }

  /** New tensors for the results, for the sizes to which the workspace is bound. */
  Tensor[] results(Frame frame) {
    Tensor[] results = new Tensor[outputs.length];
    for (int i = 0; i < results.length; i++) {
      int[] shape = outputs[i].shape().stream().mapToInt(e -> frame.extents[e]).toArray();
      results[i] = Tensor.zeros(outputs[i].dtype(), shape);
    }
    return results;
  }

  /** Puts tensors for the results, made for these sizes, in place. */
  void place(Tensor[] results, Frame frame) {
    for (int i = 0; i < results.length; i++) {
      frame.set(outputs[i].buffer(), outputs[i].dtype(), results[i].data());
    }
  }

  /** Sizes that an axis of this tensor is, if it is a bare size name. */
  private void read(Tensor tensor, String name, List<Integer> shape, long[] sizes) {
    if (tensor.rank() != shape.size()) {
      throw mismatch(tensor, name, shape, null);
    }
    for (int axis = 0; axis < shape.size(); axis++) {
      int symbol = bare[shape.get(axis)];
      if (symbol >= 0 && sizes[symbol] < 0) {
        sizes[symbol] = tensor.extent(axis);
      }
    }
  }

  private static void type(Tensor tensor, String name, DType dtype) {
    if (tensor.dtype() != dtype) {
      throw new DlxException(
          "R0103", "`" + name + "` is " + dtype + ", not " + tensor.describe(), "", "convert it");
    }
  }

  private void matches(Tensor tensor, String name, List<Integer> shape, Frame frame) {
    boolean fits = tensor.rank() == shape.size();
    for (int axis = 0; fits && axis < shape.size(); axis++) {
      fits = tensor.extent(axis) == frame.extents[shape.get(axis)];
    }
    if (!fits) {
      throw mismatch(tensor, name, shape, frame);
    }
  }

  private DlxException mismatch(Tensor tensor, String name, List<Integer> shape, Frame frame) {
    StringBuilder wanted = new StringBuilder();
    for (int extent : shape) {
      int symbol = bare[extent];
      wanted.append(wanted.isEmpty() ? "" : ", ");
      if (symbol >= 0) {
        wanted.append(program.symbols().get(symbol));
        wanted.append(frame == null ? "" : " = " + frame.extents[extent]);
      } else {
        wanted.append(frame == null ? program.extents().get(extent) : "" + frame.extents[extent]);
      }
    }
    return new DlxException(
        "R0103",
        "`"
            + name
            + "` must have the shape ["
            + wanted
            + "], not "
            + Arrays.toString(tensor.shape()),
        "",
        "");
  }
}
