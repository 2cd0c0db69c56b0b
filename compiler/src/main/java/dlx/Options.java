package dlx;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a program is compiled. Immutable; start from {@link #DEFAULT}.
 *
 * @param mathematics which rules the simplifier may use
 * @param simplify whether it is used at all
 * @param threads threads that kernels share, for the whole process; 0 leaves them as they are
 * @param unchecked whether positions of gathers go unchecked
 * @param defines values of {@code dim} and {@code const} by name: numbers, or text in the language
 * @param tests whether the test blocks belong to the program: what is wrong with them is told then
 * @param memory how many bytes the loops of an entry may leave for their derivatives together; with
 *     less than they would leave, turns are computed again. {@link #UNLIMITED} if that is not
 *     limited
 * @param importFolders folders beside that of the main file that may be imported from
 */
public record Options(
    Mathematics mathematics,
    boolean simplify,
    int threads,
    boolean unchecked,
    boolean tests,
    Map<String, Object> defines,
    long memory,
    List<Path> importFolders) {
  /** As much memory as is asked for. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** What a rewritten expression keeps. */
  public enum Mathematics {
    /** The real number that an expression stands for. */
    REAL,
    /** Every bit of what the operations give as they are written. */
    STRICT
  }

  public static final Options DEFAULT =
      new Options(Mathematics.REAL, true, 0, false, true, Map.of(), UNLIMITED, List.of());

  public Options {
    if (threads < 0) throw new IllegalArgumentException("threads: " + threads);
    if (memory < 1) throw new IllegalArgumentException("memory: " + memory);
    defines = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(defines));
    importFolders = List.copyOf(importFolders);
  }

  public Options withMathematics(Mathematics wanted) {
    return new Options(wanted, simplify, threads, unchecked, tests, defines, memory, importFolders);
  }

  public Options withSimplify(boolean wanted) {
    return new Options(
        mathematics, wanted, threads, unchecked, tests, defines, memory, importFolders);
  }

  public Options withThreads(int wanted) {
    return new Options(
        mathematics, simplify, wanted, unchecked, tests, defines, memory, importFolders);
  }

  public Options withUnchecked(boolean wanted) {
    return new Options(
        mathematics, simplify, threads, wanted, tests, defines, memory, importFolders);
  }

  public Options withTests(boolean wanted) {
    return new Options(
        mathematics, simplify, threads, unchecked, wanted, defines, memory, importFolders);
  }

  public Options withDefines(Map<String, ?> wanted) {
    return new Options(
        mathematics,
        simplify,
        threads,
        unchecked,
        tests,
        new LinkedHashMap<>(wanted),
        memory,
        importFolders);
  }

  public Options withImportFolders(List<Path> wanted) {
    return new Options(mathematics, simplify, threads, unchecked, tests, defines, memory, wanted);
  }

  public Options withMemory(long wanted) {
    return new Options(
        mathematics, simplify, threads, unchecked, tests, defines, wanted, importFolders);
  }
}
