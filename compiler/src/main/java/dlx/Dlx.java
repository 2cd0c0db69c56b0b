package dlx;

import dlx.elaborate.ImportResolver;
import dlx.source.Source;
import java.nio.file.Path;
import java.util.Map;

/**
 * Programs from text.
 *
 * <pre>{@code
 * Model model = Dlx.load(Path.of("cifar.dlx"), Map.of("hidden", 256));
 * Tensor p = model.entry("predict").call(Map.of("image", images));
 * Step train = model.step("train");
 * float loss = train.run(Map.of("image", images, "label", labels), Map.of("rate", 1e-3f)).f32();
 * }</pre>
 */
public final class Dlx {
  private Dlx() {}

  /**
   * Reads a program from a file.
   *
   * @throws dlx.source.ProgramException if it is wrong or cannot be read; it holds everything found
   */
  public static Model load(Path file) {
    return load(file, Options.DEFAULT);
  }

  /**
   * @param defines values of {@code dim} and {@code const} by name: numbers, or text in the
   *     language
   */
  public static Model load(Path file, Map<String, ?> defines) {
    return load(file, Options.DEFAULT.withDefines(defines));
  }

  public static Model load(Path file, Options options) {
    return load(file, options, Pipeline.Watch.NONE);
  }

  /**
   * @param watch sees every stage of everything that is compiled, on the thread that needs it
   */
  public static Model load(Path file, Options options, Pipeline.Watch watch) {
    Source source = Source.read(file);
    return Model.of(source, options, Imports.of(file, options.importFolders()), watch);
  }

  /**
   * Reads a program from text.
   *
   * @param name what messages call it, such as {@code house.dlx}
   */
  public static Model parse(String name, String text) {
    return parse(name, text, Options.DEFAULT);
  }

  public static Model parse(String name, String text, Options options) {
    return Model.of(new Source(name, text), options, ImportResolver.NONE);
  }
}
