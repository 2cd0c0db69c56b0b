package dlx.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** A text with a name. CR, LF and CRLF all end lines. */
public final class Source {
  private final String name;
  private final String text;
  private final int[] starts;

  public Source(String name, String text) {
    this.name = name;
    this.text = text;
    int[] found = new int[text.length() / 16 + 16];
    int lines = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n')) {
        if (lines == found.length) {
          found = Arrays.copyOf(found, 2 * lines);
        }
        found[lines++] = i + 1;
      }
    }
    this.starts = Arrays.copyOf(found, lines);
  }

  /**
   * Reads a file.
   *
   * @throws ProgramException if it cannot be read (R0101) or is not UTF-8 (E0101)
   */
  public static Source read(Path path) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new ProgramException(Diagnostic.error("R0101", "there is no file `" + path + "`"));
    } catch (IOException e) {
      String reason = Files.isDirectory(path) ? "it is a folder" : "the system does not allow it";
      throw new ProgramException(
          Diagnostic.error("R0101", "`" + path + "` cannot be read: " + reason));
    }
    return decode(path.toString(), bytes);
  }

  /**
   * The text that {@code bytes} spell.
   *
   * @throws ProgramException if they are not UTF-8 (E0101)
   */
  public static Source decode(String name, byte[] bytes) {
    ByteBuffer input = ByteBuffer.wrap(bytes);
    CharBuffer output = CharBuffer.allocate(bytes.length + 1);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(input, output, true);
    output.flip();
    Source source = new Source(name, output.toString());
    if (result.isError()) {
      int at = output.length();
      Span place = new Span(source, at, at);
      throw new ProgramException(
          Diagnostic.error("E0101", "`" + name + "` is not UTF-8")
              .at(
                  place,
                  String.format(
                      Locale.ROOT, "byte %d is 0x%02X", input.position(), bytes[input.position()]))
              .help("save it as UTF-8, for example with `iconv -f latin1 -t utf-8`"));
    }
    return source;
  }

  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  public int lines() {
    return starts.length;
  }

  /** The line of an offset, counted from 1. */
  public int line(int offset) {
    int at = Arrays.binarySearch(starts, offset);
    return at >= 0 ? at + 1 : -at - 1;
  }

  /** The offset of the first character of a line (counted from 1). */
  public int start(int line) {
    return starts[line - 1];
  }

  /** The column of an offset in code points, counted from 1. */
  public int column(int offset) {
    return text.codePointCount(starts[line(offset) - 1], offset) + 1;
  }

  /** The text of a line (counted from 1) without its end. */
  public String lineText(int line) {
    int end = line < starts.length ? starts[line] : text.length();
    int start = starts[line - 1];
    while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
      end--;
    }
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return name;
  }
}
