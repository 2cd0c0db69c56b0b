/**
 * The training loop: data in batches into the steps of a model, and what is kept of it.
 *
 * <pre>
 *   Settings      what the command line and the recipe ask for
 *   Feed          the data, cut in batches and pieces in the order of an epoch
 *   Trainer       epochs, validation, stopping; tells a Listener
 *   Metrics       means over batches, weighted by their sizes
 *   Checkpoint    parameters, states and progress in a safetensors file
 *   Output        the files of a run, and the lock that keeps a second run out
 * </pre>
 *
 * Never here: options, terminals, the language.
 */
package dlx.training;
