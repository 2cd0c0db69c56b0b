package dlx.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Everything that can be measured, by name, in the order of the table. To add one, add an entry to
 * one of the classes below; it is made only when it is measured.
 */
final class Workloads {
  private final Map<String, Consumer<Workload>> table = new LinkedHashMap<>();

  Workloads() {
    Products.addTo(this);
    Elementwise.addTo(this);
    Rows.addTo(this);
    Indices.addTo(this);
    Networks.addTo(this);
    Steps.addTo(this);
    Numbers.addTo(this);
    Recurrent.addTo(this);
    Convolutions.addTo(this);
    Compilation.addTo(this);
    Start.addTo(this);
    Sizes.addTo(this);
  }

  void add(String name, Consumer<Workload> entry) {
    if (table.put(name, entry) != null) throw new IllegalStateException("twice: " + name);
  }

  Set<String> names() {
    return table.keySet();
  }

  Workload get(String name) {
    Workload workload = new Workload(name);
    table.get(name).accept(workload);
    return workload;
  }
}
