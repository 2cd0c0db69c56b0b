package dlx.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A folder for files of one side, gone when the side is closed. It has no folders in it. */
record Folder(Path path) implements AutoCloseable {
  static Folder make(String name) throws IOException {
    return new Folder(Files.createTempDirectory(name));
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) Files.delete(file);
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
