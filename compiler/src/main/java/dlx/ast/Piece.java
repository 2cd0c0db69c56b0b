package dlx.ast;

import dlx.grammar.DlxLexer;
import dlx.source.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** A token on its way through the formatter, with the comments and line ends around it. */
final class Piece {
  /** A comment; {@code column} (from 0) is where it stood. */
  record Comment(String text, boolean blankBefore, int column) {}

  private final Token token;
  final List<Comment> leading = new ArrayList<>();
  @Nullable Comment trailing;
  boolean breakBefore;
  boolean blankBefore;
  boolean startsStatement;
  boolean spaceBefore;
  boolean prefix;
  boolean inList;

  /** For a bracket the index of its partner. */
  int partner = -1;

  private Piece(Token token) {
    this.token = token;
  }

  int type() {
    return token.getType();
  }

  String text() {
    return token.getType() == Token.EOF ? "" : token.getText();
  }

  int width() {
    String text = text();
    return text.codePointCount(0, text.length());
  }

  boolean opens() {
    return type() == DlxLexer.LP || type() == DlxLexer.LB || type() == DlxLexer.LC;
  }

  boolean closes() {
    return type() == DlxLexer.RP || type() == DlxLexer.RB || type() == DlxLexer.RC;
  }

  /** The tokens of a text without errors, the end of the file as the last one. */
  static List<Piece> of(Source source, List<Token> raw, List<Token> layout) {
    List<Piece> pieces = read(source, raw, statementStarts(layout));
    dropSemicolons(pieces);
    joinElse(pieces);
    pair(pieces);
    openBlocks(pieces);
    space(pieces);
    return pieces;
  }

  private static Set<Token> statementStarts(List<Token> layout) {
    Set<Token> starts = Collections.newSetFromMap(new IdentityHashMap<>());
    int before = DlxLexer.NL;
    for (Token token : layout) {
      if (before == DlxLexer.NL || before == DlxLexer.SEMI || before == DlxLexer.LC) {
        starts.add(token);
      }
      before = token.getType();
    }
    return starts;
  }

  private static List<Piece> read(Source source, List<Token> raw, Set<Token> starts) {
    List<Piece> pieces = new ArrayList<>();
    List<Comment> leading = new ArrayList<>();
    int lines = 1;
    boolean broken = true;
    for (Token token : raw) {
      if (token.getType() == DlxLexer.NL) {
        lines++;
        broken = true;
      } else if (token.getType() == DlxLexer.COMMENT) {
        int column = source.column(token.getStartIndex()) - 1;
        Comment comment = new Comment(token.getText().stripTrailing(), lines > 1, column);
        if (lines == 0 && !pieces.isEmpty()) {
          pieces.getLast().trailing = comment;
        } else {
          leading.add(comment);
        }
        lines = 0;
        broken = true;
      } else {
        Piece piece = new Piece(token);
        piece.leading.addAll(leading);
        piece.breakBefore = broken;
        piece.blankBefore = lines > 1;
        piece.startsStatement = starts.contains(token) && !piece.closes();
        pieces.add(piece);
        leading.clear();
        lines = 0;
        broken = false;
      }
    }
    Piece end = new Piece(new org.antlr.v4.runtime.CommonToken(Token.EOF));
    end.leading.addAll(leading);
    end.breakBefore = true;
    pieces.add(end);
    return pieces;
  }

  /** A semicolon stays only between two statements of one line. */
  private static void dropSemicolons(List<Piece> pieces) {
    List<Piece> kept = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.type() != DlxLexer.SEMI) {
        kept.add(piece);
        continue;
      }
      Piece next = pieces.get(i + 1);
      Piece before = kept.isEmpty() ? null : kept.getLast();
      boolean idle =
          before == null
              || before.type() == DlxLexer.LC
              || piece.breakBefore
              || next.breakBefore
              || next.type() == DlxLexer.SEMI
              || next.type() == DlxLexer.RC;
      if (!idle) {
        kept.add(piece);
        continue;
      }
      next.leading.addAll(0, piece.leading);
      next.breakBefore |= piece.breakBefore;
      next.blankBefore |= piece.blankBefore && piece.leading.isEmpty();
      if (piece.trailing != null) {
        if (before != null && before.trailing == null && !piece.breakBefore) {
          before.trailing = piece.trailing;
        } else {
          next.leading.addFirst(piece.trailing);
        }
      }
    }
    pieces.clear();
    pieces.addAll(kept);
  }

  private static void joinElse(List<Piece> pieces) {
    for (int i = 1; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.type() == DlxLexer.ELSE
          && piece.leading.isEmpty()
          && pieces.get(i - 1).trailing == null) {
        piece.breakBefore = false;
      }
    }
  }

  private static void pair(List<Piece> pieces) {
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < pieces.size(); i++) {
      if (pieces.get(i).opens()) {
        open.push(i);
      } else if (pieces.get(i).closes()) {
        int partner = open.pop();
        pieces.get(i).partner = partner;
        pieces.get(partner).partner = i;
      }
    }
  }

  /** A block with a line end anywhere in it has one after its brace and one before. */
  private static void openBlocks(List<Piece> pieces) {
    int lastBreak = pieces.size();
    for (int i = pieces.size() - 1; i >= 0; i--) {
      Piece piece = pieces.get(i);
      if (piece.type() == DlxLexer.LC && lastBreak <= piece.partner) {
        pieces.get(i + 1).breakBefore = true;
        pieces.get(piece.partner).breakBefore = true;
        lastBreak = i + 1;
      }
      if (piece.breakBefore) {
        lastBreak = i;
      }
    }
  }

  private static void space(List<Piece> pieces) {
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 1; i < pieces.size(); i++) {
      Piece before = pieces.get(i - 1);
      Piece piece = pieces.get(i);
      if (before.opens()) {
        open.push(before.type());
      } else if (before.closes()) {
        open.pop();
      }
      int sign = before.type();
      before.prefix =
          sign == DlxLexer.MINUS
              && (i == 1
                  || before.startsStatement
                  || !Spacing.endsOperand(pieces.get(i - 2).type()));
      piece.inList = !open.isEmpty() && open.element() != DlxLexer.LC;
      boolean subscript = !open.isEmpty() && open.element() == DlxLexer.LB;
      piece.spaceBefore = Spacing.between(sign, piece.type(), before.prefix, subscript);
    }
  }
}
