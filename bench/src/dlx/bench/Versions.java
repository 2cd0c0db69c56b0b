package dlx.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** On what, and with what, was measured. */
final class Versions {
  private Versions() {}

  static Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("processor", processor());
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    return machine;
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(l -> l.startsWith("model name"))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  static Map<String, Object> libraries() {
    Map<String, Object> versions = new LinkedHashMap<>();
    versions.put("java", System.getProperty("java.vm.version"));
    versions.put("dlx", System.getProperty("dlx.bench.commit"));
    for (String path : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
      String jar = Path.of(path).getFileName().toString();
      if (jar.matches("(pytorch|openblas|tensorflow-core-api)-[\\d.-]+\\.jar")) {
        int dash = jar.indexOf('-', jar.startsWith("tensorflow") ? 16 : 0);
        versions.put(jar.substring(0, dash), jar.substring(dash + 1, jar.length() - 4));
      }
    }
    return versions;
  }
}
