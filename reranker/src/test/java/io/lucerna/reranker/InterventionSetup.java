package io.lucerna.reranker;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rankers, texts and specs of the tests of interventions. */
final class InterventionSetup {
  static final String QUERY = "time sharing operating system for ibm";
  static final List<String> PASSAGES =
      List.of(
          "a short document on time",
          "the time sharing system is an operating system for ibm computers , with shared memory",
          "paris is the capital city of france on the river seine .",
          "the operating system shares time");

  static Stream<Path> models() throws IOException {
    return Checkout.kinds("bert-(cross|bi|cross-2labels)");
  }

  static Ranker open(Path folder) {
    return Rankers.open(folder, "laws", ScorerOptions.defaults());
  }

  /** All passages, and a pair of another topic. */
  static MemoryRecording recording(Ranker ranker) {
    MemoryRecording recording =
        new MemoryRecording()
            .with("other", ranker, "capital of france", "paris is the capital of time sharing");
    for (int i = 0; i < PASSAGES.size(); i++) {
      recording.with("p" + i, ranker, QUERY, PASSAGES.get(i));
    }
    return recording;
  }

  static CompiledSpec compile(Ranker ranker, String line) {
    return compile(ranker, line, new MemoryRecording());
  }

  static CompiledSpec compile(Ranker ranker, String line, MemoryRecording recording) {
    return InterventionSpec.parse(line)
        .compile(ranker.reading().points(), ranker.reading().sides(), name -> recording);
  }

  static float[] scores(Ranker ranker, Hooks hooks) {
    return ranker.score(QUERY, PASSAGES, hooks).scores();
  }

  static float[] scores(Ranker ranker, String line) {
    return scores(ranker, compile(ranker, line).hooks());
  }

  static List<HookPoint> points(Ranker ranker) {
    return ranker.reading().points().points();
  }

  static Side passageSide(Ranker ranker) {
    return ranker.reading().sides().getLast();
  }

  static Observed observe(Ranker ranker, String line, String point) {
    return Observed.after(ranker, QUERY, PASSAGES, compile(ranker, line).hooks(), point);
  }

  /** A vector literal: sine waves, so that two of them do not depend on each other. */
  static String ramp(int width, int frequency) {
    return IntStream.range(0, width)
        .mapToObj(i -> String.format(Locale.ROOT, "%.4f", Math.sin(1 + frequency * i)))
        .toList()
        .toString()
        .replace(" ", "");
  }

  private InterventionSetup() {}
}
