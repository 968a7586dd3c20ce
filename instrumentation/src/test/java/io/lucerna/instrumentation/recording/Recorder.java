package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.Gradient;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A small model, inputs of uneven length for it, and the recording of them, for tests. */
record Recorder(HookedModel model, Side side, List<TokenSequence> inputs) implements AutoCloseable {
  static final Map<String, ?> HEAD =
      Map.of("model", Map.of("sha256", "abc"), "data", Map.of("pairs", "p"));
  private static final int PER_BATCH = 3;
  private static final int LONGEST = 40;

  /** Opens a fixture; {@code seed} decides the inputs. */
  static Recorder of(String fixture, int inputs, long seed) throws IOException {
    Path folder = Checkout.models().resolve(fixture);
    Architecture architecture = Architecture.read(folder);
    boolean cross = architecture.task() == Task.LABELS || architecture.task() == Task.ANSWERS;
    OutputSettings output = OutputSettings.defaults().withAnswers(List.of(7L, 8L));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      HookedModel model = HookedModel.open(architecture, checkpoint, output, Precision.FP32);
      return new Recorder(
          model,
          cross ? Side.PAIR : Side.PASSAGE,
          inputs(model.config(), inputs, new Random(seed)));
    }
  }

  private static List<TokenSequence> inputs(ModelConfig config, int count, Random random) {
    List<TokenSequence> inputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = 2 + random.nextInt(Math.min(config.maxPositions(), LONGEST) - 2);
      long[] ids = random.longs(length, 1, config.vocabulary()).toArray();
      List<Token> tokens = new ArrayList<>();
      for (int at = 0; at < length; at++) {
        Role role =
            at == 0
                ? Role.CLS
                : at == length - 1 ? Role.SEP : random.nextBoolean() ? Role.MATCH : Role.OTHER;
        int segment = role == Role.CLS || role == Role.SEP ? -1 : 0;
        tokens.add(new Token("w" + ids[at] + "\n\ud83d\ude00", segment, at, at, at + 1, role));
      }
      inputs.add(new TokenSequence(ids, new long[length], tokens, i % 5 == 0));
    }
    return inputs;
  }

  RecordingSpec spec(String globs, String positions, boolean half, long shardBytes) {
    return RecordingSpec.of(model, List.of(globs.split(",")))
        .withKept(Kept.parse(positions))
        .withHalf(half)
        .withShardBytes(shardBytes);
  }

  static String id(int input) {
    return "p/" + input;
  }

  TokenBatch batch(int from) {
    int to = Math.min(from + PER_BATCH, inputs.size());
    return TokenBatch.of(inputs.subList(from, to), model.config().padId(), side);
  }

  /** Goes on with what is in the folder, up to {@code upTo} inputs; finishes if these are all. */
  void record(Path folder, RecordingSpec spec, int upTo, boolean resume) throws IOException {
    Optional<RecordingWriter> opened = RecordingWriter.open(folder, HEAD, spec, resume);
    if (opened.isEmpty()) {
      return;
    }
    try (RecordingWriter writer = opened.get()) {
      for (int from = 0; from < upTo; from += PER_BATCH) {
        TokenBatch batch = batch(from);
        if (from + batch.size() <= writer.inputs()) {
          continue;
        }
        Capture capture = writer.capture(batch);
        model.forward(batch, capture.after(Hooks.none()));
        Optional<RecordingWriter.Gradients> gradients =
            spec.gradients() ? Optional.of(gradients(writer, batch)) : Optional.empty();
        for (int row = 0; row < batch.size(); row++) {
          if (from + row >= writer.inputs() && from + row < upTo) {
            if (gradients.isPresent()) {
              writer.add(capture, gradients.get(), row, entry(from + row));
            } else {
              writer.add(capture, row, entry(from + row));
            }
          }
        }
      }
      if (upTo == inputs.size()) {
        writer.finish(Map.of("pairs", upTo));
      }
    }
  }

  /** Of the sums of outputs; of passages also by the first of them in the place of the query. */
  private RecordingWriter.Gradients gradients(RecordingWriter writer, TokenBatch batch) {
    Capture own = writer.capture(batch);
    back(batch, own);
    if (side == Side.PAIR) {
      return new RecordingWriter.Gradients(own, Optional.empty());
    }
    TokenSequence query = inputs.getFirst();
    TokenBatch copies =
        TokenBatch.repeated(query, batch.size(), batch.padId(), Side.QUERY, query.length());
    Capture ofQuery = writer.capture(copies);
    back(copies, ofQuery);
    return new RecordingWriter.Gradients(own, Optional.of(ofQuery));
  }

  private void back(TokenBatch batch, Capture capture) {
    model.gradients(
        batch,
        capture.back(Hooks.none()),
        Gradient.TRUE,
        outputs -> {
          float[][] slopes = new float[outputs.length][];
          for (int row = 0; row < slopes.length; row++) {
            slopes[row] = new float[outputs[row].length];
            Arrays.fill(slopes[row], row + 1);
          }
          return slopes;
        });
  }

  static RecordingWriter.Entry entry(int input) {
    return new RecordingWriter.Entry(
        "q",
        Optional.of(
            new RecordingWriter.Pair(id(input), "d" + input, input / 7f, OptionalInt.empty())));
  }

  /** The files of a folder by name. */
  static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.toList()) {
        files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Override
  public void close() {
    model.close();
  }
}
