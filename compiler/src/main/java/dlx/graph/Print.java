package dlx.graph;

import dlx.source.Span;
import java.util.List;
import java.util.stream.Collectors;

/** A function as text for people, as a drawing and as data. */
public final class Print {
  private Print() {}

  /**
   * One line per node, then what is returned, changed and checked. The body of a loop stands below
   * it: what its arguments are, its nodes, what carried variables become and what is stacked.
   *
   * <pre>
   * %7 = multiply(%3, %5): f32[batch]
   * %12 = loop n(%2, %7): i32
   *   %8 = begins with %2: f32
   *   %9 = element of %7: f32
   *   %10 = add(%8, %9): f32
   *   %8 <- %10
   *   result 1 stacks %10
   * return y = %7
   * w <- %9
   * check n <= 10
   * </pre>
   */
  public static String text(Function function) {
    StringBuilder text = new StringBuilder();
    nodes(text, "", function.nodes());
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

  private static void nodes(StringBuilder text, String indent, List<Node> nodes) {
    for (Node node : nodes) {
      text.append(indent).append(node).append('\n');
      if (node.op() instanceof Loop.Region region) {
        body(text, indent + "  ", node, region);
      }
    }
  }

  private static void body(StringBuilder text, String indent, Node loop, Loop.Region region) {
    List<Node> nodes = region.nodes();
    for (Node node : nodes) {
      if (node.op() instanceof Leaf.Argument argument) {
        text.append(indent).append('%').append(node.id()).append(" = ");
        text.append(region.kind(argument.index()).title).append(" %");
        text.append(loop.input(argument.index()).id()).append(": ");
        text.append(node.type()).append('\n');
      }
    }
    nodes(text, indent, nodes.stream().filter(n -> !(n.op() instanceof Leaf.Argument)).toList());
    if (region.ending().limit() >= 0) {
      text.append(indent).append("at most %");
      text.append(loop.input(region.ending().limit()).id()).append(" turns\n");
    }
    if (region.ending().stop() >= 0) {
      text.append(indent).append("until %");
      text.append(region.variable(loop, region.ending().stop()).id()).append('\n');
    }
    for (int i = 0; i < region.roots().size(); i++) {
      int root = region.roots().get(i).id();
      text.append(indent);
      if (i < region.carried()) {
        Node variable = region.variable(loop, i);
        text.append('%').append(variable.id()).append(" <- %").append(root).append('\n');
      } else {
        text.append("result ").append(i).append(" stacks %").append(root).append('\n');
      }
    }
  }

  /**
   * A drawing for Graphviz: leaves are boxes, results are double circles, a loop is a frame around
   * its body.
   */
  public static String dot(Function function) {
    StringBuilder text = new StringBuilder("digraph ").append(quoted(function.name()));
    text.append(" {\n  rankdir = BT\n");
    draw(text, "n", function.nodes());
    for (Function.Output output : function.outputs()) {
      result(text, "return " + output.name(), output.value());
    }
    for (Function.Update update : function.updates()) {
      result(text, update.slot().path() + " <-", update.value());
    }
    return text.append("}\n").toString();
  }

  /**
   * Nodes and arrows; a node may be in several bodies, so its name there begins with the loop's.
   */
  private static void draw(StringBuilder text, String prefix, List<Node> nodes) {
    for (Node node : nodes) {
      String name = prefix + node.id();
      String shape = node.op() instanceof Leaf ? "box" : "ellipse";
      text.append("  ").append(name);
      text.append(" [shape = ").append(shape).append(", label = ");
      text.append(quoted(node.op().title() + "\n" + node.type())).append("]\n");
      for (Node input : node.inputs()) {
        text.append("  ").append(prefix).append(input.id());
        text.append(" -> ").append(name).append('\n');
      }
      if (node.op() instanceof Loop.Region region) {
        frame(text, name, node, region);
      }
    }
  }

  private static void frame(StringBuilder text, String name, Node loop, Loop.Region region) {
    String inside = name + "_";
    text.append("  subgraph ").append(quoted("cluster " + name));
    text.append(" {\n  label = ").append(quoted(region.title())).append('\n');
    draw(text, inside, region.nodes());
    for (int i = 0; i < region.roots().size(); i++) {
      Node root = region.roots().get(i);
      String arrow = "  " + inside + root.id() + " -> ";
      if (i < region.carried()) {
        text.append(arrow).append(inside).append(region.variable(loop, i).id());
        text.append(" [style = dashed, constraint = false]\n");
      } else {
        text.append(arrow).append(name).append(" [label = ").append(quoted("result " + i));
        text.append("]\n");
      }
    }
    text.append("  }\n");
  }

  private static void result(StringBuilder text, String title, Node value) {
    text.append("  ").append(quoted(title)).append(" [shape = doublecircle]\n");
    text.append("  n").append(value.id()).append(" -> ").append(quoted(title)).append('\n');
  }

  /**
   * One JSON object: {@code {"name", "nodes": [{"id", "op", "type", "inputs", "place"}], "outputs":
   * [{"name", "node"}], "updates": [{"slot", "node"}]}}; place is {@code file:line:column} or null.
   * A loop also has {@code "carried", "sequences"}, how many of its inputs these are, and {@code
   * "body": {"nodes", "next", "stacked"}}, the last two as ids, and if it may end early {@code
   * "limit"} or {@code "stop"}, the number of the input that says so.
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
        + (node.op() instanceof Loop.Region region ? body(region) : "")
        + "}";
  }

  private static String body(Loop.Region region) {
    String nodes = region.nodes().stream().map(Print::json).collect(Collectors.joining(", "));
    return ", \"carried\": "
        + region.carried()
        + ", \"sequences\": "
        + region.sequences()
        + (region.ending().limit() < 0 ? "" : ", \"limit\": " + region.ending().limit())
        + (region.ending().stop() < 0 ? "" : ", \"stop\": " + region.ending().stop())
        + ", \"body\": {\"nodes\": ["
        + nodes
        + "], \"next\": "
        + region.next().stream().map(Node::id).toList()
        + ", \"stacked\": "
        + region.stacked().stream().map(Node::id).toList()
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
