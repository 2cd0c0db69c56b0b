package dlx.ast;

import dlx.grammar.DlxLexer;
import dlx.source.Diagnostics;
import dlx.source.Source;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.Token;

/**
 * The one style: two spaces for each level, four for the rest of a line that was begun, at most 100
 * columns, no alignment, comments where they were. Line ends inside a statement stay where the
 * author put them; lines that are too long are broken, blocks first. Formatting what is formatted
 * changes nothing.
 */
public final class Format {
  static final int WIDTH = 100;

  private final List<Piece> pieces;
  private final StringBuilder out = new StringBuilder();
  private final Deque<Open> open = new ArrayDeque<>();
  private int statementIndent;

  /**
   * An open bracket.
   *
   * @param indent of the line that it belongs to
   * @param last whether it ends its line, so that what is inside is a level of its own
   * @param statementIndent of the statement around it
   */
  private record Open(int type, int indent, boolean last, int statementIndent) {}

  private Format(List<Piece> pieces) {
    this.pieces = pieces;
  }

  /**
   * The text of a file in the one style.
   *
   * @throws dlx.source.ProgramException if the text has syntax errors
   */
  public static String text(Source source) {
    Diagnostics diagnostics = new Diagnostics();
    Parse.file(source, diagnostics);
    diagnostics.throwIfErrors();
    List<Token> raw = Layout.tokens(source);
    Layout.Result layout = Layout.of(source, raw, diagnostics);
    Format format = new Format(Piece.of(source, raw, layout.tokens()));
    format.lines();
    return format.out.toString();
  }

  // ------------------------------------------------------------------ lines

  private void lines() {
    int at = 0;
    while (at < pieces.size() - 1) {
      int indent = indent(at);
      comments(at, indent);
      int end = Breaks.lineEnd(pieces, at, indent);
      write(at, end, indent);
      at = end;
    }
    comments(at, 0);
  }

  private int indent(int at) {
    Piece piece = pieces.get(at);
    Open top = open.peek();
    if (piece.startsStatement) {
      statementIndent = top == null ? 0 : top.indent + 2;
      return statementIndent;
    }
    if (piece.closes()) {
      return top == null ? 0 : top.indent;
    }
    if (top != null && top.type != DlxLexer.LC) {
      return top.indent + (top.last ? 2 : 4);
    }
    return piece.type() == DlxLexer.ELSE ? statementIndent : statementIndent + 2;
  }

  private void comments(int at, int indent) {
    Piece piece = pieces.get(at);
    boolean afterOpening = at > 0 && pieces.get(at - 1).type() == DlxLexer.LC;
    int inside =
        piece.type() == DlxLexer.RC && !open.isEmpty() ? open.element().indent + 2 : indent;
    for (Piece.Comment comment : piece.leading) {
      if (comment.blankBefore() && !out.isEmpty() && !afterOpening) {
        out.append('\n');
      }
      out.append(" ".repeat(inside)).append(comment.text()).append('\n');
      afterOpening = false;
    }
    boolean keepsBlank = piece.startsStatement && piece.blankBefore;
    if (keepsBlank && !out.isEmpty() && !afterOpening) {
      out.append('\n');
    }
  }

  private void write(int at, int end, int indent) {
    int start = out.length();
    int opened = open.size();
    int base = indent;
    out.append(" ".repeat(indent));
    for (int i = at; i < end; i++) {
      Piece piece = pieces.get(i);
      if (i > at && piece.spaceBefore) {
        out.append(' ');
      }
      if (piece.type() == DlxLexer.SEMI && pieces.get(i + 1).breakBefore) {
        continue;
      }
      out.append(piece.text());
      if (piece.opens()) {
        open.push(new Open(piece.type(), base, i == end - 1, statementIndent));
      } else if (piece.closes()) {
        Open partner = open.pop();
        statementIndent = partner.statementIndent;
        if (open.size() < opened) { // what follows belongs to the line that this was opened on
          opened = open.size();
          base = Math.min(base, partner.indent);
        }
      }
    }
    Piece.Comment trailing = pieces.get(end - 1).trailing;
    if (trailing != null) {
      int width = out.codePointCount(start, out.length());
      int room = WIDTH - trailing.text().codePointCount(0, trailing.text().length());
      int column = Math.max(width + 2, Math.min(trailing.column(), room));
      out.append(" ".repeat(column - width)).append(trailing.text());
    }
    out.append('\n');
  }
}
