package io.lucerna.plugin.regress;

import java.util.Optional;

/**
 * Topics of a regression.
 *
 * @param name for people, in Markdown
 * @param id short name, a part of the names of runs
 * @param path file name of the topics
 * @param reader Anserini's name of their format, if the regression's own does not hold
 * @param qrel file name of the judgments
 * @param convertParams more options of the conversions
 */
record TopicSet(
    String name,
    String id,
    String path,
    Optional<String> reader,
    Optional<String> qrel,
    String convertParams) {

  static TopicSet read(Keys keys) {
    return new TopicSet(
        keys.text("name"),
        keys.text("id"),
        keys.text("path"),
        keys.optional("topic_reader"),
        keys.optional("qrel").filter(qrel -> !qrel.isEmpty()),
        keys.optional("convert_params").orElse(""));
  }
}
