package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** NumPy's archive of arrays: a zip file of .npy files, stored or deflated. */
public final class Npz {
  private static final String SUFFIX = ".npy";

  private Npz() {}

  /** The names of the arrays in a file. */
  public static List<String> names(Path file) {
    try (ZipFile zip = open(file)) {
      return names(zip);
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
  }

  /** Reads every array as the element type nearest to its own. */
  public static Map<String, Tensor> read(Path file) {
    return read(file, Map.of(), false, Reading.Bytes.KEEP);
  }

  /** Reads the arrays named in {@code types}, converted; those not in the file are left out. */
  public static Map<String, Tensor> read(Path file, Map<String, DType> types) {
    return read(file, types, Reading.Bytes.KEEP);
  }

  /** As above; {@code bytes} is what becomes of bytes where a float is wanted. */
  static Map<String, Tensor> read(Path file, Map<String, DType> types, Reading.Bytes bytes) {
    return read(file, types, true, bytes);
  }

  private static Map<String, Tensor> read(
      Path file, Map<String, DType> types, boolean onlyThose, Reading.Bytes bytes) {
    Map<String, Tensor> result = new LinkedHashMap<>();
    try (ZipFile zip = open(file)) {
      for (String name : names(zip)) {
        if (onlyThose && !types.containsKey(name)) continue;
        ZipEntry entry = zip.getEntry(name + SUFFIX);
        String place = file + ", array `" + name + "`";
        CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
        try (InputStream buffered = new BufferedInputStream(in, 1 << 16)) {
          Optional<DType> to = Optional.ofNullable(types.get(name));
          result.put(name, Npy.read(buffered, entry.getSize(), to, bytes, place));
        }
        if (in.getChecksum().getValue() != entry.getCrc()) {
          throw Problem.file(place, "the checksum is wrong: the file is damaged", "");
        }
      }
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
    return result;
  }

  private static ZipFile open(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(2);
      if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
        throw Problem.file(
            file.toString(), "this is not an .npz file: its first bytes are others", "");
      }
    }
    return new ZipFile(file.toFile());
  }

  private static List<String> names(ZipFile zip) {
    List<String> names = new ArrayList<>();
    for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
      String name = e.nextElement().getName();
      if (name.endsWith(SUFFIX)) names.add(name.substring(0, name.length() - SUFFIX.length()));
    }
    return names;
  }

  /** Writes {@code tensors}, deflated. */
  public static void write(Path file, Map<String, Tensor> tensors) {
    AtomicFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out);
          for (var tensor : tensors.entrySet()) {
            ZipEntry entry = new ZipEntry(tensor.getKey() + SUFFIX);
            entry.setTime(315619200000L); // 1980-01-02, so that equal contents are equal files
            zip.putNextEntry(entry);
            Npy.write(tensor.getValue(), zip);
            zip.closeEntry();
          }
          zip.finish();
        });
  }
}
