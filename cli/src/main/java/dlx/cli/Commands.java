package dlx.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The commands by name. They are made when they are called. */
final class Commands {
  private static final Map<String, Supplier<Command>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("check", Check::new);
    ALL.put("fmt", Format::new);
    ALL.put("run", Run::new);
    ALL.put("train", Train::new);
    ALL.put("eval", Eval::new);
    ALL.put("test", Tests::new);
    ALL.put("bench", Bench::new);
    ALL.put("graph", Graph::new);
    ALL.put("grad", Grad::new);
    ALL.put("compile", Compile::new);
    ALL.put("params", Params::new);
    ALL.put("explain", Explain::new);
  }

  private Commands() {}

  static Map<String, Supplier<Command>> all() {
    return ALL;
  }
}
