package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.data.Csv;
import dlx.data.Loaded;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
  private static final Wanted X = new Wanted("x", DType.F32, new int[] {-1}, 0);
  private static final Wanted LABEL = new Wanted("label", DType.I32, new int[] {-1}, 0);
  private static final String FLOWERS = "a,b,kind\n1,2,rose\n3,4,aster\n5,6,rose\n";

  @TempDir Path folder;

  private Loaded read(String text, List<Wanted> wanted, Csv.Options options) throws IOException {
    return Csv.read(write(text), wanted, options);
  }

  private Loaded read(String text, Wanted... wanted) throws IOException {
    return read(text, List.of(wanted), Csv.Options.DEFAULT);
  }

  private Path write(String text) throws IOException {
    Path file = folder.resolve("t.csv");
    Files.writeString(file, text);
    return file;
  }

  private void error(String code, String text, List<Wanted> wanted, String... words)
      throws IOException {
    Path file = write(text);
    Expect.error(code, () -> Csv.read(file, wanted, Csv.Options.DEFAULT), words);
  }

  private static Wanted matrix(String name, int columns) {
    return new Wanted(name, DType.F32, new int[] {-1, columns}, 0);
  }

  private static Csv.Options columns(String input, String... names) {
    return new Csv.Options(Map.of(input, List.of(names)), Csv.Missing.REFUSE, Map.of());
  }

  private static Csv.Options missing(Csv.Missing missing) {
    return new Csv.Options(Map.of(), missing, Map.of());
  }

  @Test
  void columnsGoToTheInputsOfTheirName() throws IOException {
    Loaded loaded = read("y,x,label\n1,0.5,3\n2,-inf,4\n3,1e-3,5.0\n", X, LABEL);
    Expect.same(
        Tensor.of(new float[] {0.5f, Float.NEGATIVE_INFINITY, 1e-3f}, 3),
        loaded.tensors().get("x"));
    Expect.same(Tensor.of(new int[] {3, 4, 5}, 3), loaded.tensors().get("label"));
    assertEquals(List.of(), loaded.notes());
    assertEquals(Map.of(), loaded.classes());
  }

  @Test
  void textBecomesClassesInSortedOrder() throws IOException {
    Wanted kind = new Wanted("kind", DType.I32, new int[] {-1}, 0);
    Loaded loaded = read(FLOWERS, kind);
    Expect.same(Tensor.of(new int[] {1, 0, 1}, 3), loaded.tensors().get("kind"));
    assertEquals(Map.of("kind", List.of("aster", "rose")), loaded.classes());
    Csv.Options earlier =
        new Csv.Options(
            Map.of(), Csv.Missing.REFUSE, Map.of("kind", List.of("aster", "lily", "rose")));
    Expect.same(
        Tensor.of(new int[] {2, 0, 2}, 3),
        read(FLOWERS, List.of(kind), earlier).tensors().get("kind"));
    Csv.Options fewer =
        new Csv.Options(Map.of(), Csv.Missing.REFUSE, Map.of("kind", List.of("rose")));
    Path file = write(FLOWERS);
    Expect.error("R0104", () -> Csv.read(file, List.of(kind), fewer), "row 3", "aster", "kind");
  }

  @Test
  void severalColumnsMakeAMatrix() throws IOException {
    Loaded loaded = read(FLOWERS, List.of(matrix("x", 2)), columns("x", "b", "a"));
    Expect.same(Tensor.of(new float[] {2, 1, 4, 3, 6, 5}, 3, 2), loaded.tensors().get("x"));
    Path file = write(FLOWERS);
    Expect.error(
        "R0103",
        () -> Csv.read(file, List.of(matrix("x", 3)), columns("x", "a", "b")),
        "f32[_, 3]",
        "[3, 2]");
    Expect.error(
        "R0107",
        () -> Csv.read(file, List.of(matrix("x", 2)), columns("x", "a", "c")),
        "`c`",
        "a, b, kind");
    Expect.error("R0107", () -> Csv.read(file, List.of(X), columns("z", "a")), "`z`");
  }

  @Test
  void whatIsNotNamedIsChosenAndSaid() throws IOException {
    Loaded loaded = read(FLOWERS, matrix("x", 2), LABEL);
    Expect.same(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2), loaded.tensors().get("x"));
    Expect.same(Tensor.of(new int[] {1, 0, 1}, 3), loaded.tensors().get("label"));
    assertTrue(loaded.notes().contains("`x` takes a, b"), loaded.notes().toString());
    assertTrue(loaded.notes().contains("`label` takes kind"), loaded.notes().toString());
    Expect.same(
        Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2),
        read(FLOWERS, matrix("x", Wanted.ANY)).tensors().get("x"));
    error("R0107", FLOWERS, List.of(matrix("x", 3)), "2 numeric columns", "--columns x=a,b");
  }

  @Test
  void textInAFloatColumnNamesRowAndColumn() throws IOException {
    error("R0104", "x\n1\ntwo\n", List.of(X), "row 3", "`x`", "two", "t.csv:3");
    error("R0104", "x\n1\n0x10\n", List.of(X), "row 3");
    error("R0104", "x\n1\n1f\n", List.of(X), "row 3");
    error("R0104", "label\n1\n2.5\n", List.of(LABEL), "row 3", "2.5");
    error("R0104", "label\n99999999999\n", List.of(LABEL), "row 2");
    // a quoted value over two lines counts as two
    error("R0104", "a,x\n\"one\ntwo\",1\nb,oops\n", List.of(X), "row 4");
  }

  @Test
  void aMissingValueIsRefusedDroppedOrFilledIn() throws IOException {
    for (String nothing : List.of("", "NA", "NaN", " ")) {
      String text = "x,label\n1,a\n" + nothing + ",b\n4,c\n";
      error("R0105", text, List.of(X, LABEL), "row 3", "`x`", "--missing drop");
      Loaded dropped = read(text, List.of(X, LABEL), missing(Csv.Missing.DROP));
      Expect.same(Tensor.of(new float[] {1, 4}, 2), dropped.tensors().get("x"));
      assertEquals(2, dropped.tensors().get("label").size());
      assertEquals(List.of("1 of 3 rows are left out, a value is missing"), dropped.notes());
      Loaded mean = read(text, List.of(X, LABEL), missing(Csv.Missing.MEAN));
      Expect.same(Tensor.of(new float[] {1, 2.5f, 4}, 3), mean.tensors().get("x"));
    }
    Path text = write("label\na\nNA\n");
    Expect.error(
        "R0105", () -> Csv.read(text, List.of(LABEL), missing(Csv.Missing.MEAN)), "no mean");
    // a column that nobody asked for may have holes
    Expect.same(Tensor.of(new float[] {1}, 1), read("x,z\n1,\n", X).tensors().get("x"));
  }

  @Test
  void otherSeparatorsByteOrderMarksAndLineEndsAreUnderstood() throws IOException {
    Tensor expected = Tensor.of(new float[] {1, 2}, 2);
    Expect.same(expected, read("a;x\n0;1\n0;2\n", X).tensors().get("x"));
    Expect.same(expected, read("a\tx\r\n0\t1\r\n0\t2\r\n", X).tensors().get("x"));
    Expect.same(expected, read("\uFEFFx\n1\n2", X).tensors().get("x"));
    Expect.same(expected, read("\"x\",\"a\"\n 1 ,\"q, r\"\n2,\n", X).tensors().get("x"));
  }

  @Test
  void aTableWithoutRowsHasNoExamples() throws IOException {
    Expect.same(Tensor.of(new float[0], 0), read("x\n", X).tensors().get("x"));
  }

  @Test
  void aBrokenTableIsOneClearError() throws IOException {
    error("R0101", "", List.of(X), "empty");
    error("R0101", "x,y\n1\n", List.of(X), "line 2", "1 values");
    error("R0101", "x,y\n1,2,3\n", List.of(X), "line 2");
    error("R0101", "x,x\n1,2\n", List.of(X), "two columns");
    Path latin = folder.resolve("l.csv");
    Files.write(latin, "x\nGröße\n".getBytes(StandardCharsets.ISO_8859_1));
    Expect.error("R0101", () -> Csv.read(latin, List.of(X), Csv.Options.DEFAULT), "UTF-8");
    Expect.error(
        "R0101",
        () -> Csv.read(folder.resolve("none.csv"), List.of(X), Csv.Options.DEFAULT),
        "no such file");
    Wanted second = new Wanted("x", DType.F32, new int[] {4, -1}, 1);
    error("R0103", "x\n1\n", List.of(second), "axis 1");
  }
}
