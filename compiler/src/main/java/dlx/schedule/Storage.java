package dlx.schedule;

import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The buffers of a schedule. */
final class Storage {
  private final List<Buffer> buffers = new ArrayList<>();
  private final Map<String, Buffer> named = new LinkedHashMap<>();

  List<Buffer> buffers() {
    return buffers;
  }

  private Buffer buffer(
      Buffer.Role role, String name, DType dtype, Extent size, double @Nullable [] table) {
    Buffer buffer = new Buffer(buffers.size(), role, name, dtype, size, table);
    buffers.add(buffer);
    return buffer;
  }

  private Buffer named(Buffer.Role role, String name, DType dtype, Extent size) {
    return named.computeIfAbsent(role + " " + name, key -> buffer(role, name, dtype, size, null));
  }

  /** Memory of its own for a computed node; for a leaf what it names. */
  Buffer of(Node node) {
    DType dtype = node.type().dtype();
    Extent size = node.type().size();
    return switch (node.op()) {
      case Leaf.Input input -> named(Buffer.Role.INPUT, input.name(), dtype, size);
      case Leaf.Slot slot -> slot(slot);
      case Leaf.Table table ->
          named.computeIfAbsent(
              "table " + node.id(),
              key -> buffer(Buffer.Role.TABLE, table.title(), dtype, size, table.values()));
      default -> temporary(node, "%" + node.id());
    };
  }

  /** A new temporary that can hold a node. */
  Buffer temporary(Node node, String name) {
    return temporary(name, node.type().dtype(), node.type().size());
  }

  Buffer temporary(String name, DType dtype, Extent size) {
    return buffer(Buffer.Role.TEMPORARY, name, dtype, size, null);
  }

  /** A new temporary for so many elements like those of a node. */
  Buffer temporary(Node node, String name, Extent size) {
    return buffer(Buffer.Role.TEMPORARY, name, node.type().dtype(), size, null);
  }

  Buffer slot(Leaf.Slot slot) {
    return named(Buffer.Role.SLOT, slot.path(), slot.type().dtype(), slot.type().size());
  }

  Buffer output(Function.Output output) {
    Node value = output.value();
    return buffer(
        Buffer.Role.OUTPUT, output.name(), value.type().dtype(), value.type().size(), null);
  }
}
