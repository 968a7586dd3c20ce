package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.reranker.ModelCard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is needed to make the files of a folder again, besides the settings of the work.
 *
 * @param command the words of a command, its name first, the output folder replaced by {@code DIR}
 * @param versions of the program and what it stands on, by name; {@code Lucerna} among them
 * @param model what ran
 * @param inputs what was read, by name: maps of paths, hashes and the like
 */
public record Identity(
    List<String> command,
    Map<String, String> versions,
    ModelCard model,
    Map<String, Object> inputs) {

  /** {@return the command as one line for a shell} */
  public String commandLine() {
    return commandLine(command);
  }

  /**
   * {@return a command as one line for a shell}
   *
   * @param words its name and arguments
   */
  public static String commandLine(List<String> words) {
    StringBuilder line = new StringBuilder("./lucerna");
    for (String word : words) {
      boolean plain = word.matches("[\\w@%+=:,./-]+");
      line.append(' ').append(plain ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return line.toString();
  }

  /**
   * {@return an identity that {@link #json} wrote}
   *
   * @param json a map
   * @throws IllegalArgumentException if it is another
   */
  public static Identity of(JsonNode json) {
    return JsonText.value(json, Identity.class);
  }

  /** {@return the identity as JSON} */
  public JsonNode json() {
    return JsonText.tree(this);
  }

  /** {@return how a manifest begins} */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("command", command);
    fields.put("versions", versions);
    fields.put("model", model);
    fields.putAll(inputs);
    return fields;
  }

  /**
   * {@return what of the model and the program decides outcomes; inputs are for the study to add}
   */
  public JournalSettings decisive() {
    JournalSettings all = new JournalSettings();
    all.put("model", model.sha256(), model.name());
    model.files().forEach((file, sha256) -> all.put("model file " + file, sha256, model.name()));
    all.put("scorer", model.scorer());
    all.put("maxLength", model.maxTokens());
    model.settings().forEach((name, value) -> all.put("model " + name, value));
    all.put("lucerna", String.valueOf(versions.get("Lucerna")));
    return all;
  }
}
