package dlx.tests.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dlx.Dlx;
import dlx.Entry;
import dlx.Model;
import dlx.runtime.DlxException;
import dlx.runtime.NumberFunction;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries that are functions of numbers, called through {@link NumberFunction}. */
class NumberFunctionTest {
  private static double[] apply(NumberFunction function, int results, double... arguments) {
    double[] to = new double[results];
    function.apply(arguments, to);
    return to;
  }

  @Test
  void valueAndGradient() {
    Entry entry =
        Dlx.parse("number", "input a, b: f64\ny = log(a) + a * b - sin(b)")
            .entry("y", "grad(y, a)", "grad(y, b)");
    assertEquals(List.of("a", "b"), entry.inputs());
    NumberFunction function = entry.numbers();
    for (double a = 0.25; a < 100; a *= 3) {
      for (double b = -4; b < 5; b += 0.7) {
        double[] expected = {Math.log(a) + a * b - Math.sin(b), 1 / a + b, a - Math.cos(b)};
        // sums of three terms with a few roundings each
        assertArrayEquals(expected, apply(function, 3, a, b), 1e-15 * (1 + Math.abs(a * b)) * 4);
      }
    }
  }

  @Test
  void elementTypesAreThoseOfTheProgram() {
    Entry entry =
        Dlx.parse(
                "number",
                """
                input x: f32
                input y: f64
                third = x / 3
                whole = i32(y) // 2
                less = y < 1.5
                both = f64(x) + y
                """)
            .entry("third", "whole", "less", "both");
    assertEquals(List.of("x", "y"), entry.inputs());
    double[] results = apply(entry.numbers(), 4, 0.1, -5.75);
    assertArrayEquals(new double[] {0.1f / 3f, -3, 1, (double) 0.1f - 5.75}, results);
  }

  @Test
  void aResultThatOthersNeedIsComputedOnce() {
    Entry entry =
        Dlx.parse("number", "input x: f64\na = exp(x)\nb = a * a\nc = b + a").entry("c", "a", "b");
    double e = Math.exp(0.5);
    assertArrayEquals(
        new double[] {e * e + e, e, e * e}, apply(entry.numbers(), 3, 0.5), 8 * Math.ulp(e * e));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 100, 1_000})
  void manyOperationsAreAFewMethods(int count) {
    StringBuilder text = new StringBuilder("input x: f64\ny0 = x\n");
    for (int i = 0; i < count; i++) {
      text.append("y%d = y%d * 0.5 + sqrt(y%d + %d)\n".formatted(i + 1, i, i, i));
    }
    double y = 3;
    for (int i = 0; i < count; i++) y = y * 0.5 + Math.sqrt(y + i);
    NumberFunction function = Dlx.parse("number", text.toString()).entry("y" + count).numbers();
    // each turn halves what was wrong before
    assertEquals(y, apply(function, 1, 3)[0], 4 * Math.ulp(y));
  }

  @Test
  void allocatesNothing() {
    NumberFunction function =
        Dlx.parse("number", "input x: f64\ny = sin(x) * x").entry("y", "grad(y, x)").numbers();
    double[] x = {1};
    double[] y = new double[2];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 100 && least >= 100; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 100; i++) function.apply(x, y);
      least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
    }
    // asking for the number allocates a little itself
    assertTrue(least < 100, least + " bytes in 100 calls");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          input x: f32[3]                        | sum(x)            | tensor
          input x: i32                           | x + 1             | `x` is i32
          input x: f32; param w: f32 = 1         | w * x             | parameter or state `w`
          input x: f32; u: f32 ~ uniform(0, 1)    | x + u             | random
          input x: f32; input i: f32             | sum([x, i, x * i]) + sum([x, i]) | tensor
          """)
  void whatIsNoFunctionOfNumbersIsRefused(String declarations, String result, String reason) {
    Model model = Dlx.parse("number", declarations.replace("; ", "\n") + "\ny = " + result);
    DlxException e = assertThrows(DlxException.class, () -> model.entry("y").numbers());
    assertEquals("R0108", e.code());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }
}
