/**
 * Short of memory, turns of loops are computed again.
 *
 * <pre>
 * Function without derivatives, simplified  ->  the same, whose loops go over blocks of turns
 * </pre>
 *
 * What a loop leaves for its derivative lies between the loop and the one that goes the other way.
 * That, and what comes before and behind it turn by turn, is found ({@code Cluster}); then it is
 * computed block by block, with the turns of a block computed again. The operations are those of
 * the uncut function, over fewer turns, and sums over turns go from turn to turn in one order, cut
 * or not ({@code Sums}): so the bits are the same. No rule is applied here or later.
 */
package dlx.recompute;
