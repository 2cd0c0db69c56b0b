package dlx.data;

import dlx.runtime.Tensor;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Numbers and nested lists in JSON, with {@code "nan"}, {@code "inf"} and {@code "-inf"}, to
 * tensors and back.
 */
public final class JsonValues {
  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(64).maxNumberLength(400).build())
          .build();

  private final Wanted wanted;
  private final String place;
  private final List<Integer> extents = new ArrayList<>();
  private Object data;
  private int size;

  private JsonValues(Wanted wanted, String place) {
    this.wanted = wanted;
    this.place = place;
    this.data = wanted.dtype().newArray(16);
  }

  /**
   * The value of {@code text} as the declared type of {@code wanted}. An empty list takes its other
   * extents from the declaration.
   */
  public static Tensor parse(String text, Wanted wanted) {
    String place = "the value of `" + wanted.name() + "`";
    JsonValues values = new JsonValues(wanted, place);
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
      JsonToken first = parser.nextToken();
      if (first == null) throw Problem.value(place, "there is no value", "");
      values.read(parser, first, 0);
      if (parser.nextToken() != null) {
        throw Problem.value(place, "something follows the value", "give one JSON value");
      }
    } catch (JacksonException e) {
      throw Problem.value(
          place,
          "this is not JSON: `" + shortened(text) + "`",
          "a number, or nested lists such as [[1, 2], [3, 4]]; \"nan\" and \"inf\" in quotation"
              + " marks");
    }
    return values.tensor();
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private void read(JsonParser in, JsonToken token, int depth) {
    if (token != JsonToken.START_ARRAY) {
      if (depth < extents.size() && extents.get(depth) >= 0) throw ragged(depth);
      leaves = leaves < 0 ? depth : leaves;
      if (leaves != depth) throw ragged(depth);
      append(in, token);
      return;
    }
    if (leaves >= 0 && depth >= leaves) throw ragged(depth);
    if (depth == extents.size()) extents.add(-1);
    int count = 0;
    for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
      read(in, next, depth + 1);
      count++;
    }
    if (extents.get(depth) >= 0 && extents.get(depth) != count) throw ragged(depth);
    extents.set(depth, count);
  }

  /** The depth at which numbers were found, -1 until then. */
  private int leaves = -1;

  private RuntimeException ragged(int depth) {
    return Problem.shape(place, "the lists at depth " + (depth + 1) + " are not of one length", "");
  }

  private void append(JsonParser in, JsonToken token) {
    if (size == Tensor.MOST_ELEMENTS) throw Problem.elements(place, "too many numbers");
    grow();
    String text = in.getString();
    boolean named = token == JsonToken.VALUE_STRING;
    boolean number = token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
    boolean truth = token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE;
    try {
      switch (wanted.dtype()) {
        case F32 -> {
          if (!number && !named) throw notOf(text);
          float value = named ? (float) special(text) : Float.parseFloat(text);
          if (!named && Float.isInfinite(value)) throw notOf(text);
          ((float[]) data)[size] = value;
        }
        case F64 -> {
          if (!number && !named) throw notOf(text);
          double value = named ? special(text) : Double.parseDouble(text);
          if (!named && Double.isInfinite(value)) throw notOf(text);
          ((double[]) data)[size] = value;
        }
        case I32 -> {
          if (token != JsonToken.VALUE_NUMBER_INT) throw notOf(text);
          ((int[]) data)[size] = Integer.parseInt(text);
        }
        case BOOL -> {
          if (!truth) throw notOf(text);
          ((boolean[]) data)[size] = token == JsonToken.VALUE_TRUE;
        }
      }
    } catch (NumberFormatException e) {
      throw notOf(text);
    }
    size++;
  }

  private void grow() {
    if (size < java.lang.reflect.Array.getLength(data)) return;
    int length = (int) Math.min(2L * size, Tensor.MOST_ELEMENTS);
    data =
        switch (wanted.dtype()) {
          case F32 -> Arrays.copyOf((float[]) data, length);
          case F64 -> Arrays.copyOf((double[]) data, length);
          case I32 -> Arrays.copyOf((int[]) data, length);
          case BOOL -> Arrays.copyOf((boolean[]) data, length);
        };
  }

  private double special(String text) {
    return switch (text) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> throw notOf("\"" + text + "\"");
    };
  }

  private RuntimeException notOf(String text) {
    return Problem.value(place, text + " is not a value of " + wanted.dtype(), "");
  }

  private Tensor tensor() {
    int[] shape = extents.stream().mapToInt(Integer::intValue).toArray();
    if (size == 0 && shape.length > 0 && shape.length < wanted.rank()) {
      // [] says nothing of the axes inside: take them from the declaration
      int given = shape.length;
      shape = Arrays.copyOf(shape, wanted.rank());
      for (int i = given; i < shape.length; i++) shape[i] = Math.max(wanted.shape()[i], 0);
    }
    Object exact = wanted.dtype().newArray(size);
    System.arraycopy(data, 0, exact, 0, size);
    return wanted.fit(Tensor.wrap(wanted.dtype(), exact, shape), place);
  }

  /** One result as one JSON object on one line, numbers in the shortest form that reads back. */
  public static String write(String entry, Tensor tensor) {
    return write(entry, tensor, List.of());
  }

  /** As above, with the names of the classes that the numbers are; none if they are others. */
  public static String write(String entry, Tensor tensor, List<String> classes) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      out.writeStartObject();
      out.writeStringProperty("entry", entry);
      out.writeStringProperty("dtype", tensor.dtype().toString());
      out.writeName("shape");
      out.writeStartArray();
      for (int extent : tensor.shape()) out.writeNumber(extent);
      out.writeEndArray();
      out.writeName("data");
      out.writeStartArray();
      for (int i = 0; i < tensor.size(); i++) write(out, tensor, i);
      out.writeEndArray();
      if (!classes.isEmpty()) {
        out.writeName("classes");
        out.writeStartArray();
        classes.forEach(out::writeString);
        out.writeEndArray();
      }
      out.writeEndObject();
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, Tensor tensor, int i) {
    switch (tensor.dtype()) {
      case F32, F64 -> {
        double value = tensor.get(i);
        if (Double.isNaN(value)) out.writeString("nan");
        else if (Double.isInfinite(value)) out.writeString(value > 0 ? "inf" : "-inf");
        else out.writeNumber(tensor.element(i));
      }
      case I32 -> out.writeNumber(tensor.ints()[i]);
      case BOOL -> out.writeBoolean(tensor.booleans()[i]);
    }
  }
}
