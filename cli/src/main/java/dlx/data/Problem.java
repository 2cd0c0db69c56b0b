package dlx.data;

import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The sentences of this package, by code. */
final class Problem {
  private Problem() {}

  /** The file is not what its name says, or stops too early. */
  static DlxException file(String place, String message, String help) {
    return new DlxException("R0101", message, place, help);
  }

  static DlxException truncated(String place, String what) {
    return file(
        place, "the file ends in the middle of " + what, "it is incomplete: copy or make it again");
  }

  static DlxException shape(String place, String message, String help) {
    return new DlxException("R0103", message, place, help);
  }

  static DlxException value(String place, String message, String help) {
    return new DlxException("R0104", message, place, help);
  }

  static DlxException missing(String place, String message, String help) {
    return new DlxException("R0105", message, place, help);
  }

  static DlxException name(String place, String message, String help) {
    return new DlxException("R0107", message, place, help);
  }

  static DlxException elements(String place, String message) {
    return new DlxException(
        "R0301",
        message,
        place,
        "a tensor has at most " + Tensor.MOST_ELEMENTS + "; put the data into several files");
  }

  static DlxException memory(String place, String message) {
    return new DlxException(
        "R0303",
        message,
        place,
        "declare them smaller, give fewer, or raise the memory with DLX_JAVA_OPTS=-Xmx8g");
  }

  static DlxException limit(String place, String message, String help) {
    return new DlxException("R0308", message, place, help);
  }

  static DlxException reading(Path file, IOException e) {
    String place = file.toString();
    return switch (e) {
      case NoSuchFileException n -> file(place, "there is no such file: " + place, "");
      case AccessDeniedException n -> file(place, "this file may not be read: " + place, "");
      case java.util.zip.ZipException z ->
          file(
              place,
              "the compressed data are damaged (" + reason(z) + ")",
              "copy or make it again");
      case java.io.EOFException z -> truncated(place, "its data");
      default -> new DlxException("R0101", "cannot read the file: " + reason(e), place, "", e);
    };
  }

  static DlxException writing(Path file, IOException e) {
    return new DlxException(
        "R0106",
        "cannot write the file: " + reason(e),
        file.toString(),
        "nothing was left half-written",
        e);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException n -> "its folder does not exist";
      case AccessDeniedException n -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
