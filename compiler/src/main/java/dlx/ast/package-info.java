/**
 * The syntax of a file as sealed records, each with its place in the text, and the parser that
 * makes them. The only package that knows ANTLR. No names are resolved and no types are known here.
 */
package dlx.ast;
