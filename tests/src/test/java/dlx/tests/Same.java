package dlx.tests;

import dlx.source.Source;
import dlx.source.Span;
import java.lang.reflect.RecordComponent;
import java.util.List;

/** Syntax without its places, as a text that can be compared. */
final class Same {
  private Same() {}

  /** Records with their components, spans and sources left out. */
  static String text(Object value) {
    StringBuilder out = new StringBuilder();
    write(out, value);
    return out.toString();
  }

  private static void write(StringBuilder out, Object value) {
    if (value instanceof List<?> list) {
      out.append('[');
      list.forEach(element -> {
        write(out, element);
        out.append(' ');
      });
      out.append(']');
    } else if (value instanceof Record record) {
      out.append(record.getClass().getSimpleName()).append('(');
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        if (component.getType() != Span.class && component.getType() != Source.class) {
          try {
            write(out, component.getAccessor().invoke(record));
          } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record without an accessor", e);
          }
          out.append(' ');
        }
      }
      out.append(')');
    } else {
      out.append(value);
    }
  }
}
