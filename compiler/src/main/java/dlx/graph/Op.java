package dlx.graph;

import java.util.List;

/**
 * What a node does. Sealed for structure: a family is a loop shape. Inside a family, operators are
 * entries of a table or records of attributes, with value equality.
 */
public sealed interface Op
    permits Leaf, Elementwise, Reduction, Movement, Contraction, Indexing, Loop, Derivative {

  /** The name in dumps and in the language where it has one. */
  String title();

  /**
   * The type of the result.
   *
   * @throws IllegalArgumentException if the inputs do not fit: a bug of the stage that asked, since
   *     the sizes of a program are checked when it is elaborated
   */
  Type type(List<Node> inputs);

  /**
   * The chain rule of this operator: what the adjoint of {@code y} adds to the adjoint of each
   * input, written in other operators; null where the derivative is zero by definition.
   *
   * @param y the node of this operator
   * @param adjoint of the type of {@code y}
   * @return one entry per input, of the type of the input or null
   */
  List<Node> pullback(Node y, Node adjoint);
}
