package dlx.tests;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.cli.Console;
import dlx.cli.Main;
import dlx.elaborate.Builtins;
import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Formula;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.simplify.Simplify;
import dlx.source.Diagnostics;
import dlx.source.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The parts of the documents that are written from the tables of the compiler. */
final class Reference {
  private static final String GENERATED =
      """
      <!-- Written by ReferenceTest from the tables of the compiler; what is changed here is lost:
           mvn -Dquick -pl tests -am test -Dtest=ReferenceTest -Dsurefire.failIfNoSpecifiedTests=false -Ddlx.golden=write -->
      """;

  private static final Path LIBRARY = Path.of("../stdlib/src/main/resources/dlx/stdlib");

  private static final Path GRAPH = Path.of("../compiler/src/main/java/dlx/graph");

  private static final Pattern HELP =
      Pattern.compile("(?s)(<!-- (\\w+) --help -->\\n```text\\n).*?(```\\n)");

  private Reference() {}

  // ------------------------------------------------------------------ operations

  static String operations() throws IOException {
    StringBuilder out = new StringBuilder("# Operations\n\n").append(GENERATED).append('\n');
    out.append("- [Built in](#built-in): what every program may use\n");
    out.append("- [The library](#the-library): functions and layers written in the language\n");
    out.append("- [In the graph](#in-the-graph): what these become\n\n");
    out.append("## Built in\n\n| operation | |\n|---|---|\n");
    for (Builtins.Entry entry : Builtins.entries()) {
      out.append(row(code(entry.signature()), entry.text()));
    }
    out.append(
        row(
            "`training` `pi` `inf` `all`",
            "whether this is a step; the numbers pi and infinity; all axes"));
    out.append("\nAnd the operators of the [language](language.md#files).\n\n## The library\n");
    try (Stream<Path> files = Files.list(LIBRARY)) {
      for (Path file : files.sorted().toList()) library(file, out);
    }
    graph(out);
    return out.toString();
  }

  private static void library(Path path, StringBuilder out) throws IOException {
    String name = path.getFileName().toString().replace(".dlx", "");
    Diagnostics diagnostics = new Diagnostics();
    String text = Files.readString(path);
    Ast.File file = Parse.file(new Source(name + ".dlx", text), diagnostics);
    diagnostics.throwIfErrors();
    out.append("\n### ").append(name).append("\n\n").append(line(file.doc())).append("\n\n");
    out.append("| | |\n|---|---|\n");
    for (Ast.Item item : file.items()) {
      switch (item) {
        case Ast.Function f -> out.append(row(signature(text, f, f.body()), line(f.doc())));
        case Ast.Layer l -> out.append(row(signature(text, l, l.body()), line(l.doc())));
        default -> {}
      }
    }
  }

  /** What stands before the body. */
  private static String signature(String text, Ast.Item item, Ast.Block body) {
    String head = line(text.substring(item.span().start(), body.span().start()));
    return code(head.replaceAll("\\s*[={]$", "").replaceAll("\\( ", "(").replaceAll(" \\)", ")"));
  }

  private static void graph(StringBuilder out) throws IOException {
    out.append(
        """

        ## In the graph

        Every operator of the graph has one entry, where its type rule, its meaning, its derivative and
        the domain of its tests stand together. Below, `g` is the adjoint of the result `f`, and the
        last column is what it gives to the adjoints of `x`, `y` and `z`; `-` is nothing.

        ### Elementwise

        | operator | derivative |
        |---|---|
        """);
    for (Elementwise op : Elementwise.values()) {
      out.append(row(code(op.title()), code(derivative(op))));
    }
    out.append("\n### Reductions\n\n| operator | derivative |\n|---|---|\n");
    for (Reduction.Kind kind : Reduction.Kind.values()) {
      Graph graph = new Graph();
      Node x = graph.node(new Leaf.Input("x", Type.of(DType.F64, 3)));
      Node y = graph.node(new Reduction(kind, List.of(0)), x);
      out.append(row(code(kind.name().toLowerCase(Locale.ROOT)), code(derivative(graph, y))));
    }
    families(out, "Movement.java", "Movements", "The same elements at other places.");
    families(out, "Indexing.java", "Indexing", "Operators whose positions are data.");
    out.append("\n### Contraction\n\n");
    out.append(
        """
        One operator for all sums of products. Every axis of every operand has a letter; the product is
        summed over the letters that are not in the result.

        | example | derivative |
        |---|---|
        """);
    contraction(out, List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    contraction(out, List.of(List.of(0, 1), List.of(1)), List.of(0));
  }

  private static void contraction(
      StringBuilder out, List<List<Integer>> operands, List<Integer> result) {
    Graph graph = new Graph();
    List<Node> inputs = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      long[] shape = operands.get(i).stream().mapToLong(label -> label + 2).toArray();
      inputs.add(graph.node(new Leaf.Input("xy".substring(i, i + 1), Type.of(DType.F64, shape))));
    }
    Node y = graph.node(new Contraction(operands, result), inputs);
    out.append(row(code(y.op().title()), code(derivative(graph, y))));
  }

  /** The records of a family, from their comments in the source. */
  private static void families(StringBuilder out, String file, String title, String text)
      throws IOException {
    out.append("\n### ").append(title).append("\n\n").append(text);
    out.append("\n\n| operator | |\n|---|---|\n");
    String source = Files.readString(GRAPH.resolve(file));
    Pattern comment =
        Pattern.compile("(?s)/\\*\\*((?:(?!\\*/).)*)\\*/\\s*record (\\w+)(\\([^)]*\\))");
    Matcher record = comment.matcher(source);
    while (record.find()) {
      String words = record.group(1).replaceAll("(?m)^\\s*\\*", " ").replaceAll("@param.*", "");
      words = words.replaceAll("\\{@\\w+ ([^}]*)}", "$1").replaceAll("(?s)@param.*", "");
      out.append(row(code(record.group(2) + record.group(3)), line(words)));
    }
  }

  private static String derivative(Elementwise op) {
    Graph graph = new Graph();
    List<Node> inputs = new ArrayList<>();
    for (int i = 0; i < op.arity(); i++) {
      boolean truth =
          op == Elementwise.WHERE && i == 0
              || List.of(Elementwise.AND, Elementwise.OR, Elementwise.NOT).contains(op);
      Type type = Type.scalar(truth ? DType.BOOL : DType.F64);
      inputs.add(graph.node(new Leaf.Input("xyz".substring(i, i + 1), type)));
    }
    return derivative(graph, graph.node(op, inputs));
  }

  private static String derivative(Graph graph, Node y) {
    if (!y.type().dtype().isFloat()) return "-";
    Node adjoint = graph.node(new Leaf.Input("g", y.type()));
    Map<Node, String> names = new LinkedHashMap<>();
    if (!(y.op() instanceof Contraction)) names.put(y, "f");
    List<String> parts = new ArrayList<>();
    for (Node part : y.op().pullback(y, adjoint)) {
      parts.add(part == null ? "-" : Formula.text(part, names).replace("\n", "; "));
    }
    return parts.stream().allMatch(p -> p.equals("-")) ? "-" : String.join(" , ", parts);
  }

  // ------------------------------------------------------------------ rules

  static String rules() {
    StringBuilder out = new StringBuilder("# Rules\n\n").append(GENERATED);
    out.append(
        """

        What the simplifier knows. A rule is one line of a table in `dlx.simplify`. It is applied where
        it makes the function lighter; those marked *always* also where it does not, since they are more
        accurate.

        - `exact` keeps every bit of every element type: NaN, infinities and the sign of zero included.
        - `whole` keeps every bit of `i32` arithmetic, which wraps around, and is for that only.
        - `real` keeps the real number that an expression stands for. `--math strict` leaves it out.

        Sums and products match in any order and in any spelling of minus, and terms and factors that
        are alike are collected, which is no rule but how they are read. Rules about movements, folds,
        contractions and loops are code behind the line that describes them. Of a loop, what nobody uses
        and what does not change goes without a rule.
        """);
    String table = "";
    for (Simplify.Line rule : Simplify.lines()) {
      if (!rule.table().equals(table)) {
        table = rule.table();
        out.append("\n## ").append(table).append("\n\n| tier | rule | |\n|---|---|---|\n");
      }
      List<String> remarks = new ArrayList<>();
      if (!rule.condition().isEmpty()) remarks.add("if " + rule.condition());
      if (rule.always()) remarks.add("always");
      String tier = rule.tier().name().toLowerCase(Locale.ROOT);
      out.append("| ").append(tier).append(" | ").append(code(rule.title())).append(" | ");
      out.append(String.join("; ", remarks)).append(" |\n");
    }
    return out.toString();
  }

  // ------------------------------------------------------------------ commands

  /** The same text with what {@code dlx COMMAND --help} prints today. */
  static String commands(String text) {
    return HELP.matcher(text)
        .replaceAll(m -> Matcher.quoteReplacement(m.group(1) + help(m.group(2)) + m.group(3)));
  }

  /** The names in the list of commands. */
  static List<String> commandNames() {
    List<String> names = new ArrayList<>();
    Matcher line = Pattern.compile("(?m)^  dlx ([a-z]+) ").matcher(help("dlx"));
    while (line.find()) names.add(line.group(1));
    return names;
  }

  private static String help(String command) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    String[] words =
        command.equals("dlx") ? new String[] {"--help"} : new String[] {command, "--help"};
    Main.run(words, new Console(stream, stream, false, false, false));
    String page = bytes.toString(StandardCharsets.UTF_8);
    return page.lines().map(String::stripTrailing).collect(Collectors.joining("\n", "", "\n"));
  }

  // ------------------------------------------------------------------ Markdown

  private static String row(String left, String right) {
    return "| " + left + " | " + right.replace("|", "\\|") + " |\n";
  }

  private static String code(String text) {
    return text.equals("-") ? "-" : "`" + text.replace("|", "\\|") + "`";
  }

  private static String line(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
