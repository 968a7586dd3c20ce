package io.lucerna.studies.patch;

import io.lucerna.reranker.ModelCard;
import java.util.List;
import java.util.Map;

/**
 * What is needed to make a study again, besides its settings.
 *
 * @param command the command's arguments, its name first, the output folder replaced by {@code DIR}
 * @param versions of the program and what it stands on
 * @param model what was run
 * @param pairs the file of pairs and its hash
 */
public record StudyIdentity(
    List<String> command,
    Map<String, String> versions,
    ModelCard model,
    Map<String, Object> pairs) {

  /** The command as one line for a shell. */
  public String commandLine() {
    return commandLine(command);
  }

  /** A command's words as one line for a shell. */
  public static String commandLine(List<String> words) {
    StringBuilder line = new StringBuilder("./lucerna");
    for (String word : words) {
      boolean plain = word.matches("[\\w@%+=:,./-]+");
      line.append(' ').append(plain ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return line.toString();
  }
}
