package dlx.cli;

import dlx.Model;
import dlx.data.AtomicFile;
import dlx.pictures.Brightness;
import dlx.pictures.Grid;
import dlx.pictures.Pixels;
import dlx.pictures.Png;
import dlx.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Results as a picture: {@code --png FILE}. */
final class Gallery {
  private static final int MOST_ZOOM = 1000;

  private final Path file;
  private final int zoom;
  private final Optional<double[]> range;

  private Gallery(Path file, int zoom, Optional<double[]> range) {
    this.file = file;
    this.zoom = zoom;
    this.range = range;
  }

  static Options declare(Options options) {
    return options
        .value("--png", "FILE", "draw the results, which are pictures, filters or feature maps")
        .value("--range", "LOW:HIGH", "of --png: which numbers are black and white")
        .value("--zoom", "N", "of --png: pixels for each element");
  }

  /**
   * What the command line says; what is wrong with it is told before anything is computed.
   *
   * @throws UsageException if it is wrong
   */
  static Optional<Gallery> of(Invocation invocation) {
    Optional<String> file = invocation.value("--png");
    for (String option : List.of("--range", "--zoom")) {
      if (file.isEmpty() && invocation.value(option).isPresent()) {
        throw new UsageException(option + " belongs to --png", "");
      }
    }
    if (file.isEmpty()) return Optional.empty();
    if (!file.get().matches("(?is).*\\.png") && !file.get().startsWith("/dev/")) {
      throw new UsageException("--png names a .png file, not " + file.get(), "");
    }
    int zoom = invocation.whole("--zoom", 1).orElse(0);
    if (zoom > MOST_ZOOM) throw new UsageException("--zoom is at most " + MOST_ZOOM, "");
    Optional<double[]> range = invocation.value("--range").map(Gallery::range);
    return Optional.of(new Gallery(Path.of(file.get()), zoom, range));
  }

  private static double[] range(String text) {
    String[] parts = text.split(":", -1);
    try {
      if (parts.length == 2) {
        double[] range = {Double.parseDouble(parts[0]), Double.parseDouble(parts[1])};
        if (range[0] != range[1] && Double.isFinite(range[0]) && Double.isFinite(range[1])) {
          return range;
        }
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException("--range is BLACK:WHITE, such as -1:1, not " + text, "");
  }

  /**
   * Draws results under each other and says what is black and white where one would not guess it.
   *
   * @throws dlx.runtime.DlxException R0103 if one of them is no picture, R0106 if the file cannot
   *     be written; nothing is written then
   */
  void write(Model model, Map<String, Tensor> results, Console console) {
    List<Grid> grids = new ArrayList<>();
    List<Brightness> looks = new ArrayList<>();
    results.forEach((name, tensor) -> {
      grids.add(Grid.of(tensor, model.findSlot(name).isPresent(), name));
      looks.add(
          range
              .map(r -> Brightness.between(r[0], r[1], tensor))
              .orElseGet(() -> Brightness.of(tensor)));
    });
    Pixels picture = Grid.draw(grids, looks, zoom);
    AtomicFile.write(file, out -> Png.write(picture, out));
    int index = 0;
    for (String name : results.keySet()) note(name, looks.get(index++), console);
  }

  private void note(String name, Brightness look, Console console) {
    if (!look.told()) return;
    String scale =
        range.isPresent()
            ? ""
            : "%s is black, %s white"
                .formatted(Show.number(look.black()), Show.number(look.white()));
    String nan = look.nan() == 0 ? "" : look.nan() + " are nan, in magenta";
    String between = scale.isEmpty() || nan.isEmpty() ? "" : "; ";
    console.note(file + ": `" + name + "`: " + scale + between + nan);
  }
}
