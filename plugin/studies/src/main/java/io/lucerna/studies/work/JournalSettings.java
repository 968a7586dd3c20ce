package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What decides the outcomes that a journal holds: values of options, and hashes of what was read. A
 * journal that was made with anything else cannot be resumed. Where a file lies decides nothing, so
 * no name of a setting holds a path; how the user calls the input is kept next to it, for messages.
 */
public final class JournalSettings {
  /** The setting that differs between the shards of a whole. */
  static final String SHARD = "shard";

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, String> called = new LinkedHashMap<>();

  /** No settings yet. */
  public JournalSettings() {}

  /**
   * {@return this, with one more setting}
   *
   * @param name what is set
   * @param value a string, a number, a truth value, a list or a map of these
   * @throws IllegalArgumentException if it is there already
   */
  public JournalSettings put(String name, Object value) {
    if (values.put(name, value) != null) {
      throw new IllegalArgumentException("setting " + name + " is given twice");
    }
    return this;
  }

  /**
   * {@return this, with one more input}
   *
   * @param name without a path
   * @param value its hash
   * @param by how the user calls it, such as {@code topics.tsv}
   * @throws IllegalArgumentException if it is there already
   */
  public JournalSettings put(String name, Object value, String by) {
    called.put(name, by);
    return put(name, value);
  }

  /**
   * {@return this, with more settings}
   *
   * @param settings by name
   * @throws IllegalArgumentException if one is there already
   */
  public JournalSettings putAll(Map<String, ?> settings) {
    settings.forEach(this::put);
    return this;
  }

  /**
   * {@return this, with more settings after those that are there}
   *
   * @param more settings and inputs
   * @throws IllegalArgumentException if one is there already
   */
  public JournalSettings putAll(JournalSettings more) {
    more.values.forEach(this::put);
    called.putAll(more.called);
    return this;
  }

  /**
   * {@return this, of one part of the work}
   *
   * @param shard the part; empty for all of it
   */
  public JournalSettings put(Optional<Shard> shard) {
    shard.ifPresent(part -> put(SHARD, part.toString()));
    return this;
  }

  /** Those of the whole that a shard's journal is of. */
  static JournalSettings ofWhole(JsonNode settings) {
    JournalSettings whole = new JournalSettings();
    settings.properties().stream()
        .filter(setting -> !setting.getKey().equals(SHARD))
        .forEach(setting -> whole.put(setting.getKey(), setting.getValue()));
    return whole;
  }

  /** {@return them as a journal's first line holds them} */
  public JsonNode json() {
    // Through text, as what it is compared with: 42 is not always 42L.
    return JsonText.tree(values);
  }

  /**
   * Checks what a journal was made with.
   *
   * @param journal for messages
   * @param there its settings
   * @throws StudyException naming the first that differs, with what it was and what it is
   */
  public void requireSame(Path journal, JsonNode there) {
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
                JsonText.shown(there.path(name)),
                JsonText.shown(wanted.path(name))));
      }
    }
  }
}
