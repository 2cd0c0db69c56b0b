/**
 * The front door: a program from a file or from Java, compiled and called.
 *
 * <pre>
 *   Dlx       text -> Model
 *   Model     a program, its parameters and states; gives Entry, Step, Expression
 *   Entry     names and expressions -> Results; any number of threads
 *   Step      changes parameters and states; one at a time
 *   Call      an entry or step with everything in place: allocates nothing
 *   Expr      an expression written in Java
 *   Compiler  Expr... -> CompiledFunction, Expression... -> Entry
 *   Pipeline  the stages in their order
 * </pre>
 *
 * Never here: data files, the command line, anything that a stage should know.
 */
package dlx;
