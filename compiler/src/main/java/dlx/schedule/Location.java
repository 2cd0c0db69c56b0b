package dlx.schedule;

import dlx.graph.Extent;

/** Where the elements of a value begin: side by side from {@code offset} on. */
public record Location(Buffer buffer, Extent offset) {
  static Location of(Buffer buffer) {
    return new Location(buffer, Extent.ZERO);
  }

  Location plus(Extent further) {
    return new Location(buffer, offset.plus(further));
  }

  /** Does a value of this size fill the buffer? */
  boolean isWhole(Extent size) {
    return offset.isZero() && buffer.size().equals(size);
  }
}
