/**
 * Decides what is computed where: which nodes share a loop, which values get memory, in which order
 * the kernels run.
 *
 * <pre>
 * Schedule    = Kernel* over Buffer*
 * Kernel      = Loops | Columns | Sweep | Product | Pack | Link | Scatter | Replace | Sort | Scan
 *             | Region
 * Scan        = axis* turns            all turns of a loop, element by element
 * Sweep       = Loops* Columns         block of rows by block of rows
 * Region      = turns Kernel* swap*   the same kernels once per turn
 * Loops       = axis* phase*          one pass or several over the rows of one iteration space
 * Instruction = Load | Position | Draw | Number | SizeNumber | Apply | Pick | Folded | Summed
 *             | Carried
 * Access      = Buffer offset stride*  affine in the loop indices
 * Form        = a Kernel over numbered buffers; kernels of one form share a generated method
 * </pre>
 *
 * No bytecode and no rules of algebra; a value never changes here.
 */
package dlx.schedule;
