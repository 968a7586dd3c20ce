package io.lucerna.plugin.regress;

import java.util.List;
import java.util.Optional;

/**
 * A command that makes another file of each run.
 *
 * @param command the command and its first words
 * @param inExt what is appended to the run's name for its input
 * @param outExt what is appended to the run's name for its output
 * @param params more options
 */
record Conversion(String command, String inExt, String outExt, String params) {

  static Conversion read(Keys keys) {
    return new Conversion(
        keys.text("command"),
        keys.optional("in_file_ext").orElse(""),
        keys.optional("out_file_ext").orElse(""),
        keys.optional("params").orElse(""));
  }

  /** The words after {@code lucerna}, if this is its command {@code rerank}. */
  Optional<List<String>> ours() {
    List<String> words = Words.split(command);
    if (words.size() >= 2
        && words.getFirst().matches("(.*/)?lucerna")
        && words.get(1).equals("rerank")) {
      return Optional.of(words.subList(1, words.size()));
    }
    return Optional.empty();
  }
}
