package dlx.schedule;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The structure of a kernel: the same kernel with numbers in the place of buffers and draws. A
 * <em>wide</em> form also has symbols in the place of sizes and of constants. Kernels of one form
 * share one generated method, which is told at every call what the numbers and symbols stand for.
 *
 * <p>Fixed sizes in the code let the JIT compiler leave out what is never needed, so a wide form is
 * taken only where there would be many methods that differ in nothing else: 467 parameters updated
 * by one optimizer.
 */
public final class Form implements Rewriting {
  /** So many kernels may differ in nothing but sizes and constants before they share a method. */
  private static final int VARIANTS = 4;

  /** Sizes below this stay in the code, so that loops over few elements are no vector loops. */
  private static final int SMALL = 32;

  /** Rows below this are short: they are summed in another order. */
  private static final int SHORT = 128;

  private static final String SIZE = "# ";
  private static final String SHORT_SIZE = "# short ";
  private static final String CONSTANT = "# number ";

  /** What two kernels of one form have in common. */
  public record Key(int hash, List<Object> parts) {
    Key(List<Object> parts) {
      this(parts.hashCode(), parts);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key k && hash == k.hash && parts.equals(k.parts);
    }
  }

  private final boolean wide;
  private boolean hasRows;
  private List<Extent> noStrides = List.of();
  private final List<@Nullable Buffer> buffers = new ArrayList<>();
  private final List<Buffer> formalBuffers = new ArrayList<>();
  private final Map<Integer, Buffer> formalOf = new HashMap<>();
  private final Map<DType, Buffer> constantTables = new HashMap<>();
  private final List<String> draws = new ArrayList<>();
  private final Map<Extent, Extent> formalSizes = new HashMap<>();
  private final List<Extent> sizes = new ArrayList<>();
  private final List<Instruction.Number> constants = new ArrayList<>();
  private final Set<Instruction> exponents = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Kernel kernel;
  private final Key key;

  private Form(Kernel actual, boolean wide) {
    this.wide = wide;
    this.kernel = formal(actual);
    this.key = new Key(parts());
  }

  /** The forms of kernels: wide ones where there are many that differ in sizes only. */
  public static List<Form> of(List<Kernel> kernels) {
    List<Form> narrow = kernels.stream().map(k -> new Form(k, false)).toList();
    List<@Nullable Form> wide = new ArrayList<>();
    Map<Key, Set<Key>> variants = new HashMap<>();
    for (int i = 0; i < kernels.size(); i++) {
      boolean loops =
          kernels.get(i) instanceof Kernel.Loops || kernels.get(i) instanceof Kernel.Columns;
      Form form = loops ? new Form(kernels.get(i), true) : null;
      wide.add(form);
      if (form != null) {
        variants.computeIfAbsent(form.key, k -> new HashSet<>()).add(narrow.get(i).key);
      }
    }
    List<Form> forms = new ArrayList<>();
    for (int i = 0; i < kernels.size(); i++) {
      Form form = wide.get(i);
      boolean many = form != null && variants.get(form.key).size() > VARIANTS;
      forms.add(many ? form : narrow.get(i));
    }
    return forms;
  }

  /** The kernel over numbered buffers; all that a generated method may depend on. */
  public Kernel kernel() {
    return kernel;
  }

  public Key key() {
    return key;
  }

  // ------------------------------------------------------------------ what the numbers stand for

  /** The buffer that a numbered one stands for; null for a table of constants. */
  public @Nullable Buffer buffer(Buffer formal) {
    return buffers.get(formal.id());
  }

  /** The address that the address of a draw in the form stands for. */
  public String draw(String formal) {
    return draws.get(number(formal));
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(name.lastIndexOf(' ') + 1));
  }

  /**
   * What a size of the form stands for.
   *
   * @param constantPlace where a constant lies in the table of its element type
   */
  public Extent extent(Extent formal, ToIntFunction<Instruction.Number> constantPlace) {
    return !wide
        ? formal
        : formal.substitute(name -> {
          if (name.startsWith(CONSTANT)) {
            return Extent.of(constantPlace.applyAsInt(constants.get(number(name))));
          }
          return name.startsWith(SIZE) ? sizes.get(number(name)) : null;
        });
  }

  // ------------------------------------------------------------------ to the form

  private Kernel formal(Kernel actual) {
    return switch (actual) {
      case Kernel.Loops loops -> {
        prepare(loops.axes(), true, loops.stores());
        yield new Kernel.Loops(extents(loops.axes()), stores(loops.stores()), loops.span());
      }
      case Kernel.Columns columns -> {
        prepare(columns.axes(), false, columns.stores());
        yield new Kernel.Columns(
            extents(columns.axes()), columns.reduced(), stores(columns.stores()), columns.span());
      }
      case Kernel.Sweep s ->
          new Kernel.Sweep(
              s.rows(),
              s.parts(),
              s.block(),
              s.steps().stream().map(k -> (Kernel.Loops) formal(k)).toList(),
              (Kernel.Columns) formal(s.sums()),
              s.span());
      case Kernel.Product p ->
          new Kernel.Product(
              p.batch(),
              p.rows(),
              p.columns(),
              p.summed(),
              operand(p.a()),
              operand(p.b()),
              stores(p.stores()),
              p.overlapping(),
              p.order(),
              p.span());
      case Kernel.Pack p ->
          new Kernel.Pack(
              p.outer(),
              p.line(),
              p.summed(),
              p.panel(),
              access(p.from()),
              numbered(p.to()),
              p.wanted(),
              p.span());
      case Kernel.Scatter s ->
          new Kernel.Scatter(
              s.outer(),
              s.positions(),
              s.extent(),
              s.inner(),
              access(s.g()),
              numbered(s.links()),
              access(s.out()),
              s.span());
      case Kernel.Link l ->
          new Kernel.Link(
              l.positions(),
              l.extent(),
              access(l.ids()),
              numbered(l.links()),
              l.checked(),
              l.span());
      case Kernel.Replace r ->
          new Kernel.Replace(
              access(r.out()),
              access(r.value()),
              r.positions().stream().map(this::access).toList(),
              r.extents(),
              r.strides(),
              r.inner(),
              r.checked(),
              r.span());
      case Kernel.Sort s ->
          new Kernel.Sort(s.rows(), s.columns(), access(s.x()), access(s.out()), s.span());
      case Kernel.Scan s ->
          new Kernel.Scan(s.axes(), s.turns(), s.variables(), stores(s.stores()), s.span());
      case Kernel.Region r -> throw new IllegalStateException("a loop is no method");
    };
  }

  private Kernel.Operand operand(Kernel.Operand operand) {
    return new Kernel.Operand(
        access(operand.access()), operand.panel(), access(operand.lying()), operand.lies());
  }

  private void prepare(List<Extent> axes, boolean inRows, List<Kernel.Store> stores) {
    noStrides = Collections.nCopies(axes.size(), Extent.ZERO);
    if (!wide) {
      return;
    }
    for (Instruction i : Kernel.instructions(stores)) {
      if (i instanceof Instruction.Folded) {
        hasRows = inRows;
      } else if (i instanceof Instruction.Apply a && a.operator() == Elementwise.POWER) {
        exponents.add(a.inputs().get(1)); // the code of a power depends on it
      }
    }
  }

  private Buffer numbered(Buffer actual) {
    return formalOf.computeIfAbsent(actual.id(), id -> next(actual, actual.dtype()));
  }

  private Buffer next(@Nullable Buffer actual, DType dtype) {
    int id = buffers.size();
    Buffer formal = new Buffer(id, Buffer.Role.TEMPORARY, SIZE + id, dtype, Extent.ONE, null);
    buffers.add(actual);
    formalBuffers.add(formal);
    return formal;
  }

  @Override
  public Access access(Access access) {
    Buffer buffer = access.buffer() == null ? null : numbered(access.buffer());
    return wide || buffer != access.buffer()
        ? new Access(buffer, extent(access.offset()), extents(access.strides()))
        : access;
  }

  private List<Extent> extents(List<Extent> extents) {
    return wide ? extents.stream().map(this::extent).toList() : extents;
  }

  @Override
  public Extent extent(Extent extent) {
    OptionalLong value = extent.constant();
    if (!wide || value.isPresent() && Math.abs(value.getAsLong()) < SMALL) {
      return extent;
    }
    return formalSizes.computeIfAbsent(
        extent,
        e -> {
          sizes.add(e);
          return Extent.symbol((hasRows && isShort(e) ? SHORT_SIZE : SIZE) + (sizes.size() - 1));
        });
  }

  /** Is a row of this length summed in the order of short rows? */
  public static boolean isShort(Extent row) {
    OptionalLong value = row.constant();
    String name = row.name();
    return value.isPresent()
        ? value.getAsLong() < SHORT
        : name != null && name.startsWith(SHORT_SIZE);
  }

  @Override
  public String address(String address) {
    int known = draws.indexOf(address);
    if (known < 0) {
      known = draws.size();
      draws.add(address);
    }
    return SIZE + known;
  }

  @Override
  public Instruction number(Instruction.Number number) {
    boolean kept =
        !wide
            || number.dtype() == DType.BOOL
            || number.value() == 0
            || number.value() == 1
            || exponents.contains(number);
    if (kept) {
      return number;
    }
    Buffer table = constantTables.computeIfAbsent(number.dtype(), d -> next(null, d));
    constants.add(number);
    Extent place = Extent.symbol(CONSTANT + (constants.size() - 1));
    return new Instruction.Load(new Access(table, place, noStrides));
  }

  // ------------------------------------------------------------------ the key

  private List<Object> parts() {
    List<Object> parts = new ArrayList<>();
    formalBuffers.forEach(b -> parts.add(b.dtype()));
    parts(kernel, parts);
    return parts;
  }

  private static void parts(Kernel kernel, List<Object> parts) {
    switch (kernel) {
      case Kernel.Loops loops -> {
        parts.add(loops.axes());
        parts(loops.stores(), parts);
      }
      case Kernel.Columns columns -> {
        parts.add(columns.axes());
        parts.add(columns.reduced());
        parts(columns.stores(), parts);
      }
      case Kernel.Product p -> {
        parts.add(List.of(p.batch(), p.rows(), p.columns(), p.summed(), p.a(), p.b()));
        parts.add(p.overlapping());
        parts.add(p.order());
        parts(p.stores(), parts);
      }
      case Kernel.Pack p ->
          parts.add(
              new Kernel.Pack(
                  p.outer(),
                  p.line(),
                  p.summed(),
                  p.panel(),
                  p.from(),
                  p.to(),
                  p.wanted(),
                  Span.NONE));
      case Kernel.Link l -> parts.add(l.checked() ? l : unplaced(l));
      case Kernel.Scatter s ->
          parts.add(
              new Kernel.Scatter(
                  s.outer(),
                  s.positions(),
                  s.extent(),
                  s.inner(),
                  s.g(),
                  s.links(),
                  s.out(),
                  Span.NONE));
      case Kernel.Replace r -> parts.add(r.checked() ? r : unplaced(r));
      case Kernel.Sort s ->
          parts.add(new Kernel.Sort(s.rows(), s.columns(), s.x(), s.out(), Span.NONE));
      case Kernel.Scan s -> {
        parts.add(s.axes());
        parts.add(s.turns());
        parts.add(s.variables().size());
        parts(s.stores(), parts);
      }
      case Kernel.Sweep s -> {
        parts.add(List.of(s.rows(), s.parts(), s.block(), s.steps().size()));
        s.all().forEach(k -> parts(k, parts));
      }
      case Kernel.Region r -> throw new IllegalStateException("a loop is no method");
    }
  }

  private static Kernel unplaced(Kernel.Link l) {
    return new Kernel.Link(l.positions(), l.extent(), l.ids(), l.links(), false, Span.NONE);
  }

  private static Kernel unplaced(Kernel.Replace r) {
    return new Kernel.Replace(
        r.out(), r.value(), r.positions(), r.extents(), r.strides(), r.inner(), false, Span.NONE);
  }

  private static void parts(List<Kernel.Store> stores, List<Object> parts) {
    Map<Instruction, Integer> numbers = new IdentityHashMap<>();
    for (Instruction i : Kernel.instructions(stores)) {
      parts(i, numbers, parts);
      numbers.put(i, numbers.size());
    }
    for (Kernel.Store store : stores) {
      parts.add(store.access());
      parts.add(numbers.get(store.value()));
    }
  }

  private static void parts(
      Instruction instruction, Map<Instruction, Integer> numbers, List<Object> parts) {
    parts.add(instruction.getClass());
    parts.add(instruction.dtype());
    if (instruction.access() != null) {
      parts.add(instruction.access());
    }
    instruction.inputs().forEach(x -> parts.add(numbers.get(x)));
    switch (instruction) {
      case Instruction.Draw d -> parts.add(d.address());
      case Instruction.Number n -> parts.add(Double.doubleToRawLongBits(n.value()));
      case Instruction.SizeNumber s -> parts.add(s.extent());
      case Instruction.Apply a -> parts.add(a.operator());
      case Instruction.Pick p -> {
        parts.add(p.stride());
        parts.add(p.extent());
        parts.add(p.checked() ? p.span() : Span.NONE);
      }
      case Instruction.Folded f -> parts.add(f.kind());
      case Instruction.Load l -> {}
      case Instruction.Position p -> {}
      case Instruction.Summed x -> {}
      case Instruction.Carried x -> {}
    }
  }
}
