package dlx.schedule;

import dlx.graph.Extent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Element {@code offset + i * strides[0] + j * strides[1] + ...} of a buffer, where i, j, ... are
 * the loop indices from the outermost on.
 */
public record Access(@Nullable Buffer buffer, Extent offset, List<Extent> strides) {
  public Access {
    strides = List.copyOf(strides);
  }

  /** The number of loops, from the outermost on, on which this depends. */
  public int depth() {
    int depth = strides.size();
    while (depth > 0 && strides.get(depth - 1).isZero()) {
      depth--;
    }
    return depth;
  }
}
