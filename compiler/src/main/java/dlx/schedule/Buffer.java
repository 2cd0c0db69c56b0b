package dlx.schedule;

import dlx.graph.Extent;
import dlx.runtime.DType;
import org.jspecify.annotations.Nullable;

/**
 * A piece of memory that kernels read and write: elements side by side, no padding.
 *
 * @param id the position in {@link Schedule#buffers()}
 * @param role where the array comes from
 * @param name the name of the input, slot or output; of a temporary, what it holds
 * @param table the numbers of a TABLE, else null
 */
public record Buffer(
    int id, Role role, String name, DType dtype, Extent size, double @Nullable [] table) {
  /** Where the array of a buffer comes from. */
  public enum Role {
    /** The caller's argument; only read. */
    INPUT,
    /** A parameter or state; read, and written in place by a step. */
    SLOT,
    /** The caller's result. */
    OUTPUT,
    /** The workspace of a call. */
    TEMPORARY,
    /** Numbers written in the program. */
    TABLE
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Buffer b && id == b.id;
  }

  @Override
  public int hashCode() {
    return id;
  }

  @Override
  public String toString() {
    return role.name().toLowerCase(java.util.Locale.ROOT)
        + " "
        + name
        + ": "
        + dtype
        + "["
        + size
        + "]";
  }
}
