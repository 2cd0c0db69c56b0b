/**
 * How fast something is, and how fast it could be.
 *
 * <pre>
 *   Machine     the peak of multiply-adds and the bandwidth, by measurement
 *   Statistics  median and quartiles
 *   Hot         times of the kernels of a function, with what they do and where they come from
 *   HotTable    the same as text and for tools
 * </pre>
 *
 * Never here: what is measured, and how often (that is the command's business).
 */
package dlx.measure;
