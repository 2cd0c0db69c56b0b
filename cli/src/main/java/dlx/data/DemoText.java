package dlx.data;

/**
 * Sentences of a small grammar, so that there is something to learn: words, which words follow each
 * other, and that what is opened is closed.
 */
final class DemoText {
  private static final String[] NAMES = {"ada", "ben", "cleo", "dora", "emil", "finn"};
  private static final String[] NOUNS = {
    "ball", "bird", "boat", "book", "cat", "door", "house", "letter", "river", "song", "tree"
  };
  private static final String[] KINDS = {"big", "blue", "cold", "little", "new", "old", "red"};
  private static final String[] VERBS = {"finds", "likes", "paints", "sees", "takes", "wants"};
  private static final String[] ENDS = {"again", "at night", "in the rain", "today", "with joy"};

  private final Draws draws;
  private final StringBuilder text = new StringBuilder();

  private DemoText(Draws draws) {
    this.draws = draws;
  }

  /** So many characters. */
  static String of(int length, Draws draws) {
    DemoText demo = new DemoText(draws);
    while (demo.text.length() < length) demo.sentence();
    return demo.text.substring(0, length);
  }

  private String one(String[] words) {
    return words[draws.below(words.length)];
  }

  private void sentence() {
    text.append(one(NAMES)).append(' ').append(one(VERBS)).append(' ');
    thing();
    if (draws.below(3) == 0) {
      text.append(" (and ").append(one(NAMES)).append(' ').append(one(VERBS)).append(' ');
      thing();
      text.append(')');
    }
    if (draws.below(2) == 0) text.append(' ').append(one(ENDS));
    text.append(".\n");
  }

  private void thing() {
    text.append("the ");
    if (draws.below(2) == 0) text.append(one(KINDS)).append(' ');
    text.append(one(NOUNS));
  }
}
