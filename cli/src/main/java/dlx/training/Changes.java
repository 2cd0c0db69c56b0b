package dlx.training;

import dlx.data.Augmentation;

/**
 * How pictures are changed by chance before they are trained on.
 *
 * @param input the only input that is changed; empty for all that are pictures
 */
public record Changes(String input, Augmentation how) {
  @Override
  public String toString() {
    return input.isEmpty() ? how.toString() : input + "=" + how;
  }
}
