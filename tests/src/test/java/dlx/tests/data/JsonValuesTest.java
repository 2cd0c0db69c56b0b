package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.data.JsonValues;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.Arrays;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JsonValuesTest {
  private static Wanted wanted(DType dtype, int... shape) {
    return new Wanted("x", dtype, shape, shape.length > 0 ? 0 : -1);
  }

  @Test
  void listsNumbersAndWordsAreRead() {
    Expect.same(
        Tensor.of(new float[] {1, 2, 3, 4}, 2, 2),
        JsonValues.parse("[[1,2],[3,4]]", wanted(DType.F32, -1, 2)));
    Expect.same(
        Tensor.of(
            new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f}, 4),
        JsonValues.parse("[\"nan\", \"inf\", \"-inf\", -0.0]", wanted(DType.F32, -1)));
    Expect.same(Tensor.scalar(2.5), JsonValues.parse("2.5", wanted(DType.F64)));
    Expect.same(Tensor.scalar(-7), JsonValues.parse(" -7 ", wanted(DType.I32)));
    Expect.same(
        Tensor.of(new boolean[] {true, false}, 2),
        JsonValues.parse("[true, false]", wanted(DType.BOOL, -1)));
  }

  @Test
  void anEmptyListTakesItsShapeFromTheDeclaration() {
    Expect.same(Tensor.of(new float[0], 0, 3), JsonValues.parse("[]", wanted(DType.F32, -1, 3)));
    Expect.same(Tensor.of(new float[0], 0, 0), JsonValues.parse("[]", wanted(DType.F32, -1, -1)));
    Expect.same(
        Tensor.of(new float[0], 2, 0), JsonValues.parse("[[], []]", wanted(DType.F32, -1, -1)));
  }

  @Test
  void whatDoesNotFitIsOneClearError() {
    error("R0103", "[[1,2],[3]]", wanted(DType.F32, -1, -1), "one length");
    error("R0103", "[1,[2]]", wanted(DType.F32, -1, -1), "one length");
    error("R0103", "[[1],2]", wanted(DType.F32, -1, -1), "one length");
    error("R0103", "[[],[1]]", wanted(DType.F32, -1, -1), "one length");
    error("R0103", "[1,2,3]", wanted(DType.F32, 2), "f32[2]", "[3]");
    error("R0103", "3", wanted(DType.F32, 2), "f32[2]");
    error("R0104", "[1,2", wanted(DType.F32, -1), "not JSON");
    error("R0104", "", wanted(DType.F32), "no value");
    error("R0104", "1 2", wanted(DType.F32), "follows");
    error("R0104", "null", wanted(DType.F32), "null");
    error("R0104", "{\"a\":1}", wanted(DType.F32), "f32");
    error("R0104", "\"big\"", wanted(DType.F32), "big");
    error("R0104", "1e40", wanted(DType.F32), "1e40");
    error("R0104", "1.5", wanted(DType.I32), "1.5 is not a value of i32");
    error("R0104", "3000000000", wanted(DType.I32), "3000000000");
    error("R0104", "1", wanted(DType.BOOL), "bool");
    error("R0104", "true", wanted(DType.F32), "true");
    error("R0104", "[".repeat(100), wanted(DType.F32), "x");
  }

  private static void error(String code, String text, Wanted wanted, String... words) {
    Expect.error(code, () -> JsonValues.parse(text, wanted), words);
  }

  @Test
  void resultsArePrintedInTheShortestForm() {
    assertEquals(
        "{\"entry\":\"grad(\\\"w\\\")\",\"dtype\":\"f32\",\"shape\":[2,2],\"data\":[0.1,-0.0,\"nan\",\"-inf\"]}",
        JsonValues.write(
            "grad(\"w\")",
            Tensor.of(new float[] {0.1f, -0f, Float.NaN, Float.NEGATIVE_INFINITY}, 2, 2)));
    assertEquals(
        "{\"entry\":\"n\",\"dtype\":\"i32\",\"shape\":[],\"data\":[3]}",
        JsonValues.write("n", Tensor.scalar(3)));
    assertEquals(
        "{\"entry\":\"b\",\"dtype\":\"bool\",\"shape\":[0],\"data\":[]}",
        JsonValues.write("b", Tensor.of(new boolean[0], 0)));
  }

  @Property(tries = 300)
  void whatIsPrintedReadsBack(@ForAll("tensors") Tensor tensor) {
    String text = JsonValues.write("x", tensor);
    String data = text.substring(text.indexOf("\"data\":") + 7, text.length() - 1);
    Tensor flat =
        JsonValues.parse(data, new Wanted("x", tensor.dtype(), new int[] {Wanted.ANY}, 0));
    Expect.same(tensor, flat.reshape(tensor.shape()));
    assertEquals(tensor.size(), Arrays.stream(tensor.shape()).reduce(1, (a, b) -> a * b));
  }

  @Provide
  Arbitrary<Tensor> tensors() {
    return Tensors.any();
  }
}
