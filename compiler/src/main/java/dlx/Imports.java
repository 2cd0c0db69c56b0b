package dlx;

import dlx.elaborate.ImportResolver;
import dlx.runtime.DlxException;
import dlx.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Imports between files: inside the real folder of the main file and below it, or inside a folder
 * that was named; nothing else, wherever symbolic links lead.
 */
final class Imports implements ImportResolver {
  private final Path home;
  private final List<Path> folders;

  private Imports(Path home, List<Path> folders) {
    this.home = home;
    this.folders = folders;
  }

  /** Imports of the program in {@code file}. */
  static ImportResolver of(Path file, List<Path> named) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      List<Path> folders = new ArrayList<>();
      folders.add(folder.toRealPath());
      for (Path extra : named) folders.add(extra.toRealPath());
      return new Imports(folder, folders);
    } catch (IOException e) {
      throw new DlxException(
          "R0101", "a folder to import from cannot be read: " + e.getMessage(), "", "", e);
    }
  }

  @Override
  public Source resolve(Source importer, String path) {
    try {
      // a source is named by the path it was read from, so that is where relative paths start
      Path from = Path.of(importer.name()).toAbsolutePath().getParent();
      Path file = find(from == null ? home : from, path);
      Path real = file.toRealPath();
      if (folders.stream().noneMatch(real::startsWith)) {
        throw new DlxException(
            "E0901",
            "`" + path + "` is outside the folder of the program",
            path,
            "name its folder with --import-path");
      }
      Source text = Source.read(real);
      return new Source(shown(real), text.text());
    } catch (IOException | InvalidPathException e) {
      throw missing(path);
    }
  }

  private Path find(Path from, String path) {
    Path beside = from.resolve(path);
    if (Files.exists(beside)) return beside;
    for (Path folder : folders) {
      Path there = folder.resolve(path);
      if (Files.exists(there)) return there;
    }
    throw missing(path);
  }

  /** As short as it can be said from where the command runs. */
  private static String shown(Path real) {
    Path here = Path.of("").toAbsolutePath();
    return real.startsWith(here) ? here.relativize(real).toString() : real.toString();
  }

  private static DlxException missing(String path) {
    return new DlxException(
        "E0901",
        "there is no file `" + path + "` to import",
        path,
        "paths are relative to the file");
  }
}
