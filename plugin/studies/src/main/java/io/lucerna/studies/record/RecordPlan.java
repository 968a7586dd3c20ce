package io.lucerna.studies.record;

import io.lucerna.instrumentation.recording.Coverage;
import io.lucerna.instrumentation.recording.RecordingSpec;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What recording will take, found out by going through all pairs once, tokenizer included: it costs
 * a hundredth of the recording, and finds what is wrong with the pairs before any of it is done.
 */
public final class RecordPlan {
  /**
   * A group of pairs, as an item of work.
   *
   * @param item names it by its first pair; its size is the number of tokens
   * @param queries topics whose query is recorded with it, where queries are read alone
   * @param inputs how many inputs the model has of it, these queries included
   * @param bytes how many its activations take
   */
  public record Part(Item item, List<String> queries, int inputs, long bytes) {
    /** Copies the topics. */
    public Part {
      queries = List.copyOf(queries);
    }
  }

  private final List<Part> parts = new ArrayList<>();
  private final Ranker ranker;
  private final RecordingSpec spec;
  private final Coverage coverage;
  private final Set<String> ids = new HashSet<>();
  private final Map<String, String> queries = new HashMap<>();
  private long pairs;
  private long inputs;
  private long tokens;
  private long bytes;
  private long truncated;
  private long empty;

  private RecordPlan(Ranker ranker, RecordingSpec spec) {
    this.ranker = ranker;
    this.spec = spec;
    this.coverage = new Coverage(spec.kept().positions());
  }

  /**
   * Goes through the pairs.
   *
   * @param source the pairs
   * @param ranker the ranker that will read them
   * @param spec what will be recorded
   * @return what it will take
   * @throws StudyInputException if there are none, an id occurs twice, or a topic has two queries
   * @throws IllegalArgumentException if positions are asked for that no text has
   * @throws IOException if the pairs cannot be read
   */
  public static RecordPlan of(PairSource source, Ranker ranker, RecordingSpec spec)
      throws IOException {
    RecordPlan plan = new RecordPlan(ranker, spec);
    source.forEach(plan::add);
    if (plan.pairs == 0) {
      throw new StudyInputException("there are no pairs to record");
    }
    List<String> nowhere = plan.coverage.nowhere();
    if (!nowhere.isEmpty()) {
      throw new IllegalArgumentException(
          "positions " + spec.kept() + ": no text has " + String.join(", ", nowhere));
    }
    plan.ids.clear();
    return plan;
  }

  private void add(PairSource.Group group) {
    List<String> asked = new ArrayList<>();
    long inputsBefore = inputs;
    long tokensBefore = tokens;
    long bytesBefore = bytes;
    for (PairSource.Pair pair : group.pairs()) {
      if (!ids.add(pair.id())) {
        throw new StudyInputException("the pair " + pair.id() + " occurs twice; ids must differ");
      }
      String before = queries.putIfAbsent(pair.qid(), group.query());
      if (before != null && !before.equals(group.query())) {
        throw new StudyInputException(
            "topic "
                + pair.qid()
                + " has two queries: '"
                + before
                + "' and '"
                + group.query()
                + "'");
      }
      if (before == null && ranker.reading().sides().contains(Side.QUERY)) {
        asked.add(pair.qid());
      }
      pairs++;
      empty += pair.text().isBlank() ? 1 : 0;
      for (Side side : ranker.reading().sides()) {
        if (side != Side.QUERY || before == null) {
          add(side, group.query(), pair);
        }
      }
    }
    parts.add(
        new Part(
            new Item(group.pairs().getFirst().id(), tokens - tokensBefore),
            asked,
            Math.toIntExact(inputs - inputsBefore),
            bytes - bytesBefore));
  }

  private void add(Side side, String query, PairSource.Pair pair) {
    TokenSequence input;
    try {
      input = ranker.reading().input(side, query, pair.text());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("topic " + pair.qid() + ": " + e.getMessage(), e);
    }
    inputs++;
    tokens += input.length();
    bytes += spec.bytes(input);
    if (spec.gradients() && side != Side.QUERY) {
      bytes += spec.bytes(input);
      if (ranker.reading().sides().contains(Side.QUERY)) {
        bytes += spec.bytes(ranker.reading().input(Side.QUERY, query, ""));
      }
    }
    truncated += input.truncated() ? 1 : 0;
    coverage.add(input, side);
  }

  /** {@return the groups in their order: what is recorded together, alone or in any company} */
  public List<Part> parts() {
    return List.copyOf(parts);
  }

  /**
   * {@return the places of a process's groups, ascending}
   *
   * @param shard its part; empty for all
   */
  public int[] places(Optional<Shard> shard) {
    return shard
        .map(part -> part.places(parts.stream().map(Part::item).toList()))
        .orElseGet(() -> IntStream.range(0, parts.size()).toArray());
  }

  /** {@return the number of pairs of query and passage} */
  public long pairs() {
    return pairs;
  }

  /**
   * {@return the number of the model's inputs: of a bi-encoder, each topic's query counts besides
   * the passages}
   */
  public long inputs() {
    return inputs;
  }

  /** {@return the number of token ids of all inputs} */
  public long tokens() {
    return tokens;
  }

  /** {@return the number of bytes that the activations take} */
  public long bytes() {
    return bytes;
  }

  /** {@return the number of inputs that were cut to the model's limit} */
  public long truncated() {
    return truncated;
  }

  /** {@return the number of passages without any text} */
  public long empty() {
    return empty;
  }

  /** {@return what was asked for and some inputs lack, with the number of these} */
  public Map<String, Long> absent() {
    Map<String, Long> absent = new LinkedHashMap<>(coverage.absent());
    absent.values().removeIf(count -> count == 0);
    return absent;
  }

  /** {@return the counts by name, for the manifest} */
  public Map<String, Object> counts() {
    Map<String, Object> counts = new LinkedHashMap<>();
    counts.put("pairs", pairs);
    counts.put("topics", queries.size());
    counts.put("inputs", inputs);
    counts.put("tokens", tokens);
    counts.put("truncated", truncated);
    counts.put("empty", empty);
    counts.put("without_position", absent());
    return counts;
  }
}
