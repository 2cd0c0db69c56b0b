package dlx.runtime;

/** The base of generated classes. Instances have no state. */
public abstract class Kernels {
  /**
   * Does the units [from, to) of a kernel.
   *
   * @param method the number of the method within its class
   * @param scratch its {@link Scratch#operands} say what the method works on
   */
  public abstract void run(int method, Frame frame, Scratch scratch, int from, int to);
}
