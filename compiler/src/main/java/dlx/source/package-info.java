/**
 * Text, places in it and sentences about them.
 *
 * <pre>
 * Diagnostic = code severity message Place* note* Help*
 * Place      = Span label
 * Span       = Source start end
 * </pre>
 *
 * Nothing here knows the language.
 */
package dlx.source;
