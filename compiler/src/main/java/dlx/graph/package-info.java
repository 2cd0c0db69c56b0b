/**
 * The expression graph: typed nodes over a few families of operators, and the reference evaluator.
 *
 * <pre>
 * Function = Output* Update* Check*            one entry of a program
 * Node     = Op Node* Type Span*               made by a Graph, never the same one twice
 * Type     = DType Extent*
 * Extent   = polynomial over run-time sizes    one normal form
 * Op       = Leaf | Elementwise | Reduction | Movement | Contraction | Indexing | Loop
 *          | Derivative
 * </pre>
 *
 * Everything is explicit: broadcasts, conversions, defaults. Sizes fixed at compile time are
 * constants here; only sizes that the inputs bring are symbols. No syntax, no rules, no code
 * generation.
 */
package dlx.graph;
