package dlx.source;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/** Values as JSON on one line: maps, collections, texts, numbers and truth values. */
public final class Json {
  private Json() {}

  public static String of(Object value) {
    StringBuilder out = new StringBuilder();
    write(out, value);
    return out.toString();
  }

  private static void write(StringBuilder out, Object value) {
    switch (value) {
      case Map<?, ?> map -> {
        out.append('{');
        String comma = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(comma);
          text(out, entry.getKey().toString());
          out.append(": ");
          write(out, entry.getValue());
          comma = ", ";
        }
        out.append('}');
      }
      case Collection<?> list -> {
        out.append('[');
        String comma = "";
        for (Object element : list) {
          out.append(comma);
          write(out, element);
          comma = ", ";
        }
        out.append(']');
      }
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> text(out, value.toString());
    }
  }

  private static void text(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          boolean lone =
              Character.isHighSurrogate(c)
                      && (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1)))
                  || Character.isLowSurrogate(c)
                      && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
          if (c < 0x20 || c == 0x7F || lone || c == '\u2028' || c == '\u2029') {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
