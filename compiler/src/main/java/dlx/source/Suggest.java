package dlx.source;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** "Did you mean": the name that a misspelled one is closest to. */
public final class Suggest {
  private Suggest() {}

  /** What is longer is not compared; the table grows with the product of the lengths. */
  private static final int LONGEST = 80;

  /**
   * The candidate at the smallest edit distance from {@code name}, the first in alphabetical order
   * if several are equally near; null if none is near enough to have been meant. Case and
   * underscores count little.
   */
  public static @Nullable String closest(String name, Collection<String> candidates) {
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      if (candidate.equals(name) || candidate.length() > LONGEST || name.length() > LONGEST) {
        continue;
      }
      int distance = plain(candidate).equals(plain(name)) ? 0 : distance(name, candidate);
      int length = Math.max(name.length(), candidate.length());
      boolean near = distance == 0 || distance <= length / 3 && distance < length;
      if (near
          && (distance < bestDistance
              || distance == bestDistance && best != null && candidate.compareTo(best) < 0)) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  private static String plain(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }

  /**
   * The number of insertions, deletions, replacements and swaps of neighbours between two texts
   * (Damerau's distance with every stretch edited at most once).
   */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swap =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        d[i][j] = swap ? Math.min(least, d[i - 2][j - 2] + 1) : least;
      }
    }
    return d[a.length()][b.length()];
  }
}
