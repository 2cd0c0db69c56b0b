package dlx.data;

import dlx.runtime.RandomBits;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Examples: values by input name that agree in the number of examples, and a selection of these.
 * Inputs without an axis that counts examples (a rate, a grid) are the same for every batch.
 *
 * <p>Which examples are split off and in which order they come is a function of the seed alone, the
 * same on every machine.
 */
public final class Dataset {
  /** One input: its data, and the axis that counts examples or -1. */
  record Column(String name, Values values, int axis) {}

  /** The parts of {@link #split}. */
  public record Split(Dataset train, Dataset valid) {}

  private final List<Column> columns;
  private final int[] selected;

  private Dataset(List<Column> columns, int[] selected) {
    this.columns = columns;
    this.selected = selected;
  }

  /** Pairs data with inputs; those in {@code wanted} that the data lack are left out. */
  public static Dataset of(Map<String, Tensor> tensors, List<Wanted> wanted) {
    Map<String, Values> values = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> values.put(name, Values.of(tensor)));
    return over(values, wanted);
  }

  /** As {@link #of}, of numbers and pictures. */
  public static Dataset over(Map<String, Values> values, List<Wanted> wanted) {
    List<Column> columns =
        wanted.stream()
            .filter(w -> values.containsKey(w.name()))
            .map(w -> new Column(w.name(), fit(values.get(w.name()), w), w.batch()))
            .toList();
    List<Column> counted = columns.stream().filter(c -> c.axis >= 0).toList();
    if (counted.isEmpty()) return new Dataset(columns, new int[] {0});
    Column first = counted.getFirst();
    int length = first.values.extent(first.axis);
    for (Column c : counted) {
      if (c.values.extent(c.axis) == length) continue;
      throw Problem.shape(
          "",
          "`%s` has %d examples, `%s` has %d"
              .formatted(first.name, length, c.name, c.values.extent(c.axis)),
          "");
    }
    return new Dataset(columns, range(0, length));
  }

  private static Values fit(Values values, Wanted wanted) {
    return switch (values) {
      case Values.Numbers numbers -> Values.of(wanted.fit(numbers.tensor(), wanted.name()));
      case Pictures pictures -> pictures; // made as they are declared
    };
  }

  /** A copy of {@code from..to} of one axis. */
  private static Values part(Tensor source, int axis, int from, int to) {
    int[] shape = source.shape();
    shape[axis] = to - from;
    Tensor target = Tensor.zeros(source.dtype(), shape);
    Values.of(source).gather(axis, range(from, to), 0, target, 0, to - from);
    return Values.of(target);
  }

  /** The number of examples. */
  public int length() {
    return selected.length;
  }

  /** The names of the inputs that are here. */
  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  /** Whether some of the values are pictures, which become numbers in a batch. */
  public boolean hasPictures() {
    return columns.stream().anyMatch(c -> c.values instanceof Pictures);
  }

  List<Column> columns() {
    return columns;
  }

  /** Splits off {@code fraction} of the examples, drawn by seed, for validation. */
  public Split split(double fraction, long seed) {
    int valid = (int) Math.round(fraction * length());
    int[] order = shuffled(selected, RandomBits.key(seed, 0, RandomBits.address("dlx.data.split")));
    int[] kept = Arrays.copyOfRange(order, 0, length() - valid);
    int[] taken = Arrays.copyOfRange(order, length() - valid, length());
    // both parts in the order of the file, so that not shuffling means what it says
    Arrays.sort(kept);
    Arrays.sort(taken);
    return new Split(new Dataset(columns, kept), new Dataset(columns, taken));
  }

  /** The examples in their order. */
  public int[] order() {
    return selected.clone();
  }

  /** The examples shuffled for an epoch. */
  public int[] shuffled(long seed, int epoch) {
    return shuffled(selected, RandomBits.key(seed, epoch, RandomBits.address("dlx.data.shuffle")));
  }

  /** Fisher and Yates, with counter-based bits. */
  private static int[] shuffled(int[] elements, long key) {
    int[] order = elements.clone();
    for (int i = order.length - 1; i > 0; i--) {
      int j = (int) Math.unsignedMultiplyHigh(RandomBits.threefry(key, i), i + 1L);
      int element = order[i];
      order[i] = order[j];
      order[j] = element;
    }
    return order;
  }

  private static int[] range(int from, int to) {
    int[] order = new int[to - from];
    for (int i = 0; i < order.length; i++) order[i] = from + i;
    return order;
  }

  /** All selected examples as one batch. */
  public Map<String, Tensor> all() {
    return batches(Math.max(1, length())).fill(selected, 0);
  }

  /** Batches of {@code size}; what they are filled into is made once. */
  public Batches batches(int size) {
    return new Batches(this, size);
  }

  /**
   * One long example as {@code count} examples that lie behind each other in it; what is left over
   * at its end is left out.
   *
   * @param axes the axis along which it is long, by input
   */
  public Dataset streams(int count, Map<String, Integer> axes) {
    int length = extent(axes) / count;
    List<Column> cut = new ArrayList<>();
    for (Column c : columns) {
      Integer axis = axes.get(c.name);
      if (axis == null) {
        cut.add(c);
        continue;
      }
      int[] shape = c.values.shape();
      shape[c.axis] = count;
      shape[axis] = length;
      Tensor whole = c.values.tensor();
      Tensor streams = Tensor.zeros(c.values.dtype(), shape);
      boolean behind = axis < c.axis;
      for (int s = 0; s < count; s++) {
        for (int t = 0; t < length; t++) {
          int to = behind ? t * count + s : s * length + t;
          System.arraycopy(whole.data(), s * length + t, streams.data(), to, 1);
        }
      }
      cut.add(new Column(c.name, Values.of(streams), c.axis));
    }
    return new Dataset(cut, range(0, count));
  }

  /** The beginning of one long example, and its end, a {@code fraction} of it, for validation. */
  public Split tail(double fraction, Map<String, Integer> axes) {
    int length = extent(axes);
    int kept = length - (int) Math.round(fraction * length);
    return new Split(range(axes, 0, kept), range(axes, kept, length));
  }

  /** How long the examples are along an axis that is named for each input. */
  public int extent(Map<String, Integer> axes) {
    for (Column c : columns) {
      if (axes.containsKey(c.name)) return c.values.extent(axes.get(c.name));
    }
    throw new IllegalArgumentException("no input has such an axis");
  }

  /**
   * The part {@code from..to} of other axes, for sequences cut in pieces.
   *
   * @param axes the axis to cut by input name; inputs not named stay whole
   */
  public Dataset range(Map<String, Integer> axes, int from, int to) {
    Map<String, Values> cut = new LinkedHashMap<>();
    for (Column c : columns) {
      Integer axis = axes.get(c.name);
      cut.put(c.name, axis == null ? c.values : part(c.values.tensor(), axis, from, to));
    }
    return new Dataset(
        columns.stream().map(c -> new Column(c.name, cut.get(c.name), c.axis)).toList(), selected);
  }
}
