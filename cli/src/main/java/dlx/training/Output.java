package dlx.training;

import dlx.runtime.DlxException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a run, and the lock that keeps a second run out. The lock is the system's: it goes
 * with the process, however that ends.
 */
public final class Output implements AutoCloseable {
  /** What this process has: to open and close such a file once more would let others in. */
  private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  private final Path best;
  private final Path lockFile;
  private final FileChannel channel;
  private final FileLock lock;
  private final Object key;

  private Output(Path best, Path lockFile, FileChannel channel, FileLock lock, Object key) {
    this.key = key;
    this.best = best;
    this.lockFile = lockFile;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the files beside {@code best} for this run.
   *
   * @param best such as {@code m.safetensors}
   * @throws DlxException R0106 if another run has them or they cannot be written
   */
  public static Output open(Path best) {
    Path lockFile = sibling(best, ".lock");
    try {
      while (true) {
        if (!Files.exists(lockFile)) {
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
        }
        Object before = key(lockFile);
        if (HELD.contains(Objects.requireNonNullElse(before, lockFile))) throw taken(best);
        FileChannel channel;
        try {
          channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
          continue; // the run before has just removed it
        }
        FileLock lock = tryLock(channel);
        if (lock == null) {
          channel.close();
          throw taken(best);
        }
        // the run before may have removed the file between opening and locking
        if (before != lockFile && Objects.equals(before, key(lockFile))) {
          Object key = Objects.requireNonNullElse(before, lockFile);
          HELD.add(key);
          return new Output(best, lockFile, channel, lock, key);
        }
        channel.close();
      }
    } catch (IOException e) {
      String reason =
          e instanceof NoSuchFileException ? "there is no such folder" : "" + e.getMessage();
      throw new DlxException(
          "R0106", "cannot write beside the file: " + reason, best.toString(), "", e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this process
    }
  }

  /**
   * What tells files apart, asked of the path. The file is never opened a second time: the system
   * drops a lock when its process closes any channel to the file.
   */
  private static @Nullable Object key(Path lockFile) throws IOException {
    try {
      return Files.readAttributes(lockFile, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return lockFile; // unlike every key
    }
  }

  private static DlxException taken(Path best) {
    return new DlxException(
        "R0106",
        "another run is writing `" + best + "`",
        "",
        "wait for it, or write somewhere else with --out FILE");
  }

  private static Path sibling(Path best, String ending) {
    String name = best.getFileName().toString();
    String stem =
        name.endsWith(".safetensors")
            ? name.substring(0, name.length() - ".safetensors".length())
            : name;
    return best.resolveSibling(stem + ending);
  }

  /** The best parameters so far. */
  public Path best() {
    return best;
  }

  /** Everything that is needed to go on. */
  public Path last() {
    return sibling(best, ".last.safetensors");
  }

  /** Every setting. */
  public Path record() {
    return sibling(best, ".run.json");
  }

  /** Lets others in. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(lockFile);
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new DlxException(
          "R0106", "cannot remove the lock: " + e.getMessage(), lockFile.toString(), "", e);
    } finally {
      HELD.remove(key);
    }
  }
}
