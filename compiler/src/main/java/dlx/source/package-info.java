/**
 * Text, places in it and sentences about them.
 *
 * <pre>
 * Diagnostic = code severity message Place* note* Help*
 * Place      = Span label
 * Span       = Source start end
 * </pre>
 *
 * {@code Render} prints diagnostics for people and tools, {@code Fix} applies their help, {@code
 * Codes} has the long text of each code, {@code Suggest} finds what was meant. Nothing here knows
 * the language.
 */
package dlx.source;
