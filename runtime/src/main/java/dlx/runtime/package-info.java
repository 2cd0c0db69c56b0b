/**
 * What generated code may call while it runs: tensors, workspaces, worker threads, random bits.
 * Knows only the JDK; nothing of the compiler may enter.
 */
package dlx.runtime;
