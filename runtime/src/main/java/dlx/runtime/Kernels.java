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

  /** Does everything once that the methods need, so that the JIT compiler knows all of it. */
  public void touch() {}

  /** How many methods can be entered before there is data for them; most calls need them. */
  public int entries() {
    return 0;
  }

  /**
   * How many more there are that only some sizes need, such as tiles for rows that are left over;
   * their numbers follow those of the others.
   */
  public int seldom() {
    return 0;
  }

  /**
   * Enters a method without data; it returns at once. The JIT compiler gets to know it that way.
   *
   * @param entry nothing is entered if there is none of this number
   */
  public void enter(int entry) {}
}
