package dlx;

import dlx.runtime.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a call gave, in order. Those of a prepared {@link Call} are overwritten by its next run. */
public final class Results {
  private final List<String> names;
  private final List<Tensor> tensors;

  Results(List<String> names, List<Tensor> tensors) {
    this.names = names;
    this.tensors = tensors;
  }

  public int size() {
    return tensors.size();
  }

  /** The names: the expressions as they were asked for, or those of a step. */
  public List<String> names() {
    return names;
  }

  public Tensor get(int index) {
    return tensors.get(index);
  }

  public List<Tensor> tensors() {
    return tensors;
  }

  /** The first result; of most entries and steps the only one. */
  public Tensor tensor() {
    if (tensors.isEmpty()) throw new IllegalStateException("this step returns nothing");
    return tensors.getFirst();
  }

  /** The first result, which must be a number, as a float. */
  public float f32() {
    return tensor().f32();
  }

  /** The first result, which must be a number, as a double. */
  public double number() {
    return tensor().number();
  }

  /** By name, in order. */
  public Map<String, Tensor> byName() {
    Map<String, Tensor> map = new LinkedHashMap<>();
    for (int i = 0; i < tensors.size(); i++) map.put(names.get(i), tensors.get(i));
    return Collections.unmodifiableMap(map);
  }

  @Override
  public String toString() {
    return byName().toString();
  }
}
