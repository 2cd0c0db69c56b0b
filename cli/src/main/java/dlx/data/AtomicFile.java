package dlx.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are there in full or not at all, also after a crash or on a full disk. */
public final class AtomicFile {
  /** Writes the contents. */
  @FunctionalInterface
  public interface Body {
    void write(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes to a temporary file beside {@code file}, syncs it, renames it and syncs the folder. What
   * exists and is no file, such as {@code /dev/stdout} or a pipe, is written to as it is.
   *
   * @throws dlx.runtime.DlxException R0106 if that is not possible; {@code file} is then as before
   */
  public static void write(Path file, Body body) {
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
          body.write(out);
        }
        return;
      }
      Path folder = target.getParent();
      Path part =
          folder.resolve(
              "." + target.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
      try {
        writeAndSync(part, body);
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      sync(folder);
    } catch (IOException e) {
      throw Problem.writing(file, e);
    }
  }

  private static void writeAndSync(Path part, Body body) throws IOException {
    try (FileChannel channel =
        FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      body.write(out);
      out.flush();
      channel.force(true);
    }
  }

  /** The rename itself has to reach the disk; systems that cannot open a folder do without. */
  private static void sync(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // the file is complete and has its name; only the moment it survives a power cut is later
    }
  }
}
