package dlx.elaborate;

import dlx.source.Source;

/** Finds the file behind {@code import "blocks.dlx"}. */
@FunctionalInterface
public interface ImportResolver {
  /** Nothing can be imported; the standard library is there all the same. */
  ImportResolver NONE =
      (importer, path) -> {
        throw new dlx.runtime.DlxException(
            "E0901", "there is no folder to import from", path, "give the program as a file");
      };

  /**
   * The text of an imported file. The same file has the same {@link Source#name()} from wherever it
   * is imported.
   *
   * @param importer the file that holds the import; paths are relative to it
   * @param path as written
   * @throws dlx.runtime.DlxException if it is missing, not text or outside the allowed folders; the
   *     message is shown at the import
   */
  Source resolve(Source importer, String path);
}
