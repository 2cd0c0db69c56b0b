/**
 * The syntax of a file as sealed records, each with its place in the text, and the way there and
 * back.
 *
 * <pre>
 * text -&gt; tokens -&gt; Layout (lines, brackets, foreign words) -&gt; grammar -&gt; Parse, Expressions -&gt; Ast
 * Ast  -&gt; Print -&gt; text
 * text -&gt; Format (tokens and comments) -&gt; text
 * </pre>
 *
 * {@code Recovery} decides where the parser goes on after an error; {@code Sentences}, {@code
 * Declarations}, {@code Words}, {@code Targets} and {@code Foreign} decide what is said about it.
 * The only package that knows ANTLR. No names are resolved and no types are known here.
 */
package dlx.ast;
