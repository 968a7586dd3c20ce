package io.lucerna.plugin.options;

import io.lucerna.anserini.PassageCleaning;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.studies.ranking.Studies;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** How the candidates of a run become passages: the options of every command that reads a run. */
public final class RerankOptions {
  @Option(
      name = "-rerank.depth",
      aliases = "-depth",
      metaVar = "[num]",
      usage = "How many candidates of a topic are scored; the rest follow in their order.")
  public int depth = Studies.DEPTH;

  @Option(
      name = "-passage.clean",
      metaVar = "[how]",
      usage =
          "How stored text becomes a passage: none, markup, cacm; inferred from the index or"
              + " corpus if not given, and printed.")
  @Nullable String clean;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public void check() {
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
   * How the passages of a source are cleaned.
   *
   * @param collection the collection whose topics were named, if one was
   */
  public CleaningChoice cleaning(Optional<NamedCollection> collection, TextSource texts)
      throws IOException {
    return CleaningChoice.of(cleaning(), collection, texts);
  }
}
