package io.lucerna.plugin;

import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.collections.PassageCleaning;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** How the candidates of a run become passages: the options of every command that reads a run. */
final class RerankOptions {
  @Option(
      name = "-rerank.depth",
      aliases = "-depth",
      metaVar = "[num]",
      usage = "How many candidates of a topic are scored; those below stay below, in their order.")
  int depth = 100;

  @Option(
      name = "-passage.clean",
      metaVar = "[how]",
      usage =
          "How stored text becomes a passage: none, markup, cacm; told from the collection if not"
              + " given, and printed.")
  @Nullable String clean;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  void check() {
    if (depth < 1) {
      throw new IllegalArgumentException("-rerank.depth must be at least 1, got " + depth);
    }
    cleaning();
  }

  /** The cleaning that was asked for, if one was. */
  private Optional<PassageCleaning> cleaning() {
    return Optional.ofNullable(clean).map(PassageCleaning::parse);
  }

  /**
   * How the passages of these candidates are cleaned.
   *
   * @param collection the collection whose topics were named, if one was
   */
  CleaningChoice cleaning(
      Optional<NamedCollection> collection, List<Candidates> topics, TextSource texts)
      throws IOException {
    if (cleaning().isEmpty() && collection.isPresent()) {
      return CleaningChoice.of(collection.get());
    }
    for (Candidates topic : topics) {
      if (topic.ranking().size() > 0) {
        String docno = topic.ranking().docno(0);
        return CleaningChoice.of(cleaning(), docno, texts.text(topic.topic(), docno));
      }
    }
    return CleaningChoice.of(cleaning(), "none", "");
  }
}
