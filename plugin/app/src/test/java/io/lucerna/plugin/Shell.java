package io.lucerna.plugin;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.reranker.FakeScorer;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Reading;
import io.lucerna.reranker.ScorerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The outcome of a command that a test ran in this process, with {@link FakeScorer} as the model
 * called {@code fake}.
 */
public record Shell(ExitCode code, String out, String err) {
  /** minilm, which takes longer to open and hash than most tests take to score, stays open. */
  private static final Map<ScorerOptions, Ranker> KEPT = new ConcurrentHashMap<>();

  private static final ModelRegistry MODELS =
      new ModelRegistry() {
        @Override
        public Ranker open(String name, ScorerOptions options, Console console) throws IOException {
          if (name.equals("fake")) {
            return FakeScorer.ofWords(options);
          }
          if (!name.equals(ModelRegistry.DEFAULT)) {
            return super.open(name, options, console);
          }
          // Each command has its own object for terms, of no state that matters.
          ScorerOptions key = options.withTerms(TermForm.LOWER_CASE);
          if (!KEPT.containsKey(key)) {
            KEPT.put(key, super.open(name, options, console));
          }
          return new Kept(Objects.requireNonNull(KEPT.get(key)));
        }
      };

  /** A ranker that whoever uses it does not close. */
  private record Kept(Ranker ranker) implements Ranker {
    @Override
    public PairScores score(String query, List<String> passages, Hooks hooks) {
      return ranker.score(query, passages, hooks);
    }

    @Override
    public Ranker remembering(int passages) {
      return ranker.remembering(passages);
    }

    @Override
    public Reading reading() {
      return ranker.reading();
    }

    @Override
    public void close() {}
  }

  public static Shell run(String... arguments) {
    return run(System.getenv(), arguments);
  }

  /** The same where the environment has these variables. */
  public static Shell run(Map<String, String> environment, String... arguments) {
    return run(MODELS, environment, arguments);
  }

  /** The same with other models. */
  public static Shell run(ModelRegistry models, String... arguments) {
    return run(models, System.getenv(), arguments);
  }

  private static Shell run(
      ModelRegistry models, Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ExitCode code =
        new Main(
                Main.commands(models, environment),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false)
            .run(arguments);
    return new Shell(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The same, and fails the test unless the command ended well. */
  public static Shell succeed(String... arguments) {
    Shell shell = run(arguments);
    if (shell.code() != ExitCode.DONE) {
      throw new AssertionError(shell.code() + ": " + shell.err());
    }
    return shell;
  }
}
