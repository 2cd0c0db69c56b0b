package dlx.source;

import dlx.source.Diagnostic.Place;
import dlx.source.Diagnostic.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Diagnostics as one document in the Static Analysis Results Interchange Format 2.1.0. */
final class Sarif {
  private Sarif() {}

  static String of(List<Diagnostic> diagnostics) {
    List<Object> results = new ArrayList<>();
    Map<String, Object> rules = new LinkedHashMap<>();
    for (Diagnostic d : diagnostics) {
      results.add(result(d));
      rules.putIfAbsent(d.code(), Map.of("id", d.code()));
    }
    Map<String, Object> driver = new LinkedHashMap<>();
    driver.put("name", "dlx");
    driver.put("rules", List.copyOf(rules.values()));
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("tool", Map.of("driver", driver));
    run.put("columnKind", "unicodeCodePoints");
    run.put("results", results);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    document.put("version", "2.1.0");
    document.put("runs", List.of(run));
    return Json.of(document);
  }

  private static Map<String, Object> result(Diagnostic d) {
    StringBuilder text = new StringBuilder(d.message());
    d.notes().forEach(note -> text.append("\n").append(note));
    d.help().forEach(help -> text.append("\nhelp: ").append(help.text()));
    d.remarks().forEach(remark -> text.append("\n").append(remark));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("ruleId", d.code());
    result.put("level", d.severity() == Severity.NOTE ? "note" : Render.severity(d));
    result.put("message", Map.of("text", text.toString()));
    if (!d.places().isEmpty()) {
      result.put("locations", List.of(location(d.places().getFirst())));
      List<Object> related = new ArrayList<>();
      for (Place place : d.places().subList(1, d.places().size())) {
        related.add(location(place));
      }
      if (!related.isEmpty()) {
        result.put("relatedLocations", related);
      }
    }
    return result;
  }

  private static Map<String, Object> location(Place place) {
    Span span = place.span();
    Map<String, Object> region = new LinkedHashMap<>();
    region.put("startLine", span.line());
    region.put("startColumn", span.column());
    region.put("endLine", span.endLine());
    region.put("endColumn", span.endColumn());
    Map<String, Object> physical = new LinkedHashMap<>();
    physical.put("artifactLocation", Map.of("uri", span.source().name().replace('\\', '/')));
    physical.put("region", region);
    Map<String, Object> location = new LinkedHashMap<>();
    location.put("physicalLocation", physical);
    if (!place.label().isEmpty()) {
      location.put("message", Map.of("text", place.label()));
    }
    return location;
  }
}
