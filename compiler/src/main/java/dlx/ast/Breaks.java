package dlx.ast;

import dlx.grammar.DlxLexer;
import java.util.List;

/** Where lines that are too long are broken: as far out as possible, blocks and pipes first. */
final class Breaks {
  private Breaks() {}

  /** A place to break: before the piece {@code at}; less {@code depth} is further out. */
  private record Candidate(int at, int depth, int kind) {
    static final int BLOCK = 0;
    static final int PIPE = 1;
    static final int MARK = 2;
    static final int LATE_BRACKET = 3;
    static final int COMMA = 4;
    static final int OPERATOR = 5;
    static final int BRACKET = 6;
    static final int NONE = 9;

    /** Of two places of the same rank the later one fills the line better. */
    boolean isBetterThan(Candidate other) {
      if (depth != other.depth) {
        return depth < other.depth;
      }
      return kind <= other.kind;
    }
  }

  /** The index after the last piece of the line that starts at {@code at}, broken if need be. */
  static int lineEnd(List<Piece> pieces, int at, int indent) {
    while (true) {
      int column = indent + pieces.get(at).width();
      int end = at + 1;
      while (!pieces.get(end).breakBefore && column <= Format.WIDTH) {
        column += (pieces.get(end).spaceBefore ? 1 : 0) + pieces.get(end).width();
        end++;
      }
      if (column <= Format.WIDTH || !breakLine(pieces, at, indent)) {
        while (!pieces.get(end).breakBefore) {
          end++;
        }
        return end;
      }
    }
  }

  private static boolean breakLine(List<Piece> pieces, int at, int indent) {
    Candidate best = new Candidate(-1, Integer.MAX_VALUE, Candidate.NONE);
    int depth = pieces.get(at).opens() ? 1 : 0;
    int column = indent + pieces.get(at).width();
    for (int i = at + 1; !pieces.get(i).breakBefore && column <= Format.WIDTH; i++) {
      Piece piece = pieces.get(i);
      int kind = kind(pieces.get(i - 1), piece);
      if (kind == Candidate.BRACKET && column > Format.WIDTH / 2) {
        kind = Candidate.LATE_BRACKET; // a second list of arguments is better kept together
      }
      if (kind != Candidate.NONE) {
        boolean outer = kind == Candidate.BLOCK && pieces.get(i - 1).type() == DlxLexer.LC;
        Candidate candidate = new Candidate(i, outer ? depth - 1 : depth, kind);
        if (candidate.isBetterThan(best)) {
          best = candidate;
        }
      }
      depth += piece.opens() ? 1 : piece.closes() ? -1 : 0;
      column += (piece.spaceBefore ? 1 : 0) + piece.width();
    }
    if (best.at < 0) {
      return false;
    }
    pieces.get(best.at).breakBefore = true;
    if (best.kind == Candidate.BLOCK) {
      breakStatements(pieces, best.at);
    } else if (best.kind == Candidate.PIPE) {
      breakPipes(pieces, at, best.at);
    }
    return true;
  }

  private static int kind(Piece before, Piece piece) {
    if (piece.startsStatement) {
      return Candidate.BLOCK;
    }
    if (piece.type() == DlxLexer.PIPE) {
      return Candidate.PIPE;
    }
    return switch (before.type()) {
      case DlxLexer.IS, DlxLexer.BECOMES, DlxLexer.DRAWN ->
          piece.inList ? Candidate.NONE : Candidate.MARK;
      case DlxLexer.COMMA -> piece.closes() ? Candidate.NONE : Candidate.COMMA;
      case DlxLexer.LP, DlxLexer.LB -> piece.closes() ? Candidate.NONE : Candidate.BRACKET;
      case DlxLexer.POWER, DlxLexer.RANGE -> Candidate.NONE;
      default ->
          Operators.infix(before.type()) > 0 && !before.prefix && !isAxis(before, piece)
              ? Candidate.OPERATOR
              : Candidate.NONE;
    };
  }

  private static boolean isAxis(Piece before, Piece piece) {
    return before.type() == DlxLexer.STAR
        && (piece.type() == DlxLexer.COMMA || piece.type() == DlxLexer.RB);
  }

  /** Breaks between all statements of the block around {@code at}, and before its closing brace. */
  private static void breakStatements(List<Piece> pieces, int at) {
    int end = at;
    while (pieces.get(end).type() != DlxLexer.RC && pieces.get(end).type() != DlxLexer.EOF) {
      Piece piece = pieces.get(end);
      piece.breakBefore |= piece.startsStatement;
      end = piece.opens() ? piece.partner + 1 : end + 1;
    }
    pieces.get(end).breakBefore = true;
  }

  /** Breaks before all pipes of the chain that {@code pipe} is part of. */
  private static void breakPipes(List<Piece> pieces, int start, int pipe) {
    for (int i = pipe; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (i > pipe && (piece.breakBefore || piece.startsStatement || piece.closes())) {
        break;
      }
      piece.breakBefore |= piece.type() == DlxLexer.PIPE;
      i = piece.opens() ? piece.partner : i;
    }
    for (int i = pipe - 1; i > start; i--) {
      Piece piece = pieces.get(i);
      if (piece.startsStatement || piece.opens()) {
        break;
      }
      piece.breakBefore |= piece.type() == DlxLexer.PIPE;
      i = piece.closes() ? piece.partner : i;
    }
  }
}
