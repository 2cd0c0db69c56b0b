package dlx.runtime;

import java.util.List;

/** Runs the kernels and loops of a call in their order. Immutable. */
final class Steps {
  /** After more turns than this it is not known when arrays that change places are back. */
  private static final int LONGEST_PERIOD = 1_000;

  // of each kernel: the class of its method, the number of the method in it, what it is given
  private final Kernels[] code;
  private final int[] method;
  private final int[][] operands;

  private final Program.Kernel[] kernels;

  /** By the number of their first kernel; null where a kernel runs alone. */
  private final Together[] together;

  private final int[] steps;
  private final Turns[] loops;

  Steps(Program program, List<Kernels> pages) {
    List<Program.Kernel> all = program.kernels();
    int page = CompiledFunction.PAGE;
    this.code = all.stream().map(k -> pages.get(k.method() / page)).toArray(Kernels[]::new);
    this.method = all.stream().mapToInt(k -> k.method() % page).toArray();
    this.operands = all.stream().map(k -> ints(k.operands())).toArray(int[][]::new);
    this.kernels = all.toArray(Program.Kernel[]::new);
    this.together = new Together[kernels.length];
    for (int first = 0, end; first < kernels.length; first = end) {
      end = first + 1;
      while (end < kernels.length && kernels[end].joins()) {
        end++;
      }
      if (end > first + 1) {
        together[first] = new Together(code, method, operands, kernels, first, end - first);
      }
    }
    this.steps = ints(program.steps());
    this.loops = program.loops().stream().map(Turns::new).toArray(Turns[]::new);
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(i -> i).toArray();
  }

  /**
   * @param measured where the time of each kernel is added; null if nobody asks for it
   */
  void run(Workspace workspace, Profile measured) {
    Workers workers = Workers.shared();
    if (workers == Workers.ALONE) {
      run(steps, workspace, workers, measured);
      return;
    }
    Pace pace = workspace.pace;
    boolean isTrial = pace.isTrial();
    long begun = isTrial ? System.nanoTime() : 0;
    run(steps, workspace, pace.isAlone() ? Workers.ALONE : workers, measured);
    pace.finished(isTrial ? System.nanoTime() - begun : 0);
  }

  private void run(int[] list, Workspace workspace, Workers workers, Profile measured) {
    Frame frame = workspace.frame;
    for (int step : list) {
      if (step < 0) {
        loops[~step].run(workspace, workers, measured);
      } else if (measured == null && together[step] != null) {
        together[step].run(frame, workspace.scratch, workers);
      } else if (measured != null || !kernels[step].joins()) {
        // a kernel that joins ran with the first of those that it joins
        long begun = measured == null ? 0 : System.nanoTime();
        if (workers == Workers.ALONE || kernels[step].chunks() == 0) {
          runAlone(step, frame, workspace.scratch);
        } else {
          workers.run(
              code[step], method[step], operands[step], kernels[step], frame, workspace.scratch);
        }
        if (measured != null) {
          measured.add(step, begun);
        }
      }
    }
  }

  /** A kernel that threads do not share. */
  private void runAlone(int number, Frame frame, Scratch scratch) {
    Program.Kernel kernel = kernels[number];
    scratch.operands = operands[number];
    scratch.begin = 0;
    scratch.end = kernel.across() < 0 ? 1 : frame.extents[kernel.across()];
    code[number].run(method[number], frame, scratch, 0, frame.extents[kernel.units()]);
  }

  /** A loop. */
  private final class Turns {
    private final int turns;
    private final boolean descending;
    private final Program.Ending ending;
    private final Program.Rows[] rows;
    private final int[] begin;
    private final int[] body;
    private final Program.Moving[] moving;
    private final Program.Swap[] swaps;

    /** After so many turns all arrays are back. */
    private final int period;

    Turns(Program.Loop loop) {
      turns = loop.turns();
      descending = loop.descending();
      ending = loop.ending();
      rows = ending.rows().toArray(Program.Rows[]::new);
      begin = ints(loop.begin());
      body = ints(loop.body());
      moving = loop.moving().toArray(Program.Moving[]::new);
      swaps = loop.swaps().toArray(Program.Swap[]::new);
      period = period(loop.swaps());
    }

    void run(Workspace workspace, Workers workers, Profile measured) {
      Frame frame = workspace.frame;
      int count = most(frame);
      boolean stops = ending.stop() >= 0;
      for (int i = stops ? 0 : count % period; i > 0; i--) {
        for (int s = swaps.length - 1; s >= 0; s--) {
          frame.swap(swaps[s]);
        }
      }
      Steps.this.run(begin, workspace, workers, measured);
      int taken = 0;
      for (; taken < count && !(stops && frame.bool[ending.stop()][0]); taken++) {
        int turn = descending ? count - 1 - taken : taken;
        for (Program.Moving m : moving) {
          frame.extents[m.extent()] = frame.extents[m.first()] + turn * frame.extents[m.step()];
        }
        Steps.this.run(body, workspace, workers, measured);
        for (Program.Swap swap : swaps) {
          frame.swap(swap);
        }
      }
      for (int i = stops ? taken % period : 0; i > 0; i--) {
        for (int s = swaps.length - 1; s >= 0; s--) {
          frame.exchange(swaps[s]);
        }
      }
      for (Program.Rows r : rows) {
        frame.clear(r, descending ? 0 : taken, descending ? count - taken : frame.extents[turns]);
        frame.clear(r, count, descending ? frame.extents[turns] : count);
      }
    }

    private int most(Frame frame) {
      int all = frame.extents[turns];
      if (ending.limit() < 0) {
        return all;
      }
      int limit = frame.i32[ending.limit()][frame.extents[ending.at()]];
      if (limit > all && all == Tensor.MOST_ELEMENTS) {
        throw new DlxException(
            "R0301",
            "a loop would take " + limit + " turns; the limit is " + all,
            "",
            "let it take fewer");
      }
      return Math.max(0, Math.min(all, limit));
    }
  }

  private static int period(List<Program.Swap> swaps) {
    List<Integer> start =
        swaps.stream().flatMap(s -> java.util.stream.Stream.of(s.one(), s.other())).toList();
    int[] buffers = start.stream().mapToInt(i -> i).distinct().toArray();
    int[] now = buffers.clone();
    int period = 0;
    do {
      for (Program.Swap swap : swaps) {
        int one = indexOf(buffers, swap.one());
        int other = indexOf(buffers, swap.other());
        int array = now[one];
        now[one] = now[other];
        now[other] = array;
      }
      period++;
    } while (!java.util.Arrays.equals(now, buffers) && period < LONGEST_PERIOD);
    return java.util.Arrays.equals(now, buffers) ? period : Integer.MAX_VALUE;
  }

  private static int indexOf(int[] buffers, int buffer) {
    int at = 0;
    while (buffers[at] != buffer) {
      at++;
    }
    return at;
  }
}
