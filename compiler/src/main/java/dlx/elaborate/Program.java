package dlx.elaborate;

import dlx.graph.Function;
import dlx.graph.Type;
import dlx.source.Span;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A program after elaboration: what it needs, holds, answers and changes, and every entry of it as
 * a graph on demand. Immutable; each function that it makes has a graph of its own, so functions
 * may be made and compiled on several threads.
 *
 * @param doc the first doc comment of the file, or empty
 * @param slots parameters and states in the order in which their paths first come up
 * @param shown every definition with its type as text in the user's names, for {@code check
 *     --shapes}
 */
public record Program(
    String name,
    String doc,
    List<Argument> inputs,
    List<Slot> slots,
    List<Entry> entries,
    List<Step> steps,
    List<Size> sizes,
    List<Constant> constants,
    List<Recipe> recipes,
    List<Test> tests,
    List<Shown> shown,
    Entries functions) {

  /** A type: with run-time sizes as symbols, and as text in the user's names. */
  public record Typed(Type type, String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  /** An input of the file or an argument of a step. */
  public record Argument(String name, Typed type, @Nullable Default value, String doc, Span span) {}

  /**
   * The default of an argument.
   *
   * @param text as written
   * @param number if it is one number, which then fills the shape; otherwise the value is an output
   *     of {@link Entries#defaults}
   */
  public record Default(String text, @Nullable Double number) {}

  /**
   * A parameter or state.
   *
   * @param path such as {@code features.stage2[1].conv1.kernel} or {@code train[w].adam1.m}
   * @param drawn whether it starts from a draw ({@code ~}) or a value ({@code =})
   * @param start how it starts, as written
   * @param step the step that holds it, or empty
   */
  public record Slot(
      boolean param,
      String path,
      Typed type,
      boolean drawn,
      String start,
      String step,
      String doc,
      Span span) {}

  /**
   * A definition at top level that is a value.
   *
   * @param results one type, or several if it is a tuple
   * @param inputs the inputs that it depends on
   * @param sizes the run-time sizes that it depends on
   */
  public record Entry(
      String name,
      List<Typed> results,
      List<String> inputs,
      Set<String> sizes,
      String doc,
      Span span) {}

  /**
   * A step.
   *
   * @param results the types of what it returns; empty if it returns nothing
   * @param updates the paths of what it changes
   */
  public record Step(
      String name,
      List<Argument> arguments,
      List<Typed> results,
      List<String> inputs,
      Set<String> sizes,
      List<String> updates,
      String doc,
      Span span) {}

  /** A {@code dim}: its value, or null if it is known at run time. */
  public record Size(String name, @Nullable Long value, String doc, Span span) {}

  /** A {@code const} and its value as text. */
  public record Constant(String name, String value, String doc, Span span) {}

  /**
   * Defaults for the command line. Values are Double, String, Boolean, {@link Name} or List of
   * these.
   */
  public record Recipe(String name, Map<String, Object> values, Span span) {}

  /** A name as a value of a recipe, such as {@code monitor = accuracy}. */
  public record Name(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  /** A {@code test} block. */
  public record Test(String name, Span span) {}

  /** The type of what is defined at a place. */
  public record Shown(String name, String type, Span span) {}

  /**
   * A test as a graph without slots and inputs.
   *
   * @param function its outputs are numbered by {@code assertions}
   */
  public record TestCase(Function function, List<Assertion> assertions) {}

  /**
   * One {@code assert}.
   *
   * @param condition the output that must be true everywhere; -1 for a {@code gradcheck}
   * @param parts the values inside it, in the order of their columns
   */
  public record Assertion(
      Span span,
      String message,
      int condition,
      List<Part> parts,
      @Nullable GradientCheck gradient) {}

  /** A value inside an assertion: its text is {@code span.text()}. */
  public record Part(Span span, int output) {}

  /**
   * {@code gradcheck(y, x)}: a function with one input, {@code x}, and the outputs y and its
   * derivative, to be compared with differences around {@code start}.
   *
   * @param start the output of the test that is the value of x
   */
  public record GradientCheck(Function function, int start) {}

  /** Makes the graphs. */
  public interface Entries {
    /**
     * Any expressions over the names of the file.
     *
     * @throws dlx.source.ProgramException if they are wrong
     */
    Function entry(List<String> expressions, boolean training);

    /**
     * Inputs and arguments are {@code Leaf.Input}, parameters and states {@code Leaf.Slot}.
     *
     * @param also expressions that are returned after the results of the step, with the values that
     *     they have when the step begins; what the step changes does not depend on them
     */
    Function step(String name, List<String> also);

    /** One output per slot: its first value. */
    Function initial();

    /** One output per input that has a default that is not one number, by its name. */
    Function defaults();

    TestCase test(int index);
  }

  public Function entry(List<String> expressions, boolean training) {
    return functions.entry(expressions, training);
  }

  public Function entry(String expression) {
    return functions.entry(List.of(expression), false);
  }

  public Function step(String step) {
    return functions.step(step, List.of());
  }

  public Function step(String step, List<String> also) {
    return functions.step(step, also);
  }

  public Function initial() {
    return functions.initial();
  }

  public Function defaults() {
    return functions.defaults();
  }

  public TestCase test(int index) {
    return functions.test(index);
  }
}
