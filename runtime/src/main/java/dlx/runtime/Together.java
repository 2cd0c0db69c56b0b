package dlx.runtime;

/**
 * Kernels that may run at the same time, as one: its units are the work of all of them, in order,
 * so threads share many small kernels as they share a large one. Where a kernel begins is in {@link
 * Frame#starts}.
 */
final class Together extends Kernels {
  private static final int UNITS = 1 << 16;
  private static final int CHUNKS = 3;

  private final Kernels[] code;
  private final int[] method;
  private final int[][] operands;
  private final Program.Kernel[] kernels;
  private final int first;
  private final int count;

  /**
   * @param first the number of the first kernel in the arrays
   * @param count how many kernels there are
   */
  Together(
      Kernels[] code,
      int[] method,
      int[][] operands,
      Program.Kernel[] kernels,
      int first,
      int count) {
    this.code = code;
    this.method = method;
    this.operands = operands;
    this.kernels = kernels;
    this.first = first;
    this.count = count;
  }

  /** Runs all kernels. */
  void run(Frame frame, Scratch scratch, Workers workers) {
    long work = 0;
    for (int i = 0; i < count; i++) {
      work += work(i, frame);
    }
    if (!workers.isWorthSharing(work)) {
      for (int i = 0; i < count; i++) {
        scratch.operands = operands[first + i];
        code[first + i].run(method[first + i], frame, scratch, 0, units(i, frame));
      }
      return;
    }
    if (frame.starts.length <= count) {
      frame.starts = new int[count + 1];
    }
    long before = 0;
    for (int i = 0; i < count; i++) {
      frame.starts[i] = (int) ((double) before / work * UNITS);
      before += work(i, frame);
    }
    frame.starts[count] = UNITS;
    workers.run(this, 0, null, UNITS, 1, 1, 1, work, CHUNKS, frame, scratch);
  }

  private int units(int i, Frame frame) {
    return frame.extents[kernels[first + i].units()];
  }

  private long work(int i, Frame frame) {
    return (long) units(i, frame) * Math.max(1, frame.extents[kernels[first + i].work()]);
  }

  /**
   * Does the blocks whose place in the work is in [from, to). Block b of B blocks of a kernel that
   * takes the work [s, e) has the place s + floor((e - s) b / B), or the last one if that is behind
   * all work.
   */
  @Override
  public void run(int none, Frame frame, Scratch scratch, int from, int to) {
    int last = to == UNITS ? Integer.MAX_VALUE : to;
    for (int i = kernelAt(from, frame.starts); i < count && frame.starts[i] < last; i++) {
      Program.Kernel kernel = kernels[first + i];
      int units = units(i, frame);
      int align = kernel.chunks() == 0 ? Math.max(1, units) : kernel.align();
      int blocks = (int) ((units + align - 1L) / align);
      int start = frame.starts[i];
      int width = frame.starts[i + 1] - start;
      int begin = block(from, start, width, blocks);
      int end = block(last, start, width, blocks);
      if (begin < end) {
        scratch.operands = operands[first + i];
        code[first + i].run(
            method[first + i],
            frame,
            scratch,
            (int) Math.min(units, (long) begin * align),
            (int) Math.min(units, (long) end * align));
      }
    }
  }

  /** The first kernel that may have a block at a place or behind it. */
  private int kernelAt(int place, int[] starts) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (starts[middle + 1] < place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The first block of a kernel whose place is not before a place. */
  private static int block(int place, int start, int width, int blocks) {
    if (place <= start) {
      return 0;
    }
    if (width == 0 || place >= start + width) {
      return blocks;
    }
    return (int) (((long) (place - start) * blocks + width - 1) / width);
  }
}
