package dlx.training;

import dlx.data.Batches;
import dlx.data.Dataset;
import dlx.data.Loader;
import dlx.data.Values;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Data in batches. Where sequences are cut, each batch comes as its pieces one after the other, so
 * that a state can go from one to the next.
 */
public final class Feed implements AutoCloseable {
  private final Dataset data;
  private final List<Batches> pieces;
  private final @Nullable Loader loader;

  private Feed(Dataset data, List<Batches> pieces, @Nullable Loader loader) {
    this.data = data;
    this.pieces = pieces;
    this.loader = loader;
  }

  /** Whole examples in batches. */
  public static Feed of(Dataset data, int batch) {
    return new Feed(data, List.of(data.batches(batch)), null);
  }

  /**
   * Whole examples in batches that are prepared ahead.
   *
   * @param how pictures are changed by chance, if they are
   * @param threads that prepare
   */
  public static Feed ahead(Dataset data, int batch, Optional<Changes> how, long seed, int threads) {
    Loader loader =
        how.map(c -> new Loader(data, batch, c.how(), c.input(), seed, threads))
            .orElseGet(() -> new Loader(data, batch, null, "", seed, threads));
    return new Feed(data, List.of(data.batches(batch)), loader);
  }

  /**
   * Examples cut along one axis.
   *
   * @param axes the axis to cut by input
   * @param extent of that axis in the data
   * @param length of a piece; the last one may be shorter
   */
  public static Feed cut(
      Dataset data, int batch, Map<String, Integer> axes, int extent, int length) {
    List<Batches> pieces = new ArrayList<>();
    for (int from = 0; from < extent; from += length) {
      pieces.add(data.range(axes, from, Math.min(extent, from + length)).batches(batch));
    }
    return new Feed(data, pieces, null);
  }

  /**
   * Examples cut as {@code cut} says.
   *
   * @param cut by the name of a size, at most one
   * @param axes of each size, by input
   * @param values the data, by input
   */
  public static Feed of(
      Dataset data,
      int batch,
      Map<String, Integer> cut,
      Map<String, Map<String, Integer>> axes,
      Map<String, Values> values) {
    if (cut.isEmpty()) return of(data, batch);
    String size = cut.keySet().iterator().next();
    Map<String, Integer> here = new LinkedHashMap<>(axes.getOrDefault(size, Map.of()));
    here.keySet().retainAll(data.names());
    int extent = -1;
    for (var axis : here.entrySet()) {
      int found = values.get(axis.getKey()).extent(axis.getValue());
      if (extent >= 0 && found != extent) {
        throw new DlxException(
            "R0103",
            "`" + size + "` is " + extent + " in one input and " + found + " in another",
            "",
            "");
      }
      extent = found;
    }
    if (extent < 0) return of(data, batch);
    return cut(data, batch, here, extent, cut.get(size));
  }

  /** The number of examples. */
  public int examples() {
    return data.length();
  }

  /** The number of batches, pieces not counted. */
  int count() {
    return pieces.getFirst().count();
  }

  public int pieces() {
    return pieces.size();
  }

  /** Examples in batch {@code k}. */
  int size(int k) {
    return pieces.getFirst().size(k);
  }

  /** The order of an epoch. */
  int[] order(boolean shuffle, long seed, int epoch) {
    return shuffle ? data.shuffled(seed, epoch) : data.order();
  }

  /**
   * Piece {@code piece} of batch {@code k}; the same few tensors are filled again and again.
   *
   * @param epoch from which {@code order} is
   */
  Map<String, Tensor> fill(int[] order, int epoch, int k, int piece) {
    if (loader != null) return loader.fill(order, epoch, k);
    return pieces.get(piece).fill(order, k);
  }

  /** Ends the threads that prepare batches. */
  @Override
  public void close() {
    if (loader != null) loader.close();
  }
}
