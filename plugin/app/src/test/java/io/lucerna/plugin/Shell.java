package io.lucerna.plugin;

import static java.util.Objects.requireNonNull;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The outcome of a command that a test ran in this process, with {@link FakeScorer} as the model
 * called {@code fake}.
 */
public record Shell(ExitCode code, String out, String err) {
  private static final ModelRegistry MODELS =
      new ModelRegistry() {
        private final Map<ScorerOptions, Ranker> kept = new ConcurrentHashMap<>();

        @Override
        public Ranker open(String name, ScorerOptions options, Console console) throws IOException {
          return name.equals("fake") ? FakeScorer.ofWords(options) : ranker(name, options, console);
        }

        /** As it is by default minilm, which takes longer to read than to use, stays open. */
        @Override
        public Ranker ranker(String name, ScorerOptions options, Console console)
            throws IOException {
          // Each command has an object of its own for terms.
          ScorerOptions key = options.withTerms(TermForm.LOWER_CASE);
          if (!name.equals(DEFAULT) || !key.equals(ScorerOptions.defaults())) {
            return super.ranker(name, options, console);
          }
          if (kept.isEmpty()) {
            kept.put(key, super.ranker(name, options, console));
          }
          return new Kept(requireNonNull(kept.get(key)));
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

  /** A command line with the same models that talks to these streams, for a test to run. */
  public static Main main(PrintStream out, PrintStream err) {
    return new Main(Main.commands(MODELS, System.getenv()), out, err, false);
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

  /** Indexes a folder of JSON documents, and fails the test unless that ended well. */
  public static void index(String documents, String index, String... more) {
    List<String> words = new ArrayList<>(List.of("index", "-collection", "JsonCollection"));
    words.addAll(List.of("-input", documents, "-index", index));
    words.addAll(List.of(more));
    succeed(words.toArray(String[]::new));
  }
}
