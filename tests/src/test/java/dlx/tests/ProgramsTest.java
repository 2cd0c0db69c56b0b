package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.ast.Parse;
import dlx.differentiate.Differentiate;
import dlx.elaborate.Elaborate;
import dlx.elaborate.ImportResolver;
import dlx.elaborate.Program;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Node;
import dlx.runtime.Tensor;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The {@code test} blocks of programs in the language, evaluated by the reference evaluator: those
 * of the standard library, the examples and {@code programs/}.
 */
class ProgramsTest {
  private static final List<Path> FOLDERS =
      List.of(
          Path.of("src/test/resources/programs"),
          Path.of("../examples"),
          Path.of("../stdlib/src/main/resources/dlx/stdlib"));

  @TestFactory
  Stream<DynamicTest> everyTestHolds() {
    return FOLDERS.stream()
        .flatMap(ProgramsTest::programs)
        .flatMap(path -> tests(path, elaborate(path)));
  }

  private static Stream<DynamicTest> tests(Path path, Elaborated found) {
    String name = path.getFileName().toString();
    if (found.program == null) {
      return Stream.of(DynamicTest.dynamicTest(name, () -> assertEquals(List.of(), found.errors)));
    }
    Stream<DynamicTest> whole =
        Stream.of(DynamicTest.dynamicTest(name, () -> functions(found.program)));
    List<Program.Test> tests = found.program.tests();
    return Stream.concat(
        whole,
        java.util.stream.IntStream.range(0, tests.size())
            .mapToObj(i ->
                DynamicTest.dynamicTest(
                    name + ": " + tests.get(i).name(), () -> run(found.program.test(i)))));
  }

  /** Every function of a program can be made. */
  private static void functions(Program program) {
    for (Program.Step step : program.steps()) {
      Function function = Differentiate.function(program.step(step.name()));
      assertEquals(step.updates().size(), function.updates().size());
    }
    for (Program.Entry entry : program.entries()) {
      assertEquals(entry.results().size(), program.entry(entry.name()).outputs().size());
    }
    Function initial = program.initial();
    assertEquals(
        program.slots().stream().map(Program.Slot::path).toList(),
        initial.outputs().stream().map(Function.Output::name).toList());
    for (int i = 0; i < program.slots().size(); i++) {
      assertEquals(program.slots().get(i).type().type(), initial.outputs().get(i).value().type());
    }
    program.defaults();
  }

  /** Runs the assertions of a test. */
  static void run(Program.TestCase test) {
    Function function = Differentiate.function(test.function());
    Evaluate evaluate = new Evaluate(Map.of(), Map.of(), Map.of(), 0, 0);
    for (Program.Assertion assertion : test.assertions()) {
      String text = assertion.span() + " " + assertion.span().text();
      if (assertion.gradient() != null) {
        Tensor start =
            evaluate.tensor(function.outputs().get(assertion.gradient().start()).value());
        gradient(Differentiate.function(assertion.gradient().function()), start, text);
        continue;
      }
      double[] holds = evaluate.values(function.outputs().get(assertion.condition()).value());
      for (double value : holds) {
        assertTrue(value != 0, () -> text + parts(assertion, function, evaluate));
      }
    }
  }

  private static String parts(Program.Assertion assertion, Function function, Evaluate evaluate) {
    StringBuilder text = new StringBuilder();
    for (Program.Part part : assertion.parts()) {
      Node node = function.outputs().get(part.output()).value();
      text.append("\n  ").append(part.span().text()).append(" = ").append(evaluate.tensor(node));
    }
    return text.toString();
  }

  /** Central differences in f64, for about ten elements. */
  private static void gradient(Function function, Tensor start, String text) {
    Tensor x = start.copy();
    double[] slopes =
        new Evaluate(Map.of(), Map.of("x", x), Map.of(), 0, 0)
            .values(function.outputs().get(1).value());
    for (int i = 0; i < x.size(); i += 1 + x.size() / 10) {
      double at = x.get(i);
      double step = 1e-3;
      x.set(i, at + step);
      double up = number(function, x);
      double high = x.get(i);
      x.set(i, at - step);
      double down = number(function, x);
      double low = x.get(i);
      x.set(i, at);
      double difference = (up - down) / (high - low);
      assertEquals(difference, slopes[i], 1e-3 * Math.max(1, Math.abs(difference)), text);
    }
  }

  private static double number(Function function, Tensor x) {
    return new Evaluate(Map.of(), Map.of("x", x), Map.of(), 0, 0)
        .values(function.outputs().get(0).value())[0];
  }

  // ------------------------------------------------------------------ reading

  record Elaborated(Program program, List<Diagnostic> errors) {}

  static Elaborated elaborate(Path path) {
    try {
      return elaborate(path.getFileName().toString(), Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program, or what is wrong with it. */
  static Elaborated elaborate(String name, String text) {
    Diagnostics diagnostics = new Diagnostics();
    var file = Parse.file(new Source(name, text), diagnostics);
    Program program =
        diagnostics.hasErrors()
            ? null
            : Elaborate.program(file, Map.of(), ImportResolver.NONE, diagnostics);
    List<Diagnostic> errors =
        diagnostics.all().stream().filter(d -> d.severity() == Diagnostic.Severity.ERROR).toList();
    return new Elaborated(errors.isEmpty() ? program : null, errors);
  }

  private static Stream<Path> programs(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".dlx")).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
