package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What decides the outcomes that a journal holds: values of options, and hashes of what was read. A
 * journal that was made with anything else cannot be resumed. Where a file lies decides nothing, so
 * no name of a setting holds a path; how the user calls the input is kept next to it, for messages.
 */
public final class JournalSettings {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, String> called = new LinkedHashMap<>();

  /** Adds a setting. */
  public JournalSettings put(String name, Object value) {
    if (values.put(name, value) != null) {
      throw new IllegalArgumentException("setting " + name + " is given twice");
    }
    return this;
  }

  /**
   * Adds an input.
   *
   * @param name without a path
   * @param value its hash
   * @param by how the user calls it, such as {@code topics.tsv}
   */
  public JournalSettings put(String name, Object value, String by) {
    called.put(name, by);
    return put(name, value);
  }

  /** Adds all of them. */
  public JournalSettings putAll(Map<String, ?> settings) {
    settings.forEach(this::put);
    return this;
  }

  /** Adds all of them, after those that are there. */
  public JournalSettings putAll(JournalSettings more) {
    more.values.forEach(this::put);
    called.putAll(more.called);
    return this;
  }

  /** As a journal's first line holds them. */
  public JsonNode json() throws IOException {
    // Through text, as what it is compared with: 42 is not always 42L.
    return MAPPER.readTree(MAPPER.writeValueAsString(values));
  }

  /**
   * Checks what a journal was made with.
   *
   * @param journal for messages
   * @param there its settings
   * @throws StudyException naming the first that differs, with what it was and what it is
   */
  public void requireSame(Path journal, JsonNode there) throws IOException {
    JsonNode wanted = json();
    Set<String> names = new LinkedHashSet<>(values.keySet());
    there.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      if (!there.path(name).equals(wanted.path(name))) {
        String by = called.get(name);
        throw new StudyException(
            String.format(
                Locale.ROOT,
                "%s: was made with %s %s, not %s: give the same options and files, or another"
                    + " folder",
                journal,
                by == null ? name : name + " (" + by + ")",
                shown(there.path(name)),
                shown(wanted.path(name))));
      }
    }
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "(none)" : value.isTextual() ? value.asText() : "" + value;
  }
}
