/**
 * Kernels to bytecode. A loop is written once and spelled twice: with vectors of the Vector API,
 * and with single numbers.
 *
 * <pre>
 * ClassEmitter    a schedule to classes, {@link dlx.runtime.Program} and {@link dlx.runtime.CompiledFunction}
 * NumberEmitter   a function of numbers to a class with one method
 * Page            a class while it is written
 * Operands        what a method is told at every call
 * LoopEmitter     the kernel Loops
 * ShortRows       rows of a kernel Loops that are shorter than a vector
 * WideRows        several short rows of a kernel Loops as one that fills vectors
 * ColumnEmitter   the kernel Columns
 * SweepEmitter    the kernel Sweep
 * Packing         which operands of products are copied into panels first
 * Products        the kernel Product, cut by Tiling: ProductLoops, ProductColumns, ProductStrip,
 *                 ProductTile; what becomes of sums: ProductStore, ProductOverlap
 * FewRows         which products have so few rows that the right operand is read where it lies:
 *                 ProductFew, along columns ProductAdded, along summed positions ProductDots
 * Widening        sums over positions whose columns do not fill vectors
 * Joining         neighbours with few channels as one row of a product
 * PackEmitter     the kernel Pack; SquareEmitter turns what lies the other way
 * ScatterEmitter  the kernel Scatter
 * Accumulator     what a fold keeps in vectors
 * CallEmitter     kernels that are one call into the runtime
 * Body            one value: registers, loads, operators
 * Vectors         vectors or numbers of one type: loads, sums, stores
 * Lane            the dictionary of Vector API names, as strings
 * Code            one method while it is written
 * </pre>
 *
 * The only package that knows ASM. Nothing here decides what is computed where.
 */
package dlx.emit;
