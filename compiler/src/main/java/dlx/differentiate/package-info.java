/**
 * Derivatives become graph.
 *
 * <pre>
 * Function with Derivative and STOP_GRADIENT nodes  ->  Function without
 * </pre>
 *
 * The chain rule and nothing else: what an operator's derivative is stands in its entry in {@code
 * dlx.graph}, how it is made smaller in {@code dlx.simplify}.
 */
package dlx.differentiate;
