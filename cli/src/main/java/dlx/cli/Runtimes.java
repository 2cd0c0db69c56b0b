package dlx.cli;

import dlx.runtime.CompiledModel;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The classes of the runtime module, from the jar or folder that they were loaded from. */
final class Runtimes {
  private Runtimes() {}

  /** Class files by their paths. */
  static Map<String, byte[]> classes() throws IOException {
    Path home = home();
    if (Files.isDirectory(home)) return below(home);
    try (FileSystem jar = FileSystems.newFileSystem(home)) {
      return below(jar.getPath("/"));
    }
  }

  private static Path home() throws IOException {
    try {
      URI place = CompiledModel.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(place);
    } catch (URISyntaxException e) {
      throw new IOException("the classes of the runtime are not found", e);
    }
  }

  private static Map<String, byte[]> below(Path root) throws IOException {
    Map<String, byte[]> classes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace('\\', '/');
        classes.put(name, Files.readAllBytes(file));
      }
    }
    return classes;
  }
}
