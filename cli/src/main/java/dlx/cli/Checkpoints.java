package dlx.cli;

import dlx.Model;
import dlx.training.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Options that take parameters from a file. */
final class Checkpoints {
  private Checkpoints() {}

  static Options declare(Options options) {
    return options
        .value("--load", "FILE", "take parameters and states from a .safetensors file")
        .values("--only", "PATH", "of the file, only this subtree")
        .values("--rename", "OLD=NEW", "how the program calls what the file calls OLD");
  }

  /** Loads what {@code --load} names; nothing if it is not there. */
  static Optional<Checkpoint> load(Invocation invocation, Model model) {
    if (invocation.value("--load").isEmpty()) {
      if (!invocation.values("--only").isEmpty() || !invocation.values("--rename").isEmpty()) {
        throw new UsageException("--only and --rename belong to --load", "");
      }
      return Optional.empty();
    }
    return Optional.of(load(invocation, model, Path.of(invocation.value("--load").orElseThrow())));
  }

  static Checkpoint load(Invocation invocation, Model model, Path file) {
    Checkpoint checkpoint = Checkpoint.read(file, renames(invocation));
    checkpoint.into(model, only(invocation));
    return checkpoint;
  }

  static List<String> only(Invocation invocation) {
    List<String> only = new ArrayList<>();
    for (String text : invocation.values("--only")) only.addAll(List.of(text.split(",", -1)));
    return only;
  }

  static Map<String, String> renames(Invocation invocation) {
    return invocation.pairs("--rename");
  }

  /** All parameters and states that have a value. */
  static void save(Path file, Model model) {
    Checkpoint.write(file, model, model.values(), Map.of());
  }
}
