package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Internal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Phrases for the paragraph that says in a paper how something was made. They say what a manifest
 * says, and no more; hashes are cut.
 */
@Internal
public final class Methods {
  private static final int HASH = 12;

  private final JsonNode manifest;

  /**
   * Phrases from a manifest.
   *
   * @param manifest which begins with {@link Identity#fields}
   */
  public Methods(JsonNode manifest) {
    this.manifest = manifest;
  }

  /** {@return what the model is called, what it is, and the hash of its weights} */
  public String model() {
    JsonNode model = manifest.path("model");
    String name = model.path("name").asText();
    String label = model.path("label").asText();
    List<String> facts = new ArrayList<>();
    if (!label.equals(name)) {
      facts.add(name);
    }
    facts.add(model.path("architecture").asText());
    facts.add(model.path("scorer").asText());
    facts.add(
        String.format(
            Locale.ROOT,
            "%d layers of %d heads",
            model.path("layers").asInt(),
            model.path("heads").asInt()));
    facts.add("at most " + model.path("maxTokens").asInt() + " tokens of an input");
    facts.add(model.path("settings").path("precision").asText());
    facts.add("weights with " + hash(model));
    return label + " (" + String.join("; ", facts) + ")";
  }

  /**
   * {@return the name of a file or folder that was read, with its hash}
   *
   * @param field of the manifest that describes it
   */
  public String file(String field) {
    return file(manifest.path(field));
  }

  /**
   * {@return the name of a file, with its hash}
   *
   * @param file what a manifest says of it
   */
  public static String file(JsonNode file) {
    String path = file.path("path").asText(file.path("name").asText());
    String name = path.substring(path.lastIndexOf('/') + 1);
    return file.has("sha256") ? name + " (" + hash(file) + ")" : name;
  }

  /**
   * {@return the start of a hash}
   *
   * @param hashed what a manifest says of a file or a model
   */
  public static String hash(JsonNode hashed) {
    String sha256 = hashed.path("sha256").asText();
    return "SHA-256 " + sha256.substring(0, Math.min(HASH, sha256.length()));
  }

  /**
   * {@return the sentence on the software, and on where the rest is said}
   *
   * @param manifestName the name of the manifest
   */
  public String software(String manifestName) {
    JsonNode versions = manifest.path("versions");
    List<String> parts = new ArrayList<>();
    versions
        .properties()
        .forEach(
            part -> {
              if (!part.getKey().equals("commit")) {
                String commit = part.getKey().equals("Lucerna") ? commit(versions) : "";
                parts.add(part.getKey() + " " + part.getValue().asText() + commit);
              }
            });
    return String.format(
        Locale.ROOT,
        "Software: %s. The command, the settings and the hashes in full are in %s.",
        String.join(", ", parts),
        manifestName);
  }

  private static String commit(JsonNode versions) {
    return versions.has("commit") ? " (commit " + versions.path("commit").asText() + ")" : "";
  }

  /**
   * {@return a list as English has it: a, b and c}
   *
   * @param words a, b, c
   */
  public static String listed(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }
}
