/**
 * From syntax to graph: names, sizes, types, instances of layers, steps.
 *
 * <pre>
 * Value = Number | Tensor | Truth | Text | Tuple | List | Range | Pack
 *       | Callable | Instance | Draw | Slots | Poison
 * Tensor = Node Axis*                  the node has plain extents, the axes have the user's names
 * Axis   = Extent stretch? origin      over the names of the file, sizes fixed at compile time included
 * </pre>
 *
 * What is implicit in the language is explicit in the graph that leaves this room: broadcasts,
 * casts, defaults, draws. No derivative is worked out here and nothing is simplified.
 */
package dlx.elaborate;
