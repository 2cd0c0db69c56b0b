package dlx.tests.api;

import static dlx.Expr.call;
import static dlx.Expr.grad;
import static dlx.Expr.input;
import static dlx.Expr.matmul;
import static dlx.Expr.mean;
import static dlx.Expr.number;
import static dlx.Expr.param;
import static dlx.Expr.pow;
import static dlx.Expr.sum;
import static dlx.runtime.DType.F32;
import static dlx.runtime.DType.F64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Compiler;
import dlx.Expr;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Expressions built in Java. */
class ExprTest {
  @Test
  void valueAndGradient() {
    var x = input("x", F32, "batch", 3);
    var w = param("w", F32, 3);
    var loss = mean(pow(matmul(x, w).minus(1), 2));
    CompiledFunction f = Compiler.compile(loss, grad(loss, w));
    List<Tensor> values =
        f.call(
            Map.of(
                "x", Tensor.of(new float[] {1, 0, 0, 0, 1, 0}, 2, 3),
                "w", Tensor.of(new float[] {2, 3, 4}, 3)));
    assertEquals(2.5f, values.get(0).f32());
    assertArrayEquals(new float[] {1, 2, 0}, values.get(1).floats());
  }

  @Test
  void numbers() {
    var x = input("x", F64);
    for (double value : new double[] {0.1, -2.5, 1e-300, 1e300, 123456789.125}) {
      var f = Compiler.compile(x.times(number(value)));
      assertEquals(value, f.call(Map.of("x", Tensor.scalar(1.0))).getFirst().number());
    }
    var f = Compiler.compile(x.plus(Double.POSITIVE_INFINITY), x.times(Double.NaN));
    List<Tensor> values = f.call(Map.of("x", Tensor.scalar(1.0)));
    assertEquals(Double.POSITIVE_INFINITY, values.get(0).number());
    assertTrue(Double.isNaN(values.get(1).number()));
  }

  @Test
  void deepAndShared() {
    Expr x = input("x", F64);
    Expr y = x;
    for (int i = 0; i < 60; i++) y = y.plus(y).times(0.5);
    for (int i = 0; i < 2000; i++) y = y.plus(1);
    var f = Compiler.compile(y, grad(y, x));
    List<Tensor> values = f.call(Map.of("x", Tensor.scalar(3.0)));
    assertEquals(2003, values.get(0).number());
    assertEquals(1, values.get(1).number());
  }

  @Test
  void anyFunctionOfTheLibrary() {
    var logits = input("logits", F32, "batch", 3);
    var label = input("label", dlx.runtime.DType.I32, "batch");
    var f = Compiler.compile(mean(call("cross_entropy", logits, label)));
    float loss =
        f.call(
                Map.of(
                    "logits", Tensor.of(new float[3], 1, 3), "label", Tensor.of(new int[] {1}, 1)))
            .getFirst()
            .f32();
    assertEquals(Math.log(3), loss, 1e-6);
  }

  @Test
  void mistakes() {
    var x = input("x", F32, 3);
    var y = input("y", F32, 4);
    assertThrows(DlxException.class, () -> Compiler.compile(x.plus(y)));
    assertThrows(DlxException.class, () -> Compiler.compile(grad(x, x)));
    assertThrows(DlxException.class, () -> input("1x", F32));
    assertThrows(DlxException.class, () -> input("x", F32, 2.5));
    assertThrows(DlxException.class, () -> x.plus("y"));
    assertThrows(
        DlxException.class, () -> Compiler.compile(sum(x.plus(0)).plus(sum(input("x", F32, 5)))));
  }

  @Test
  void readsAsWritten() {
    var x = input("x", F64, "n");
    var square = x.times(x);
    assertEquals(
        """
        dim n
        input x: f64[n]
        e1 = x * x
        e2 = sum(e1) / e1
        """,
        sum(square).over(square).toString());
  }
}
