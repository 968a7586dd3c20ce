package io.lucerna.plugin.perturb;

import io.anserini.index.Constants;
import io.lucerna.plugin.anserini.IndexTexts;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.plugin.texts.CorpusTexts;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.plugin.texts.TextSourceException;
import io.lucerna.topics.perturb.LuceneStatistics;
import io.lucerna.topics.perturb.TextAnalysis;
import io.lucerna.topics.perturb.TextStatistics;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statistics behind BM25 and IDF, and where they come from: the index or, without one, the
 * corpus or, where there are only requests, the pool of their candidates.
 */
public final class PerturbStatistics implements AutoCloseable {
  private final TextAnalysis analysis;
  private final RunInputs inputs;
  private final Provenance provenance;
  private final Console console;

  /** The index; it stays open as long as its statistics are used. */
  private @Nullable IndexTexts index;

  /** What is counted where there is no index. */
  private @Nullable TextStatistics counted;

  public PerturbStatistics(
      TextAnalysis analysis, RunInputs inputs, Provenance provenance, Console console) {
    this.analysis = analysis;
    this.inputs = inputs;
    this.provenance = provenance;
    this.console = console;
  }

  /** What must be shown the texts of a corpus while it is read. */
  public CorpusTexts.Visitor visitor() throws IOException {
    return inputs.index == null ? counted()::add : text -> {};
  }

  private TextStatistics counted() throws IOException {
    if (counted == null) {
      counted = TextStatistics.onDisk(analysis);
    }
    return counted;
  }

  /**
   * The statistics, once the texts were read.
   *
   * @throws TextSourceException if no text has a term
   */
  public LuceneStatistics of(TextSource texts) throws IOException {
    try {
      return inputs.index == null ? count(texts) : read(inputs.index);
    } catch (IllegalArgumentException e) {
      String source = inputs.index == null ? texts.noun() : inputs.index;
      throw new TextSourceException(source + ": " + e.getMessage(), e);
    }
  }

  private LuceneStatistics read(String path) throws IOException {
    IndexTexts opened = IndexTexts.open(path);
    index = opened;
    LuceneStatistics statistics = new LuceneStatistics(opened.reader(), Constants.CONTENTS);
    return said(statistics, "index " + path, "", Map.of("index", opened.identity()));
  }

  private LuceneStatistics count(TextSource texts) throws IOException {
    String source = texts.noun();
    String remark = "";
    if (texts instanceof Requests requests) {
      if (inputs.corpus == null) {
        requests.visit(counted()::add);
        remark = ", not of a whole collection";
      } else {
        try (TextSource corpus = inputs.texts(Set.of(), counted()::add)) {
          source = corpus.noun();
        }
      }
    }
    return said(counted().finish(), source, remark, Map.of());
  }

  /** Says and keeps where the numbers come from. */
  private LuceneStatistics said(
      LuceneStatistics statistics, String source, String remark, Map<String, Object> more) {
    Map<String, Object> described = new LinkedHashMap<>(more);
    described.put("source", source);
    described.put("documents", statistics.documents());
    provenance.put("statistics", described);
    console.say(
        "IDF and BM25 use the statistics of %s: %d documents%s",
        source, statistics.documents(), remark);
    return statistics;
  }

  @Override
  public void close() throws IOException {
    if (index != null) {
      index.close();
    }
    if (counted != null) {
      counted.close();
    }
  }
}
