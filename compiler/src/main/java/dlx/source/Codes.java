package dlx.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The long texts of the codes, for {@code dlx explain}. They stand in the resources {@code
 * codes/E01.md}, {@code codes/E02.md} and so on, one chapter {@code # E0104 title} for each code.
 */
public final class Codes {
  private Codes() {}

  /** The families of codes: their letters and first two digits, and what they are about. */
  public static final Map<String, String> FAMILIES = families();

  private static Map<String, String> families() {
    Map<String, String> families = new LinkedHashMap<>();
    families.put("E01", "syntax");
    families.put("E02", "names and arguments");
    families.put("E03", "shapes");
    families.put("E04", "element types");
    families.put("E05", "derivatives");
    families.put("E06", "updates");
    families.put("E07", "draws");
    families.put("E08", "loops and conditions");
    families.put("E09", "modules and constants");
    families.put("R01", "files and data");
    families.put("R02", "numbers");
    families.put("R03", "limits");
    families.put("W01", "warnings about syntax");
    families.put("W02", "warnings about names");
    families.put("W03", "warnings about shapes");
    families.put("W04", "warnings about element types");
    families.put("W05", "warnings about derivatives");
    families.put("W06", "warnings about updates");
    families.put("W07", "warnings about draws");
    families.put("W08", "warnings about loops and conditions");
    families.put("W09", "warnings about modules and constants");
    return families;
  }

  /** The text for a code in Markdown, its title as a heading; null if there is none. */
  public static @Nullable String explain(String code) {
    if (!code.matches("[ERW]\\d{4}")) {
      return null;
    }
    return chapters(code.substring(0, 3)).get(code);
  }

  /** All codes that are explained, in order. */
  public static List<String> all() {
    List<String> codes = new ArrayList<>();
    FAMILIES.keySet().forEach(family -> codes.addAll(chapters(family).keySet()));
    return codes;
  }

  private static Map<String, String> chapters(String family) {
    Map<String, String> chapters = new LinkedHashMap<>();
    try (InputStream in = Codes.class.getResourceAsStream("codes/" + family + ".md")) {
      if (in == null) {
        return chapters;
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String chapter : text.split("(?m)^(?=# [ERW]\\d{4} )")) {
        if (chapter.startsWith("# ")) {
          chapters.put(chapter.substring(2, 7), chapter.strip() + "\n");
        }
      }
      return chapters;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
