package dlx.schedule;

import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the new value of a slot, or of a carried variable, may be written over the old one: nobody
 * can see the difference if every other reader of the old value comes before and the kernel itself
 * reads an element just before it writes it.
 */
final class InPlace {
  private final Fuse.Result fused;
  private final Map<Leaf, Set<Group>> readers = new HashMap<>();
  private final Set<Group> failing = new LinkedHashSet<>();
  private final Set<Group> last = new HashSet<>();

  /**
   * @param atomic whether the old values must stay if something fails, so that nothing that may
   *     fail comes after
   */
  InPlace(Fuse.Result fused, boolean atomic) {
    this.fused = fused;
    for (Group group : fused.groups()) {
      for (Node member : group.members().keySet()) {
        member.inputs().forEach(x -> reads(group, x));
      }
      group.sinks().forEach(s -> reads(group, s.value()));
      if (atomic && group.members().keySet().stream().anyMatch(InPlace::mayFail)) {
        failing.add(group);
      }
    }
  }

  /** Is this group to come as late as possible, since it overwrites? */
  boolean isLast(Group group) {
    return last.contains(group);
  }

  /** If a value may be written over the old one, the readers of the old one come first now. */
  boolean overwrites(Leaf cell, Node value) {
    List<Group> writers = fused.groupsOf().get(value);
    if (writers == null || writers.size() != 1) {
      return false;
    }
    Group writer = writers.getFirst();
    if (writer.kind() == Group.Kind.SINGLE
        || writer.hasFolds() && writer.kind() == Group.Kind.LOOPS
        || !writer.members().containsKey(value)
        || failing.contains(writer)) {
      return false;
    }
    Group.Place place = writer.members().get(value);
    if (place.axes() == 0 && !writer.space().isEmpty()) {
      return false; // threads share the loops: one would write the number that another still reads
    }
    if (writer.kind() == Group.Kind.COLUMNS
        && place.before()
        && place.axes() < writer.space().size()) {
      return false; // computed and written again for every column
    }
    Set<Group> before = new LinkedHashSet<>(failing);
    for (Group reader : readers.getOrDefault(cell, Set.of())) {
      if (reader != writer) {
        before.add(reader);
      } else if (!readsOnlyAsWritten(writer, cell, value)) {
        return false;
      }
    }
    if (before.stream().anyMatch(g -> Precedence.reaches(writer, g))) {
      return false;
    }
    before.forEach(g -> g.before(writer));
    last.add(writer);
    return true;
  }

  private static boolean mayFail(Node node) {
    return switch (node.op()) {
      case Indexing.Gather g -> g.checked();
      case Indexing.ScatterAdd s -> s.checked();
      case Indexing.Update u -> u.checked();
      case Loop.Region region -> region.nodes().stream().anyMatch(InPlace::mayFail);
      default -> false;
    };
  }

  private void reads(Group group, Node node) {
    Node base = fused.views().get(node).base();
    if (base.op() instanceof Leaf leaf) {
      readers.computeIfAbsent(leaf, s -> new LinkedHashSet<>()).add(group);
    }
  }

  /** In this group, is the old value read only where the new one is written? */
  private boolean readsOnlyAsWritten(Group group, Leaf cell, Node value) {
    Group.Place place = group.members().get(value);
    for (Map.Entry<Node, Group.Place> member : group.members().entrySet()) {
      for (Node input : member.getKey().inputs()) {
        View view = fused.views().get(input);
        if (view.base().op().equals(cell)) {
          boolean same =
              member.getValue().equals(place)
                  && !(member.getKey().op() instanceof Reduction)
                  && !(member.getKey().op() instanceof Indexing)
                  && view.prefix(group.frame(place)) == place.axes();
          if (!same) {
            return false;
          }
        }
      }
    }
    return group.sinks().stream()
        .noneMatch(s -> fused.views().get(s.value()).base().op().equals(cell));
  }
}
