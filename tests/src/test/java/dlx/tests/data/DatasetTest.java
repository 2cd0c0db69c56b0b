package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dlx.data.Batches;
import dlx.data.Dataset;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DatasetTest {
  private static final Wanted ROWS = new Wanted("rows", DType.I32, new int[] {-1, 2}, 0);
  private static final Wanted COLUMNS = new Wanted("columns", DType.F32, new int[] {3, -1}, 1);
  private static final Wanted RATE = new Wanted("rate", DType.F32, new int[] {}, -1);

  /** Example i is the row (2 i, 2 i + 1) and the column (i, 100 + i, 200 + i). */
  private static Dataset examples(int n) {
    int[] rows = IntStream.range(0, 2 * n).toArray();
    float[] columns = new float[3 * n];
    for (int i = 0; i < 3 * n; i++) columns[i] = 100 * (i / n) + i % n;
    return Dataset.of(
        Map.of(
            "rows", Tensor.of(rows, n, 2),
            "columns", Tensor.of(columns, 3, n),
            "rate", Tensor.scalar(0.5f)),
        List.of(ROWS, COLUMNS, RATE));
  }

  @Property(tries = 100)
  void aBatchGathersItsExamplesAlongEveryAxis(
      @ForAll @IntRange(max = 20) int n, @ForAll @IntRange(min = 1, max = 7) int size) {
    Dataset data = examples(n);
    int[] order = data.shuffled(7, 3);
    Batches batches = data.batches(size);
    int seen = 0;
    for (int k = 0; k < batches.count(); k++) {
      Map<String, Tensor> batch = batches.fill(order, k);
      int here = batches.size(k);
      assertArrayEquals(new int[] {here, 2}, batch.get("rows").shape());
      assertArrayEquals(new int[] {3, here}, batch.get("columns").shape());
      for (int i = 0; i < here; i++, seen++) {
        assertEquals(2 * order[seen], batch.get("rows").ints()[2 * i]);
        assertEquals(2 * order[seen] + 1, batch.get("rows").ints()[2 * i + 1]);
        assertEquals(200 + order[seen], batch.get("columns").floats()[2 * here + i]);
      }
      assertEquals(0.5f, batch.get("rate").f32());
    }
    assertEquals(n, seen);
  }

  @Test
  void batchesUseTheSameArraysAgain() {
    Dataset data = examples(10);
    Batches batches = data.batches(4);
    int[] order = data.order();
    Tensor first = batches.fill(order, 0).get("rows");
    assertSame(first, batches.fill(order, 1).get("rows"));
    assertEquals(2, batches.fill(order, 2).get("rows").extent(0));
    assertEquals(3, batches.count());
  }

  @Property(tries = 50)
  void shufflingIsAPermutationThatSeedAndEpochDecide(
      @ForAll long seed, @ForAll @IntRange(max = 50) int n) {
    Dataset data = examples(n);
    int[] order = data.shuffled(seed, 1);
    assertArrayEquals(order, examples(n).shuffled(seed, 1));
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, n).toArray(), sorted);
  }

  @Test
  void anotherEpochOrSeedIsAnotherOrder() {
    Dataset data = examples(100);
    assertNotEquals(Arrays.toString(data.shuffled(0, 0)), Arrays.toString(data.shuffled(0, 1)));
    assertNotEquals(Arrays.toString(data.shuffled(0, 0)), Arrays.toString(data.shuffled(1, 0)));
  }

  @Test
  void everyPlaceIsEquallyLikely() {
    Dataset data = examples(4);
    int[] first = new int[4];
    for (int epoch = 0; epoch < 4000; epoch++) first[data.shuffled(0, epoch)[0]]++;
    for (int count : first) assertEquals(1000, count, 120);
  }

  @Property(tries = 50)
  void aSplitHasEveryExampleOnce(@ForAll long seed, @ForAll @IntRange(max = 30) int n) {
    Dataset.Split split = examples(n).split(0.2, seed);
    assertEquals(Math.round(0.2 * n), split.valid().length());
    int[] all =
        IntStream.concat(Arrays.stream(split.train().order()), Arrays.stream(split.valid().order()))
            .sorted()
            .toArray();
    assertArrayEquals(IntStream.range(0, n).toArray(), all);
  }

  @Test
  void differentNumbersOfExamplesAreAnError() {
    Expect.error(
        "R0103",
        () ->
            Dataset.of(
                Map.of(
                    "rows", Tensor.of(new int[4], 2, 2), "columns", Tensor.of(new float[9], 3, 3)),
                List.of(ROWS, COLUMNS)),
        "`rows` has 2 examples",
        "`columns` has 3");
  }

  @Test
  void noExamplesAreFine() {
    Dataset none = examples(0);
    assertEquals(0, none.length());
    assertEquals(0, none.batches(4).count());
    assertEquals(0, none.all().get("rows").size());
  }

  @Test
  void aRangeCutsSequences() {
    Tensor text = Tensor.of(IntStream.range(0, 12).toArray(), 4, 3);
    Wanted wanted = new Wanted("text", DType.I32, new int[] {-1, -1}, 1);
    Dataset piece =
        Dataset.of(Map.of("text", text), List.of(wanted)).range(Map.of("text", 0), 1, 3);
    Expect.same(Tensor.of(new int[] {3, 4, 5, 6, 7, 8}, 2, 3), piece.all().get("text"));
  }
}
