package dlx.cli;

import dlx.Model;
import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import dlx.source.Diagnostics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A function of the program that is asked for by its name; its arguments are options: {@code dlx
 * run char_rnn.dlx sample --length 500 --temperature 0.8}.
 *
 * @param vocabulary the characters of the text that the model was trained on, or empty
 */
record FunctionCall(Ast.Function function, List<String> vocabulary) {

  /** The functions of a program by name. */
  static Map<String, Ast.Function> functions(Model model) {
    Map<String, Ast.Function> functions = new LinkedHashMap<>();
    for (Ast.Item item : Parse.file(model.source(), new Diagnostics()).items()) {
      if (item instanceof Ast.Function f && !f.dist()) functions.put(f.name().text(), f);
    }
    return functions;
  }

  /** The one list that all inputs have whose classes are characters; empty if there is none. */
  static List<String> vocabulary(Map<String, List<String>> classes) {
    Set<List<String>> lists = new HashSet<>(classes.values());
    if (lists.size() != 1) return List.of();
    List<String> list = lists.iterator().next();
    boolean characters = list.stream().allMatch(c -> c.codePointCount(0, c.length()) == 1);
    return characters ? list : List.of();
  }

  Set<String> arguments() {
    Set<String> names = new HashSet<>();
    function.parameters().forEach(p -> names.add(p.name().text()));
    return names;
  }

  /** The call as text in the language. */
  String text(Map<String, String> given) {
    List<String> arguments = new ArrayList<>();
    for (Ast.Parameter parameter : function.parameters()) {
      String name = parameter.name().text();
      String value = given.get(name);
      if (value != null) {
        arguments.add(name + " = " + value(name, value));
      } else if (parameter.value() == null) {
        throw new UsageException(
            "`" + function.name().text() + "` needs `" + name + "`", "give it as --" + name + " …");
      }
    }
    return function.name().text() + "(" + String.join(", ", arguments) + ")";
  }

  private String value(String name, String value) {
    boolean number = value.matches("-?\\d[\\d_]*(\\.\\d*)?([eE][+-]?\\d+)?|true|false");
    int character = vocabulary.indexOf(value);
    if (number || character < 0) {
      if (number) return value;
      throw new UsageException(
          "the argument `" + name + "` is a number, not `" + value + "`",
          vocabulary.isEmpty() ? "" : "or a character of the text that the model was trained on");
    }
    return Integer.toString(character);
  }

  /** Whether a result is a row of positions in the vocabulary. */
  boolean isText(Tensor result) {
    if (vocabulary.isEmpty() || result.dtype() != DType.I32 || result.rank() != 1) return false;
    for (int i = 0; i < result.size(); i++) {
      if (result.get(i) < 0 || result.get(i) >= vocabulary.size()) return false;
    }
    return true;
  }

  String characters(Tensor result) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < result.size(); i++) text.append(vocabulary.get((int) result.get(i)));
    return text.toString();
  }
}
