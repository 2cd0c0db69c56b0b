// table: aligned by hand
package dlx.simplify;

import static dlx.simplify.Rule.real;

import dlx.graph.Contraction;
import dlx.graph.Cut;
import dlx.graph.Extent;
import dlx.graph.Indexing.Gather;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Work on what is looked up in a table, done in the table. */
final class Gathers {
  private Gathers() {}

  /** Also before derivatives are taken: then what is added up in the table is that of the product. */
  static final Rule PRODUCT =
      real ("x[ids] @ w                       => (x @ w)[ids]",   Contraction.class,  Gathers::product);

  static final List<Rule> RULES = List.of(PRODUCT);

  /** A table of embeddings has fewer rows than a batch of texts has positions. */
  private static @Nullable Node product(Contraction op, Node node, Views views) {
    for (int k = 0; k < node.inputs().size(); k++) {
      if (node.input(k).op() instanceof Gather gather) {
        Node after = product(op, node, k, gather);
        if (after != null) {
          return after;
        }
      }
    }
    return null;
  }

  private static @Nullable Node product(Contraction op, Node node, int k, Gather gather) {
    Node table = node.input(k).input(0);
    Node ids = node.input(k).input(1);
    int axis = gather.axis();
    int rank = ids.type().rank();
    Extent rows = table.type().extent(axis);
    List<Integer> own = op.operands().get(k);
    List<Integer> picked = own.subList(axis, axis + rank);
    long uses = op.operands().stream().flatMap(List::stream).filter(picked::contains).count();
    int at = rank == 0 ? -1 : op.output().indexOf(picked.getFirst());
    boolean together = at >= 0 && at + rank <= op.output().size() && op.output().subList(at, at + rank).equals(picked);
    if (!together || uses != rank || Cut.elements(ids.type()) < Cut.elements(ids.type().with(List.of(rows)))) {
      return null;
    }
    int label = picked.getFirst();
    List<List<Integer>> operands = new ArrayList<>(op.operands());
    operands.set(k, replaced(own, axis, rank, label));
    List<Node> inputs = new ArrayList<>(node.inputs());
    inputs.set(k, table);
    Node product = node.graph().node(new Contraction(operands, replaced(op.output(), at, rank, label)), inputs);
    return node.graph().node(new Gather(at, gather.checked()), product, ids);
  }

  /** One label in the place of those of the positions. */
  private static List<Integer> replaced(List<Integer> labels, int from, int count, int label) {
    List<Integer> after = new ArrayList<>(labels.subList(0, from));
    after.add(label);
    after.addAll(labels.subList(from + count, labels.size()));
    return after;
  }
}
