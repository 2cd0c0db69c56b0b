package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.data.Csv;
import dlx.data.DataFiles;
import dlx.data.Dataset;
import dlx.data.Loaded;
import dlx.data.Reading;
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

/** Texts as data: their vocabulary, and streams that continue. */
class TextTest {
  private static final Wanted TEXT = new Wanted("text", DType.I32, new int[] {-1, -1}, 1);
  private static final Wanted NEXT = new Wanted("next", DType.I32, new int[] {-1, -1}, 1);
  private static final Wanted ROWS = new Wanted("rows", DType.I32, new int[] {-1, -1}, 0);
  private static final Wanted OTHER = new Wanted("other", DType.F32, new int[] {-1, -1}, 0);
  private static final Map<String, Integer> TIME = Map.of("text", 0, "next", 0, "rows", 1);

  @TempDir private Path folder;

  private Loaded load(String text, Map<String, List<String>> classes, Wanted... wanted)
      throws IOException {
    Files.writeString(folder.resolve("t.txt"), text);
    Csv.Options options = new Csv.Options(Map.of(), Csv.Missing.REFUSE, classes);
    return DataFiles.load("t.txt", List.of(wanted), Reading.DEFAULT.with(options), folder);
  }

  @Test
  void charactersAreTheirPositionsInTheSortedVocabulary() throws IOException {
    Loaded loaded = load("cab 𝄞b", Map.of(), OTHER, TEXT, NEXT);
    assertEquals(List.of(" ", "a", "b", "c", "𝄞"), loaded.classes().get("text"));
    assertEquals(loaded.classes().get("text"), loaded.classes().get("next"));
    assertArrayEquals(new int[] {3, 1, 2, 0, 4}, loaded.tensors().get("text").ints());
    assertArrayEquals(new int[] {1, 2, 0, 4, 2}, loaded.tensors().get("next").ints());
    assertArrayEquals(new int[] {5, 1}, loaded.tensors().get("text").shape());
    assertTrue(loaded.text());
    Loaded rows = load("abca", Map.of("rows", List.of("c", "b", "a")), ROWS);
    assertArrayEquals(new int[] {2, 1, 0, 2}, rows.tensors().get("rows").ints());
    assertArrayEquals(new int[] {1, 4}, rows.tensors().get("rows").shape());
  }

  /** Stream s is the s-th part of the text, and its windows follow each other. */
  @Test
  void streamsLieBehindEachOther() throws IOException {
    Loaded loaded = load("abcdefghijk", Map.of(), TEXT, NEXT);
    Dataset streams = Dataset.of(loaded.tensors(), List.of(TEXT, NEXT)).streams(3, TIME);
    assertEquals(3, streams.length());
    assertEquals(3, streams.extent(TIME));
    Map<String, Tensor> all = streams.all();
    assertArrayEquals(new int[] {0, 3, 6, 1, 4, 7, 2, 5, 8}, all.get("text").ints());
    assertArrayEquals(new int[] {1, 4, 7, 2, 5, 8, 3, 6, 9}, all.get("next").ints());
    Loaded row = load("abcdefg", Map.of(), ROWS);
    Dataset rows = Dataset.of(row.tensors(), List.of(ROWS)).streams(2, TIME);
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5}, rows.all().get("rows").ints());
  }

  @Test
  void theEndIsForValidation() throws IOException {
    Loaded loaded = load("abcdefghij", Map.of(), ROWS);
    Dataset.Split split = Dataset.of(loaded.tensors(), List.of(ROWS)).tail(0.3, TIME);
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6}, split.train().all().get("rows").ints());
    assertArrayEquals(new int[] {7, 8, 9}, split.valid().all().get("rows").ints());
  }

  @Test
  void whatIsWrongIsSaid() throws IOException {
    Map<String, List<String>> known = Map.of("text", List.of("a", "b"));
    Expect.error("R0104", () -> load("ab\nac", known, TEXT, NEXT), "t.txt:1", "U+000A", "2 char");
    Expect.error("R0103", () -> load("a", Map.of(), TEXT, NEXT), "1 characters");
    Expect.error("R0107", () -> load("abc", Map.of(), OTHER), "i32");
    Expect.error("R0107", () -> load("abc", Map.of(), TEXT, NEXT, ROWS), "has 3");
    Files.write(folder.resolve("l.txt"), "é".getBytes(StandardCharsets.ISO_8859_1));
    Expect.error(
        "R0101", () -> DataFiles.load("l.txt", List.of(ROWS), Reading.DEFAULT, folder), "UTF-8");
  }

  @Test
  void theDemoTextIsTheSameAgainAndLonger() {
    List<Wanted> wanted = List.of(ROWS);
    Loaded some = DataFiles.load("demo:text:500", wanted, Reading.DEFAULT, folder);
    Loaded more = DataFiles.load("demo:text:900", wanted, Reading.DEFAULT, folder);
    List<String> vocabulary = some.classes().get("rows");
    assertTrue(more.classes().get("rows").containsAll(vocabulary));
    int[] longer = more.tensors().get("rows").ints();
    for (int i = 0; i < 500; i++) {
      assertEquals(
          vocabulary.get(some.tensors().get("rows").ints()[i]),
          more.classes().get("rows").get(longer[i]));
    }
  }
}
