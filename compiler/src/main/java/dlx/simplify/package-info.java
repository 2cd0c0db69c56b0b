/**
 * Makes a function smaller, faster and more accurate: tables of rules to a fixpoint.
 *
 * <pre>
 * Table   = Rule*                             Forms, Algebra, Stability, Shapes
 * Rule    = Tier (text "left => right" | code over one family)
 * Tier    = EXACT (every bit) | WHOLE (i32 arithmetic) | REAL (real numbers)
 * Pattern = Variable | Number | Apply op Pattern* | Fold kind Pattern | Sum | Product
 * Product = coefficient * base^exponent ...   how a node is seen by a pattern
 * Terms   = Product + ... + constant          in any order, in any spelling of minus
 * Loops   = Line*                             code over an OpenLoop
 * </pre>
 *
 * A rule is one line of a table and needs nothing elsewhere. Bodies of loops are rewritten by the
 * same tables, each with maps of its own, since a node may be in several bodies and mean something
 * else in each. What never enters: passes that look at more than a node and what it is made of, or
 * at more than one loop, and anything about kernels or bytecode.
 */
package dlx.simplify;
