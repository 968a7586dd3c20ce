package io.lucerna.studies.record;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.Gradient;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.nn.Workers;
import io.lucerna.instrumentation.recording.Capture;
import io.lucerna.instrumentation.recording.RecordingWriter;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.work.StudyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;

/**
 * Sends pairs through a ranker in the batches in which it would score them, and records. What the
 * writer has already, from a process that was ended, is not computed again; the order of the inputs
 * depends on nothing but the pairs. Not thread-safe.
 */
public final class RecordJob {
  private final Ranker ranker;
  private final RecordingWriter writer;
  private final Qrels qrels;
  private final Runnable progress;
  private final long done;

  /** The number of the next input of the group in work. */
  private long next;

  /**
   * Takes up where the writer is.
   *
   * @param ranker the ranker whose activations are recorded; it stays the caller's
   * @param writer where they go; it stays the caller's
   * @param qrels the grades of the pairs' documents
   * @param progress is told of each input that was recorded
   */
  public RecordJob(Ranker ranker, RecordingWriter writer, Qrels qrels, Runnable progress) {
    this.ranker = ranker;
    this.writer = writer;
    this.qrels = qrels;
    this.progress = progress;
    this.done = writer.inputs();
  }

  /**
   * Records some groups of a source.
   *
   * @param source the pairs
   * @param plan what was found out about them
   * @param places which groups, ascending
   * @throws IOException if the pairs cannot be read, or the recording not be written
   */
  public void record(PairSource source, RecordPlan plan, int[] places) throws IOException {
    List<RecordPlan.Part> parts = plan.parts();
    int[] at = {0, 0};
    long[] first = {0};
    source.forEach(
        group -> {
          int place = at[0]++;
          if (at[1] < places.length && places[at[1]] == place) {
            at[1]++;
            record(group, parts.get(place), first[0]);
            first[0] += parts.get(place).inputs();
          }
        });
  }

  /**
   * Records a group of pairs.
   *
   * @param group the pairs
   * @param part what was found out about them
   * @param first the number of its first input in this recording
   * @throws IOException if the recording cannot be written
   */
  public void record(PairSource.Group group, RecordPlan.Part part, long first) throws IOException {
    if (first + part.inputs() <= done) {
      return;
    }
    next = first;
    List<String> qids = part.queries();
    if (!ranker.reading().sides().contains(Side.QUERY)) {
      passages(group, Side.PAIR, new Asked(Optional.empty(), new float[0]));
      return;
    }
    TokenSequence input = ranker.reading().input(Side.QUERY, group.query(), "");
    passages(group, Side.PASSAGE, new Asked(Optional.of(input), query(input, qids)));
  }

  /**
   * The query, where it is read alone.
   *
   * @param input its input
   * @param output what the model made of it
   */
  private record Asked(Optional<TokenSequence> input, float[] output) {}

  /** The query's vector; it is recorded for these topics, which have it for the first time. */
  private float[] query(TokenSequence input, List<String> qids) throws IOException {
    TokenBatch batch = ranker.reading().batches(Side.QUERY, List.of(input)).getFirst();
    if (next + qids.size() <= done) {
      next += qids.size();
      return ranker.reading().model().forward(batch, Hooks.none())[0];
    }
    Passed passed = pass(batch);
    for (String qid : qids) {
      add(passed, 0, new RecordingWriter.Entry(qid, Optional.empty()));
    }
    return passed.outputs[0];
  }

  private void passages(PairSource.Group group, Side side, Asked query) throws IOException {
    List<List<PairSource.Pair>> members = members(group.pairs(), side);
    List<TokenSequence> inputs = new ArrayList<>(members.size());
    for (List<PairSource.Pair> same : members) {
      inputs.add(ranker.reading().input(side, group.query(), same.getFirst().text()));
    }
    Readout readout = ranker.reading().readout(side, query.output);
    List<TokenBatch> batches = ranker.reading().batches(side, inputs);
    for (int from = 0; from < batches.size(); from += Workers.count()) {
      List<TokenBatch> some =
          batches.subList(from, Math.min(from + Workers.count(), batches.size()));
      int size =
          some.stream()
              .flatMapToInt(batch -> Arrays.stream(batch.rows()))
              .map(input -> members.get(input).size())
              .sum();
      if (next + size <= done) {
        next += size;
        continue;
      }
      for (Passed batch : passAll(some, query, readout)) {
        for (int row = 0; row < batch.outputs.length; row++) {
          float score = readout.score(batch.outputs[row]);
          for (PairSource.Pair pair : members.get(batch.rows[row])) {
            add(batch, row, entry(pair, score));
          }
        }
      }
    }
  }

  /**
   * A batch that has been through the network.
   *
   * @param gradients those of its scores; empty if nobody asks for them, and for queries
   */
  private record Passed(
      int[] rows,
      Capture capture,
      float[][] outputs,
      Optional<RecordingWriter.Gradients> gradients) {}

  /** Sends batches through the network, all at once. */
  private List<Passed> passAll(List<TokenBatch> batches, Asked query, Readout readout) {
    List<Callable<Passed>> tasks = new ArrayList<>(batches.size());
    for (TokenBatch batch : batches) {
      tasks.add(
          () -> {
            Passed passed = pass(batch);
            return writer.gradients() ? back(batch, passed, query, readout) : passed;
          });
    }
    return ranker.reading().model().runAll(tasks);
  }

  private Passed pass(TokenBatch batch) {
    Capture capture = writer.capture(batch);
    float[][] outputs = ranker.reading().model().forward(batch, capture.after(Hooks.none()));
    return new Passed(batch.rows(), capture, outputs, Optional.empty());
  }

  /** Goes back from each score of a batch, also to the query that was read alone. */
  private Passed back(TokenBatch batch, Passed passed, Asked query, Readout readout) {
    Capture own = writer.capture(batch);
    goBack(batch, own, (row, output) -> readout.slope(output));
    Optional<Capture> ofQuery =
        query.input.map(
            input -> {
              TokenBatch copies =
                  TokenBatch.repeated(
                      input, batch.size(), batch.padId(), Side.QUERY, input.length());
              Capture capture = writer.capture(copies);
              goBack(
                  copies,
                  capture,
                  (row, output) ->
                      ranker.reading().readout(Side.QUERY, passed.outputs[row]).slope(output));
              return capture;
            });
    return new Passed(
        passed.rows,
        passed.capture,
        passed.outputs,
        Optional.of(new RecordingWriter.Gradients(own, ofQuery)));
  }

  private void goBack(
      TokenBatch batch, Capture capture, BiFunction<Integer, float[], float[]> slope) {
    ranker
        .reading()
        .model()
        .gradients(
            batch,
            capture.back(Hooks.none()),
            Gradient.TRUE,
            outputs -> {
              float[][] slopes = new float[outputs.length][];
              Arrays.setAll(slopes, row -> slope.apply(row, outputs[row]));
              return slopes;
            });
  }

  /** The pairs of each input: a bi-encoder reads a text that is repeated once. */
  private static List<List<PairSource.Pair>> members(List<PairSource.Pair> pairs, Side side) {
    if (side == Side.PAIR) {
      return pairs.stream().map(List::of).toList();
    }
    Map<String, List<PairSource.Pair>> byText = new LinkedHashMap<>();
    for (PairSource.Pair pair : pairs) {
      byText.computeIfAbsent(pair.text(), text -> new ArrayList<>()).add(pair);
    }
    return List.copyOf(byText.values());
  }

  private RecordingWriter.Entry entry(PairSource.Pair pair, float score) {
    if (!Float.isFinite(score)) {
      throw new StudyException("the model gave the score " + score + " to pair " + pair.id());
    }
    OptionalInt grade = qrels.grade(pair.qid(), pair.docid());
    return new RecordingWriter.Entry(
        pair.qid(), Optional.of(new RecordingWriter.Pair(pair.id(), pair.docid(), score, grade)));
  }

  private void add(Passed batch, int row, RecordingWriter.Entry entry) throws IOException {
    if (next++ >= done) {
      if (batch.gradients.isPresent()) {
        writer.add(batch.capture, batch.gradients.get(), row, entry);
      } else {
        writer.add(batch.capture, row, entry);
      }
      progress.run();
    }
  }
}
