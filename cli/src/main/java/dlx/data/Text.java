package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A text as one long example: every character is its position in the vocabulary, which is the
 * characters that occur, in the order of Unicode. The first i32 input with an axis besides the one
 * that counts examples gets the text, the second one the same text one character later.
 */
final class Text {
  private final String place;
  private final int[] characters;
  private final List<Wanted> inputs;

  private Text(String place, String text, List<Wanted> wanted) {
    this.place = place;
    this.characters = text.codePoints().toArray();
    this.inputs =
        wanted.stream()
            .filter(w -> w.dtype() == DType.I32 && w.rank() == 2 && w.batch() >= 0)
            .toList();
  }

  static Loaded read(Path file, List<Wanted> wanted, Map<String, List<String>> classes) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return of(file.toString(), text, wanted, classes);
    } catch (CharacterCodingException e) {
      throw Problem.file(file.toString(), "the text is not UTF-8", "convert it, e.g. with iconv");
    }
  }

  /**
   * @param classes the vocabulary of earlier data, by input: other characters are then an error
   */
  static Loaded of(
      String place, String text, List<Wanted> wanted, Map<String, List<String>> classes) {
    return new Text(place, text, wanted).loaded(classes);
  }

  private Loaded loaded(Map<String, List<String>> classes) {
    if (inputs.isEmpty() || inputs.size() > 2) {
      throw Problem.name(
          place,
          "a text goes to one or two i32 inputs such as `text: i32[time, batch]`, and the program"
              + " has "
              + inputs.size(),
          "the second one is given the same text one character later");
    }
    int later = inputs.size() - 1;
    int length = characters.length - later;
    if (length < 1) {
      throw Problem.shape(place, "the text has " + characters.length + " characters", "");
    }
    List<String> known = classes.get(inputs.getFirst().name());
    List<String> vocabulary = known == null ? found() : known;
    int[] encoded = encoded(vocabulary);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, List<String>> names = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      Wanted w = inputs.get(i);
      int[] shape = {length, length};
      shape[w.batch()] = 1;
      int[] part = Arrays.copyOfRange(encoded, i, i + length);
      tensors.put(w.name(), w.fit(Tensor.of(part, shape), place));
      names.put(w.name(), vocabulary);
    }
    String note =
        String.format(
            Locale.ROOT,
            "%s: %,d characters, %d different",
            place,
            characters.length,
            vocabulary.size());
    return Loaded.of(tensors, names, List.of(note), true);
  }

  private List<String> found() {
    return Arrays.stream(characters).distinct().sorted().mapToObj(Character::toString).toList();
  }

  private int[] encoded(List<String> vocabulary) {
    Map<Integer, Integer> index = new HashMap<>();
    for (int i = 0; i < vocabulary.size(); i++) index.put(vocabulary.get(i).codePointAt(0), i);
    int[] encoded = new int[characters.length];
    int line = 1;
    for (int i = 0; i < encoded.length; i++) {
      Integer at = index.get(characters[i]);
      if (at == null) {
        throw Problem.value(
            place + ":" + line,
            String.format(
                Locale.ROOT,
                "the character `%s` (U+%04X) is not in the vocabulary of %d characters",
                Character.toString(characters[i]),
                characters[i],
                vocabulary.size()),
            "the vocabulary is that of the text that the model was trained on");
      }
      encoded[i] = at;
      line += characters[i] == '\n' ? 1 : 0;
    }
    return encoded;
  }
}
