package io.lucerna.plugin.options;

import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** Pairs with their texts, in place of candidates. */
public final class PairsOptions {
  @Option(
      name = "-pairs",
      metaVar = "[file]",
      forbids = {
        "-run",
        "-topics",
        "-topicReader",
        "-topicField",
        "-index",
        "-corpus",
        "-collection",
        "-rerank.depth",
        "-passage.clean"
      },
      usage = "Table with tabs and the header qid, query, docid, text; texts are read as they are.")
  public @Nullable String pairs;
}
