package dlx.training;

import dlx.runtime.DlxException;
import dlx.source.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The values of text columns in a checkpoint, so that a text means the same number later. */
public final class Classes {
  static final String KEY = "dlx.classes";

  private Classes() {}

  /** For a checkpoint; nothing if there are no text columns. */
  public static Map<String, String> metadata(Map<String, List<String>> classes) {
    return classes.isEmpty() ? Map.of() : Map.of(KEY, Json.of(classes));
  }

  /** Reads an object of lists of texts. */
  static Map<String, List<String>> read(String json, Path file) {
    Map<String, List<String>> classes = new LinkedHashMap<>();
    try (JsonParser in = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      in.nextToken();
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        List<String> names = new ArrayList<>();
        classes.put(in.currentName(), names);
        in.nextToken();
        while (in.nextToken() == JsonToken.VALUE_STRING) names.add(in.getString());
      }
      return classes;
    } catch (JacksonException e) {
      throw new DlxException(
          "R0102", "the classes in the metadata are not JSON", file.toString(), "", e);
    }
  }
}
