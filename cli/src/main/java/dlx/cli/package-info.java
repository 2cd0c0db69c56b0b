/**
 * The command line: reads options, calls the compiler and the trainer, prints.
 *
 * <pre>
 *   Main        arguments -> exit code; the only place that catches everything
 *   Commands    name -> Command, made when it is called: starting is part of the answer time
 *   Command     its Options, and what it does with an Invocation
 *   Invocation  parsed options, streams, and the model they ask for
 *   Console     standard output for results, standard error for messages, colours, terminals
 *   Failures    a throwable -> what the user reads and the exit code
 * </pre>
 *
 * Never here: anything an embedder of the compiler would want (that is {@code dlx}), reading of
 * data files ({@code dlx.data}), the training loop ({@code dlx.training}).
 */
package dlx.cli;
