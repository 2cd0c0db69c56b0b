package dlx.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file of comma-separated values, UTF-8, with names in its first line. Semicolons and tabs are
 * recognised by that line.
 */
final class CsvTable {
  final String place;
  final List<CsvColumn> columns = new ArrayList<>();
  private int[] lines = new int[256];
  private int rows;

  private CsvTable(String place) {
    this.place = place;
  }

  static CsvTable read(Path file) {
    CsvTable table = new CsvTable(file.toString());
    try (Reader text =
            new BufferedReader(
                new InputStreamReader(
                    Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder()),
                1 << 16);
        CsvReader<CsvRecord> reader =
            CsvReader.builder()
                .fieldSeparator(separator(file))
                .skipEmptyLines(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .detectBomHeader(false)
                .ofCsvRecord(text)) {
      for (CsvRecord record : reader) table.add(record);
    } catch (CsvParseException e) {
      throw table.unreadable(e);
    } catch (UncheckedIOException e) {
      throw table.unreadable(file, e.getCause());
    } catch (IOException e) {
      throw table.unreadable(file, e);
    }
    if (table.columns.isEmpty()) {
      throw Problem.file(table.place, "the table is empty", "its first line names the columns");
    }
    return table;
  }

  private RuntimeException unreadable(CsvParseException e) {
    if (e.getCause() instanceof CharacterCodingException) return notUtf8();
    return Problem.file(
        place, "this is not a table of comma-separated values: " + e.getMessage(), "");
  }

  private RuntimeException unreadable(Path file, IOException e) {
    return e instanceof CharacterCodingException ? notUtf8() : Problem.reading(file, e);
  }

  private RuntimeException notUtf8() {
    return Problem.file(place, "this file is not UTF-8", "convert it, for example with iconv");
  }

  private static String separator(Path file) throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.ISO_8859_1))) {
      String line = Optional.ofNullable(in.readLine()).orElse("");
      String best = ",";
      for (String other : List.of(";", "\t")) {
        if (count(line, other) > count(line, best)) best = other;
      }
      return best;
    }
  }

  private static int count(String line, String separator) {
    return line.length() - line.replace(separator, "").length();
  }

  private void add(CsvRecord record) {
    int line = (int) Math.min(record.getStartingLineNumber(), Integer.MAX_VALUE);
    if (columns.isEmpty()) {
      name(record);
      return;
    }
    if (record.getFieldCount() != columns.size()) {
      throw Problem.file(
          place + ":" + line,
          "line %d has %d values, the first line names %d columns"
              .formatted(line, record.getFieldCount(), columns.size()),
          "");
    }
    for (int i = 0; i < columns.size(); i++) columns.get(i).add(record.getField(i));
    if (rows == lines.length) lines = Arrays.copyOf(lines, 2 * rows);
    lines[rows++] = line;
  }

  private void name(CsvRecord header) {
    Set<String> seen = new HashSet<>();
    for (String field : header.getFields()) {
      String name = field.replace("\uFEFF", "").strip();
      if (!seen.add(name)) {
        throw Problem.file(place, "two columns are named `" + name + "`", "");
      }
      columns.add(new CsvColumn(name));
    }
  }

  int rows() {
    return rows;
  }

  /** The line of the file that a row stands in, from 1. */
  int line(int row) {
    return lines[row];
  }

  /** Where a cell is, for sentences. */
  String place(int row) {
    return place + ":" + lines[row];
  }

  Optional<CsvColumn> find(String name) {
    return columns.stream().filter(c -> c.name.equals(name)).findFirst();
  }

  CsvColumn column(String name) {
    return find(name)
        .orElseThrow(() ->
            Problem.name(
                place,
                "there is no column `" + name + "`",
                "the table has " + String.join(", ", names())));
  }

  List<String> names() {
    return columns.stream().map(c -> c.name).toList();
  }
}
