package dlx.ast;

import dlx.source.Source;
import java.util.IdentityHashMap;
import java.util.Map;
import org.antlr.v4.runtime.Token;

/**
 * The doc comments of a text, each with the statement that it stands before.
 *
 * <p>The first one of a file, before anything else, describes the file; it describes the first
 * declaration as well if no blank line stands between.
 */
final class DocComments {
  private final Source source;
  private final Map<Token, String> byStatement = new IdentityHashMap<>();
  private final StringBuilder block = new StringBuilder();
  private String file = "";
  private int lastLine = -1;
  private boolean first = true;
  private boolean anyStatement;

  DocComments(Source source) {
    this.source = source;
  }

  /** A comment in the text; {@code ownLine} says that nothing stands before it on its line. */
  void comment(Token token, boolean ownLine) {
    String text = token.getText().stripTrailing();
    if (!ownLine || !text.startsWith("##") || text.startsWith("###")) {
      return;
    }
    int line = source.line(token.getStartIndex());
    if (line != lastLine + 1) {
      finishFile();
      block.setLength(0);
    } else if (lastLine > 0) {
      block.append('\n');
    }
    lastLine = line;
    block.append(text.startsWith("## ") ? text.substring(3) : text.substring(2));
  }

  /** The first token of a statement. */
  void statement(Token token) {
    if (lastLine < 0) {
      anyStatement = true;
      return;
    }
    boolean describesFile = first && !anyStatement;
    finishFile();
    anyStatement = true;
    if (!describesFile || source.line(token.getStartIndex()) == lastLine + 1) {
      byStatement.put(token, block.toString().strip());
    }
    block.setLength(0);
    lastLine = -1;
  }

  private void finishFile() {
    if (first && lastLine >= 0) {
      first = false;
      if (!anyStatement) {
        file = block.toString().strip();
      }
    }
  }

  String of(Token token) {
    return byStatement.getOrDefault(token, "");
  }

  String file() {
    finishFile();
    return file;
  }
}
