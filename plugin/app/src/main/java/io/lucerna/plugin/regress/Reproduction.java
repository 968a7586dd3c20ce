package io.lucerna.plugin.regress;

import io.lucerna.base.Counted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Anserini's other form, of its class RunRepro: commands over prebuilt indexes.
 *
 * @param source the file
 * @param conditions what is run
 */
record Reproduction(String source, List<Condition> conditions) {
  /**
   * One command.
   *
   * @param name short
   * @param display for people
   * @param command the command line, with {@code $topics}, {@code $output} and more to fill in
   * @param topics what it is run on
   */
  record Condition(String name, String display, String command, List<Scored> topics) {}

  /**
   * One set of topics and what must come out.
   *
   * @param topicKey name of the topics
   * @param evalKey name of the judgments
   * @param scores by measure
   */
  record Scored(String topicKey, String evalKey, Map<String, Double> scores) {}

  static Reproduction read(Keys keys) {
    return new Reproduction(
        keys.source(), keys.someOf("conditions").stream().map(Reproduction::condition).toList());
  }

  private static Condition condition(Keys keys) {
    String name = keys.text("name");
    return new Condition(
        name,
        keys.optional("display").orElse(name),
        keys.text("command"),
        keys.someOf("topics").stream().map(Reproduction::scored).toList());
  }

  private static Scored scored(Keys keys) {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Keys one : keys.someOf("scores")) {
      one.node().fieldNames().forEachRemaining(name -> scores.put(name, one.number(name)));
    }
    return new Scored(keys.text("topic_key"), keys.text("eval_key"), scores);
  }

  /** Why it cannot be run. */
  String obstacle() {
    List<Scored> all = new ArrayList<>();
    conditions.forEach(condition -> all.addAll(condition.topics()));
    return source
        + ": a reproduction over prebuilt indexes ("
        + Counted.of(conditions.size(), "condition")
        + ", "
        + Counted.of(all.stream().mapToInt(one -> one.scores().size()).sum(), "score")
        + "), which Anserini's own RunRepro downloads and runs;"
        + " regress runs regressions that index a corpus";
  }
}
