package dlx.emit;

import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.Kernels;
import dlx.runtime.Loader;
import dlx.runtime.Program;
import dlx.runtime.Simd;
import dlx.schedule.Buffer;
import dlx.schedule.Form;
import dlx.schedule.Kernel;
import dlx.schedule.Lives;
import dlx.schedule.Plan;
import dlx.schedule.Schedule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.LimitExceededException;
import org.objectweb.asm.MethodTooLargeException;

/**
 * A schedule to classes: a static method for each form of kernels, a class for each {@link
 * CompiledFunction#PAGE} methods.
 */
public final class ClassEmitter {
  /** Into how many chunks the work of a thread is cut at most. */
  private static final int CHUNKS = 8;

  /** HotSpot never compiles a method of more than 8,000 bytes. */
  static final int LARGEST_METHOD = 7_500;

  private final Function asked;
  private final Schedule schedule;
  private final Context context;
  private final String sourceFile;
  private final List<Program.Kernel> kernels = new ArrayList<>();

  private ClassEmitter(Function asked, Schedule schedule, String sourceFile, int bits) {
    this.asked = asked;
    this.schedule = Packing.of(schedule, bits);
    this.context = new Context(this.schedule.buffers().size(), bits);
    this.sourceFile = sourceFile;
  }

  /**
   * Classes and what a call needs to know besides.
   *
   * @param schedule what the code does; kernels as in the program
   */
  public record Emitted(Program program, List<byte[]> classes, Schedule schedule) {}

  /**
   * Compiles an entry without open derivatives.
   *
   * @param sourceFile the name that stack traces show, such as {@code model.dlx}
   */
  public static CompiledFunction compile(Function function, String sourceFile) {
    return compile(function, sourceFile, Simd.bits());
  }

  /**
   * @param bits the width of vectors; 0 for scalar code
   */
  public static CompiledFunction compile(Function function, String sourceFile, int bits) {
    Simd.warnIfScalar();
    return load(emit(function, sourceFile, bits));
  }

  public static CompiledFunction load(Emitted emitted) {
    List<Kernels> pages = emitted.classes().stream().map(Loader::load).toList();
    return new CompiledFunction(emitted.program(), pages);
  }

  /**
   * Fuses as much as fits: if a method grows too large for the JIT compiler, everything is
   * scheduled again with less in one kernel.
   */
  public static Emitted emit(Function function, String sourceFile, int bits) {
    for (int capacity = Plan.CAPACITY; ; capacity /= 2) {
      Schedule schedule = Plan.function(function, capacity);
      try {
        Emitted emitted = new ClassEmitter(function, schedule, sourceFile, bits).emit();
        if (capacity <= 2 || emitted.classes().stream().allMatch(ClassEmitter::isCompilable)) {
          return emitted;
        }
      } catch (MethodTooLargeException | LimitExceededException e) {
        // too large even for a class file, or for jumps of 16 bits, which ASM then gives up to
        // widen
        if (capacity <= 2) {
          throw e;
        }
      }
    }
  }

  private static boolean isCompilable(byte[] bytes) {
    return MethodSizes.of(bytes).values().stream().allMatch(size -> size <= LARGEST_METHOD);
  }

  private Emitted emit() {
    List<byte[]> classes = new ArrayList<>();
    Map<Form.Key, Method> methods = new HashMap<>();
    List<Kernel> actual = schedule.runs().stream().map(Schedule.Run::kernel).toList();
    List<Form> forms = Form.of(actual);
    Set<Kernel> joining = schedule.joining();
    Page page = null;
    for (int i = 0; i < actual.size(); i++) {
      Form form = forms.get(i);
      Method method = methods.get(form.key());
      if (method == null) {
        if (page == null || page.isFull()) {
          close(page, classes);
          page = new Page(javaName(schedule.function().name()) + classes.size(), sourceFile);
        }
        method = new Method(methods.size(), page.write(form.kernel(), context.bits()));
        methods.put(form.key(), method);
      }
      Called called =
          new Called(
              method.number(),
              context.operands(method.operands(), form),
              joining.contains(actual.get(i)));
      kernels.add(description(actual.get(i), called));
    }
    close(page, classes);
    return new Emitted(program(), classes, schedule);
  }

  /**
   * How a kernel runs: its method, what it is given, whether at the same time as the one before.
   */
  private record Called(int method, List<Integer> operands, boolean joins) {}

  /** The number of a generated method and what it must be given. */
  private record Method(int number, Operands operands) {}

  private static void close(@Nullable Page page, List<byte[]> classes) {
    if (page != null) {
      classes.add(page.close());
    }
  }

  static String javaName(String name) {
    String plain =
        name.codePoints()
            .map(c -> Character.isJavaIdentifierPart(c) && c != '$' ? c : '_')
            .limit(40)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return plain.isEmpty() || !Character.isJavaIdentifierStart(plain.charAt(0))
        ? "_" + plain
        : plain;
  }

  private Program.Kernel description(Kernel kernel, Called called) {
    return switch (kernel) {
      case Kernel.Loops loops -> {
        boolean serial = LoopEmitter.isSerial(loops);
        Extent units = serial ? Extent.ONE : loops.axes().getFirst();
        Extent inner = Extent.product(loops.axes().subList(serial ? 0 : 1, loops.axes().size()));
        Extent work = inner.times(Kernel.instructions(loops.stores()).size());
        int align = loops.axes().size() > 1 ? 1 : 64;
        yield description(called, units, align, work, serial ? 0 : CHUNKS);
      }
      case Kernel.Columns columns -> {
        List<Extent> others = new ArrayList<>(columns.axes());
        Extent units = others.remove(ColumnEmitter.shared(columns));
        int align = columns.axes().size() > 2 ? 1 : 64;
        Extent work = Extent.product(others).times(Kernel.instructions(columns.stores()).size());
        yield description(called, units, align, work, CHUNKS);
      }
      case Kernel.Sweep sweep ->
          description(called, Extent.of(sweep.parts()), 1, SweepEmitter.work(sweep), sweep.parts());
      case Kernel.Product product -> {
        Products products = new Products(product, context.bits());
        Extent across = products.across();
        yield new Program.Kernel(
            called.method(),
            called.operands(),
            context.extent(products.units()),
            products.align(),
            across == null ? -1 : context.extent(across),
            products.acrossAlign(),
            context.extent(products.work()),
            products.chunks(CHUNKS),
            called.joins());
      }
      case Kernel.Pack pack ->
          description(called, PackEmitter.units(pack), 1, PackEmitter.work(pack), CHUNKS);
      case Kernel.Link link -> description(called, Extent.ONE, 1, link.positions(), 0);
      case Kernel.Scatter scatter ->
          description(
              called, scatter.units(), ScatterEmitter.align(scatter), scatter.work(), CHUNKS);
      case Kernel.Replace replace -> description(called, Extent.ONE, 1, replace.inner(), 0);
      case Kernel.Sort sort ->
          description(called, Extent.ONE, 1, sort.rows().times(sort.columns()), 0);
      case Kernel.Scan scan -> {
        boolean serial = scan.axes().isEmpty();
        Extent units = serial ? Extent.ONE : scan.axes().getFirst();
        Extent inner = Extent.product(scan.axes().subList(serial ? 0 : 1, scan.axes().size()));
        Extent values = Extent.of(Kernel.instructions(scan.stores()).size());
        Extent work = inner.times(scan.turns()).times(values);
        int align = scan.axes().size() > 1 ? 1 : 64;
        yield description(called, units, align, work, serial ? 0 : CHUNKS);
      }
      case Kernel.Region region -> throw new IllegalStateException("a loop is no method");
    };
  }

  private Program.Kernel description(
      Called called, Extent units, int align, Extent work, int chunks) {
    return new Program.Kernel(
        called.method(),
        called.operands(),
        context.extent(units),
        align,
        -1,
        1,
        context.extent(work),
        chunks,
        called.joins());
  }

  // ------------------------------------------------------------------ the description

  private Program program() {
    Function function = schedule.function();
    Map<String, Buffer> inputs = new LinkedHashMap<>();
    Map<String, Buffer> slotBuffers = new LinkedHashMap<>();
    Map<String, Buffer> outputBuffers = new LinkedHashMap<>();
    List<Program.Table> tables = new ArrayList<>();
    for (Buffer b : schedule.buffers()) {
      switch (b.role()) {
        case INPUT -> inputs.put(b.name(), b);
        case SLOT -> slotBuffers.put(b.name(), b);
        case OUTPUT -> outputBuffers.put(b.name(), b);
        case TABLE ->
            tables.add(
                new Program.Table(
                    b.id(), b.dtype(), java.util.Arrays.stream(b.table()).boxed().toList()));
        case TEMPORARY -> {}
      }
    }
    tables.addAll(context.constantTables());
    List<Program.Variable> arguments = new ArrayList<>();
    List<Program.Slot> slots = new ArrayList<>();
    Map<String, Leaf.Slot> known = new LinkedHashMap<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Leaf.Input input && inputs.containsKey(input.name())) {
        arguments.add(
            new Program.Variable(
                input.name(),
                input.type().dtype(),
                shape(input.type().shape()),
                inputs.get(input.name()).id()));
      } else if (node.op() instanceof Leaf.Slot slot) {
        known.put(slot.path(), slot);
      }
    }
    function.updates().forEach(u -> known.put(u.slot().path(), u.slot()));
    java.util.Set<String> written = new java.util.HashSet<>();
    function.updates().forEach(u -> written.add(u.slot().path()));
    known.forEach((path, slot) -> {
      if (slotBuffers.containsKey(path)) {
        slots.add(
            new Program.Slot(
                path,
                slot.type().dtype(),
                shape(slot.type().shape()),
                slotBuffers.get(path).id(),
                written.contains(path)));
      }
    });
    List<Program.Variable> outputs = new ArrayList<>();
    // the types that were asked for: lowering stores a number as an array of one
    for (Function.Output output : asked.outputs()) {
      outputs.add(
          new Program.Variable(
              output.name(),
              output.value().type().dtype(),
              shape(output.value().type().shape()),
              outputBuffers.get(output.name()).id()));
    }
    List<Program.Temporary> temporaries = temporaries();
    List<Program.Commit> commits = new ArrayList<>();
    for (Schedule.Commit c : schedule.commits()) {
      commits.add(
          new Program.Commit(
              c.from().dtype(), c.from().id(), c.slot().id(), context.extent(c.from().size())));
    }
    List<Program.Check> checks = new ArrayList<>();
    for (Function.Check c : function.checks()) {
      checks.add(
          new Program.Check(
              context.extent(c.left()),
              c.relation() == Function.Relation.EQUAL,
              context.extent(c.right()),
              c.message(),
              c.span().toString()));
    }
    Steps steps = new Steps(context);
    List<Integer> order = steps.of(schedule.kernels());
    List<Program.Loop> loops = steps.loops();
    List<String> texts = context.extentTexts();
    return new Program(
        function.name(),
        context.symbols(),
        texts,
        arguments,
        slots,
        outputs,
        temporaries,
        tables,
        kernels,
        order,
        loops,
        context.drawAddresses(),
        commits,
        checks);
  }

  private List<Integer> shape(List<Extent> shape) {
    return shape.stream().map(context::extent).toList();
  }

  private List<Program.Temporary> temporaries() {
    List<Program.Temporary> temporaries = new ArrayList<>();
    for (Lives.Life life : Lives.of(schedule)) {
      Buffer b = life.buffer();
      temporaries.add(
          new Program.Temporary(
              b.id(), b.dtype(), context.extent(b.size()), life.first(), life.last()));
    }
    return temporaries;
  }
}
