package dlx.runtime;

/** The base of generated classes. Instances have no state. */
public abstract class Kernels {
  /**
   * Does the units [from, to) of a kernel.
   *
   * @param kernel the number of the kernel within its class
   */
  public abstract void run(int kernel, Frame frame, Scratch scratch, int from, int to);
}
