package dlx.runtime;

/**
 * A function of numbers, compiled to code without tensors: arguments and values are in registers.
 * Any number of threads may call it at once. It allocates nothing, unless it has so many operations
 * (about 500) that it is cut into several methods, which pass values in an array.
 */
@FunctionalInterface
public interface NumberFunction {
  /**
   * Computes {@code results} of {@code arguments}, both in the order of the entry. What is {@code
   * f32} in the program is rounded to {@code f32}; truth values are 1 and 0.
   *
   * @param arguments at least as many as the entry has
   * @param results overwritten; at least as many as the entry has
   */
  void apply(double[] arguments, double[] results);
}
