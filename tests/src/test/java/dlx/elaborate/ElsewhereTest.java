package dlx.elaborate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is said to those who come from other libraries. */
class ElsewhereTest {
  private static final Pattern CALL = Pattern.compile("([a-z_0-9]+)\\(");

  @Test
  void whatItNamesIsThere() {
    Set<String> missing = new TreeSet<>();
    for (String help : Elsewhere.all()) {
      Matcher call = CALL.matcher(help);
      while (call.find()) {
        String name = call.group(1);
        if (!Builtins.names().contains(name) && !Library.has(name)) {
          missing.add(name);
        }
      }
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void whatIsHereHasNoOtherName() {
    List<String> both =
        Elsewhere.names().stream()
            .filter(name -> Builtins.names().contains(name) || Library.has(name))
            .sorted()
            .toList();
    assertEquals(List.of(), both);
  }
}
