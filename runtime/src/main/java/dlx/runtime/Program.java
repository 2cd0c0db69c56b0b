package dlx.runtime;

import java.util.List;

/**
 * Everything about a compiled entry but its code. Sizes are numbers into {@code extents}.
 *
 * @param name the name of the entry
 * @param symbols the names of the sizes that the arguments bring
 * @param extents expressions over the symbols in postfix form: numbers, {@code $0} for a symbol,
 *     {@code + * / %} (floor pair), with spaces between
 * @param arguments what the caller gives, in order
 * @param slots parameters and states that are read or written
 * @param outputs what the caller gets, in order
 * @param temporaries memory of the call
 * @param tables numbers of the program
 * @param kernels by number
 * @param steps the order in which they run: the number of a kernel, or ~ the number of a loop
 * @param loops by number
 * @param draws the addresses of the random draws
 * @param commits copies at the end, from buffer to buffer
 * @param checks what must hold of the sizes
 */
public record Program(
    String name,
    List<String> symbols,
    List<String> extents,
    List<Variable> arguments,
    List<Slot> slots,
    List<Variable> outputs,
    List<Temporary> temporaries,
    List<Table> tables,
    List<Kernel> kernels,
    List<Integer> steps,
    List<Loop> loops,
    List<Long> draws,
    List<Commit> commits,
    List<Check> checks) {

  /** A named tensor; {@code buffer} is -1 if nothing reads it. */
  public record Variable(String name, DType dtype, List<Integer> shape, int buffer) {}

  /** A parameter or state, by its path. */
  public record Slot(String path, DType dtype, List<Integer> shape, int buffer, boolean written) {}

  /** Memory that is needed from position {@code first} of a call to position {@code last}. */
  public record Temporary(int buffer, DType dtype, int size, int first, int last) {}

  /** Numbers, rounded to the element type. */
  public record Table(int buffer, DType dtype, List<Double> values) {}

  /**
   * A kernel: the generated method {@code method}, which is told by {@code operands} what to work
   * on: numbers of buffers, extents and draws, as {@link Scratch#operands}. {@code units} pieces
   * that threads may share in multiples of {@code align}, each of about {@code work} simple
   * operations, on every of the {@code across} positions of a second axis that threads may share in
   * multiples of {@code acrossAlign}; -1 if there is none. For every thread they are cut into at
   * most {@code chunks}, so that a late thread costs little; 0 if threads may not share them. If it
   * {@code joins}, it may run at the same time as the kernel before it, and as those that this one
   * joins.
   */
  public record Kernel(
      int method,
      List<Integer> operands,
      int units,
      int align,
      int across,
      int acrossAlign,
      int work,
      int chunks,
      boolean joins) {}

  /**
   * The steps {@code body} once per turn, after the steps {@code begin}. At the end of every turn
   * {@code swaps} are done in order; before {@code begin} as often backwards.
   *
   * @param turns an extent
   * @param descending whether the last turn comes first
   * @param ending what may end it before that
   * @param moving the extents that depend on the turn, and on no turn of a loop inside
   */
  public record Loop(
      int turns,
      boolean descending,
      Ending ending,
      List<Integer> begin,
      List<Integer> body,
      List<Moving> moving,
      List<Swap> swaps) {}

  /** An extent that is {@code first + turn * step}, all of them numbers of extents. */
  public record Moving(int extent, int first, int step) {}

  /** The arrays of two buffers with so many elements change places. */
  public record Swap(DType dtype, int one, int other, int size) {}

  /**
   * What may end a loop before its last turn.
   *
   * @param stop the buffer of the truth value that ends it before a turn, or -1
   * @param limit the buffer of the number that says how many turns there are at most, or -1
   * @param at where in its buffer the number is
   * @param rows what is 0 where no turn has written
   */
  public record Ending(int stop, int limit, int at, List<Rows> rows) {}

  /** A row of {@code size} elements for every turn, from {@code offset} on. */
  public record Rows(DType dtype, int buffer, int offset, int size) {}

  /** Copy a buffer. */
  public record Commit(DType dtype, int from, int to, int size) {}

  /** {@code left} must equal {@code right}, or be at most {@code right}. */
  public record Check(int left, boolean equal, int right, String message, String place) {}
}
