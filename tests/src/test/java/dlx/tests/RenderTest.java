package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.source.Diagnostic;
import dlx.source.Diagnostic.Edit;
import dlx.source.Fix;
import dlx.source.Render;
import dlx.source.Render.Form;
import dlx.source.Source;
import dlx.source.Span;
import dlx.source.Suggest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What diagnostics look like. */
class RenderTest {
  private static final Source MNIST =
      new Source(
          "mnist.dlx",
          "\n\n\n\n\n\nparam w2: f32[10, hidden] ~ glorot()\n\n\n\n\nlogits = h @ w2\n");

  private static Span at(Source source, String text) {
    int start = source.text().indexOf(text);
    return new Span(source, start, start + text.length());
  }

  private static Diagnostic shapes() {
    Span w2 = new Span(MNIST, MNIST.text().lastIndexOf("w2"), MNIST.text().lastIndexOf("w2") + 2);
    return Diagnostic.error("E0302", "these shapes cannot be multiplied")
        .at(w2, "f32[10, hidden]")
        .at(hidden(), "f32[batch, hidden]")
        .at(at(MNIST, "10"), "the 10 comes from here")
        .note("`a @ b` sums over the last axis of `a` and the first of `b`")
        .help(
            "transpose it, or declare it the other way round",
            new Edit(new Span(MNIST, w2.end(), w2.end()), "'"),
            new Edit(at(MNIST, "10, hidden"), "hidden, 10"));
  }

  private static Span hidden() {
    int start = MNIST.text().indexOf("h @");
    return new Span(MNIST, start, start + 1);
  }

  @Test
  void aFrameWithEverything() {
    assertEquals(
        """
        error[E0302]: these shapes cannot be multiplied
          --> mnist.dlx:12:14
           |
         7 | param w2: f32[10, hidden] ~ glorot()
           |               -- the 10 comes from here
           ⋮
        12 | logits = h @ w2
           |          -   ^^ f32[10, hidden]
           |          |
           |          f32[batch, hidden]
           |
           = `a @ b` sums over the last axis of `a` and the first of `b`
        help: transpose it, or declare it the other way round
           |
        12 | logits = h @ w2'
           |                ^
         7 | param w2: f32[hidden, 10] ~ glorot()
           |               ^^^^^^^^^^
        """,
        Render.text(List.of(shapes()), false));
  }

  @Test
  void severalLabelsOnOneLineHangInOrder() {
    Source s = new Source("a.dlx", "aa + bb + cc");
    Diagnostic d =
        Diagnostic.error("E0301", "three of them")
            .at(at(s, "bb"), "second")
            .at(at(s, "aa"), "first")
            .at(at(s, "cc"), "third");
    assertEquals(
        """
        error[E0301]: three of them
          --> a.dlx:1:6
           |
         1 | aa + bb + cc
           | --   ^^   -- third
           | |    |
           | |    second
           | first
        """,
        Render.text(List.of(d), false));
  }

  @Test
  void severalFilesAndSeveralLines() {
    Source a = new Source("a.dlx", "x = {\n  1\n}\n");
    Source b = new Source("b.dlx", "y = 2");
    Diagnostic d =
        Diagnostic.warning("W0201", "both")
            .at(at(a, "{\n  1\n}"), "this block")
            .at(at(b, "2"), "and");
    assertEquals(
        """
        warning[W0201]: both
          --> a.dlx:1:5
           |
         1 | x = {
           |     ^
         2 |   1
         3 | }
           | ^ this block
          ::: b.dlx:1:5
           |
         1 | y = 2
           |     - and
        """,
        Render.text(List.of(d), false));
  }

  @Test
  void tabsWideCharactersAndTheEndOfTheFile() {
    Source s = new Source("w.dlx", "\t名 + e\u0301 + bad\n");
    Diagnostic d =
        Diagnostic.error("E0201", "here").at(at(s, "bad"), "").at(new Span(s, 15, 15), "the end");
    String text = Render.text(List.of(d), false);
    assertTrue(text.contains("\n   |              ^^^\n"), text);
    assertFalse(text.contains("\t"));
    Source empty = new Source("empty.dlx", "");
    assertEquals(
        """
        error[E0110]: nothing
          --> empty.dlx:1:1
           |
         1 |
           | ^ here
        """,
        Render.text(
            List.of(Diagnostic.error("E0110", "nothing").at(new Span(empty, 0, 0), "here")),
            false));
  }

  @Test
  void withoutAPlaceThereIsNoFrame() {
    Diagnostic d = Diagnostic.error("R0101", "there is no file `x`").help("look again");
    assertEquals(
        "error[R0101]: there is no file `x`\nhelp: look again\n", Render.text(List.of(d), false));
    assertEquals("error[R0101]: there is no file `x`\n", Render.of(Form.SHORT, List.of(d), false));
    assertEquals(
        "error[E0501]: built in Java\n",
        Render.text(List.of(Diagnostic.error("E0501", "built in Java").at(Span.NONE, "x")), false));
  }

  @Test
  void colours() {
    String text = Render.text(List.of(shapes()), true);
    assertTrue(text.startsWith("\u001b[1;31merror[E0302]\u001b[0m"), text);
    assertEquals(Render.text(List.of(shapes()), false), text.replaceAll("\u001b\\[[0-9;]*m", ""));
  }

  @Test
  void oneLineForms() {
    assertEquals(
        "mnist.dlx:12:14: error[E0302]: these shapes cannot be multiplied\n",
        Render.of(Form.SHORT, List.of(shapes()), false));
    assertEquals(
        "::error file=mnist.dlx,line=12,endLine=12,col=14,endColumn=16,title=E0302::these shapes"
            + " cannot be multiplied%0A`a @ b` sums over the last axis of `a` and the first of `b`"
            + "%0Ahelp: transpose it, or declare it the other way round\n",
        Render.of(Form.GITHUB, List.of(shapes()), false));
  }

  @Test
  void json() {
    Source s = new Source("q\"\\.dlx", "a\u0001b");
    Diagnostic d = Diagnostic.error("E0102", "bad \"\u0001\"\n").at(new Span(s, 1, 2), "é");
    assertEquals(
        "{\"code\": \"E0102\", \"severity\": \"error\", \"message\": \"bad \\\"\\u0001\\\"\\n\","
            + " \"places\": [{\"file\": \"q\\\"\\\\.dlx\", \"line\": 1, \"column\": 2,"
            + " \"end_line\": 1, \"end_column\": 3, \"label\": \"é\"}], \"notes\": [], \"help\":"
            + " \"\", \"edits\": [], \"version\": 1}\n",
        Render.of(Form.JSON, List.of(d), false));
    String sarif = Render.of(Form.SARIF, List.of(d, shapes()), false);
    assertTrue(sarif.contains("\"ruleId\": \"E0302\""), sarif);
    assertEquals(1, sarif.lines().count());
  }

  @Test
  void fixing() {
    String fixed = Fix.apply(MNIST, List.of(shapes(), shapes()));
    assertTrue(fixed.contains("logits = h @ w2'\n"), fixed);
    assertTrue(fixed.contains("f32[hidden, 10]"), fixed);
  }

  @Test
  void suggestions() {
    List<String> names = List.of("cross_entropy", "softmax", "sigmoid", "relu", "x", "y");
    assertEquals("cross_entropy", Suggest.closest("crossentropy", names));
    assertEquals("softmax", Suggest.closest("sofmtax", names));
    assertEquals("relu", Suggest.closest("ReLU", names));
    assertNull(Suggest.closest("z", names));
    assertNull(Suggest.closest("completely_different", names));
    assertNull(Suggest.closest("x".repeat(100_000), names));
  }
}
