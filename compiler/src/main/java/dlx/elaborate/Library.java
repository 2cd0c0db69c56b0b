package dlx.elaborate;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.source.Diagnostics;
import dlx.source.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The standard library. Only the files that are needed are parsed; an index knows where names are.
 */
final class Library {
  /** The files of the library, in the order in which they build on each other. */
  static final List<String> FILES =
      List.of("init", "math", "linear", "layers", "convolution", "optim", "recurrent", "attention");

  private static final List<String> KINDS = List.of("fn ", "dist ", "layer ", "const ");

  private static final Map<String, Source> SOURCES = new ConcurrentHashMap<>();
  private static final Map<String, Ast.File> PARSED = new ConcurrentHashMap<>();
  private static final Map<String, String> INDEX = index();

  private final Map<String, Module> modules = new HashMap<>();

  private static Map<String, String> index() {
    Map<String, String> index = new LinkedHashMap<>();
    for (String file : FILES) {
      String text = source(file).text();
      int line = 0;
      do {
        for (String kind : KINDS) {
          if (text.startsWith(kind, line)) {
            index.put(name(text, line + kind.length()), file);
          }
        }
        line = text.indexOf('\n', line) + 1;
      } while (line > 0);
    }
    return index;
  }

  private static String name(String text, int start) {
    int end = start;
    while (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_') {
      end++;
    }
    return text.substring(start, end);
  }

  /** The text of a file of the library. */
  static Source source(String file) {
    return SOURCES.computeIfAbsent(
        file,
        name -> {
          String path = "/dlx/stdlib/" + name + ".dlx";
          try (InputStream stream = Library.class.getResourceAsStream(path)) {
            if (stream == null) {
              throw new IllegalStateException("the standard library has no " + path);
            }
            return new Source(
                "stdlib/" + name + ".dlx",
                new String(stream.readAllBytes(), StandardCharsets.UTF_8));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static Ast.File parse(String file) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.File parsed = Parse.file(source(file), diagnostics);
    diagnostics.throwIfErrors();
    return parsed;
  }

  static boolean has(String name) {
    return INDEX.containsKey(name);
  }

  Set<String> names() {
    return INDEX.keySet();
  }

  Module.@Nullable Declaration find(String name) {
    String file = INDEX.get(name);
    return file == null ? null : module(file).declarations.get(name);
  }

  private synchronized Module module(String file) {
    Module known = modules.get(file);
    if (known != null) {
      return known;
    }
    Module module =
        new Module(PARSED.computeIfAbsent(file, Library::parse), false, file + ".", this);
    modules.put(file, module);
    Diagnostics diagnostics = new Diagnostics();
    new Names(diagnostics).declare(module);
    diagnostics.throwIfErrors();
    return module;
  }
}
