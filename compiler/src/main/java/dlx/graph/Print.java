package dlx.graph;

import dlx.source.Span;
import java.util.List;
import java.util.stream.Collectors;

/** A function as text for people, as a drawing and as data. */
public final class Print {
  private Print() {}

  /**
   * One line per node, then what is returned, changed and checked.
   *
   * <pre>
   * %7 = multiply(%3, %5): f32[batch]
   * return y = %7
   * w <- %9
   * check n <= 10
   * </pre>
   */
  public static String text(Function function) {
    StringBuilder text = new StringBuilder();
    for (Node node : function.nodes()) {
      text.append(node).append('\n');
    }
    for (Function.Output output : function.outputs()) {
      text.append("return ")
          .append(output.name())
          .append(" = %")
          .append(output.value().id())
          .append('\n');
    }
    for (Function.Update update : function.updates()) {
      text.append(update.slot().path()).append(" <- %").append(update.value().id()).append('\n');
    }
    for (Function.Check check : function.checks()) {
      String relation =
          switch (check.relation()) {
            case EQUAL -> " == ";
            case LESS_EQUAL -> " <= ";
          };
      text.append("check ")
          .append(check.left())
          .append(relation)
          .append(check.right())
          .append('\n');
    }
    return text.toString();
  }

  /** A drawing for Graphviz: leaves are boxes, results are double circles. */
  public static String dot(Function function) {
    StringBuilder text = new StringBuilder("digraph ").append(quoted(function.name()));
    text.append(" {\n  rankdir = BT\n");
    for (Node node : function.nodes()) {
      String shape = node.op() instanceof Leaf ? "box" : "ellipse";
      text.append("  n").append(node.id());
      text.append(" [shape = ").append(shape).append(", label = ");
      text.append(quoted(node.op().title() + "\n" + node.type())).append("]\n");
      for (Node input : node.inputs()) {
        text.append("  n").append(input.id()).append(" -> n").append(node.id()).append('\n');
      }
    }
    for (Function.Output output : function.outputs()) {
      result(text, "return " + output.name(), output.value());
    }
    for (Function.Update update : function.updates()) {
      result(text, update.slot().path() + " <-", update.value());
    }
    return text.append("}\n").toString();
  }

  private static void result(StringBuilder text, String title, Node value) {
    text.append("  ").append(quoted(title)).append(" [shape = doublecircle]\n");
    text.append("  n").append(value.id()).append(" -> ").append(quoted(title)).append('\n');
  }

  /**
   * One JSON object: {@code {"name", "nodes": [{"id", "op", "type", "inputs", "place"}], "outputs":
   * [{"name", "node"}], "updates": [{"slot", "node"}]}}; place is {@code file:line:column} or null.
   */
  public static String json(Function function) {
    String nodes =
        function.nodes().stream().map(Print::json).collect(Collectors.joining(",\n    "));
    String outputs =
        function.outputs().stream()
            .map(o -> entry("name", o.name(), o.value()))
            .collect(Collectors.joining(", "));
    String updates =
        function.updates().stream()
            .map(u -> entry("slot", u.slot().path(), u.value()))
            .collect(Collectors.joining(", "));
    return "{\"name\": "
        + quoted(function.name())
        + ",\n  \"nodes\": [\n    "
        + nodes
        + "],\n  \"outputs\": ["
        + outputs
        + "],\n  \"updates\": ["
        + updates
        + "]}\n";
  }

  private static String json(Node node) {
    List<Integer> inputs = node.inputs().stream().map(Node::id).toList();
    String place = node.span() == Span.NONE ? "null" : quoted(node.span().toString());
    return "{\"id\": "
        + node.id()
        + ", \"op\": "
        + quoted(node.op().title())
        + ", \"type\": "
        + quoted(node.type().toString())
        + ", \"inputs\": "
        + inputs
        + ", \"place\": "
        + place
        + "}";
  }

  private static String entry(String key, String name, Node value) {
    return "{\"" + key + "\": " + quoted(name) + ", \"node\": " + value.id() + "}";
  }

  /** A string as JSON and Graphviz read it. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        default -> {
          if (c < ' ') {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
