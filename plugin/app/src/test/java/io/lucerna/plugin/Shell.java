package io.lucerna.plugin;

import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.reranker.FakeScorer;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The outcome of a command that a test ran in this process, with {@link FakeScorer} as the model
 * called {@code fake}.
 */
public record Shell(ExitCode code, String out, String err) {
  private static final ModelRegistry MODELS =
      new ModelRegistry() {
        @Override
        public Ranker open(String name, ScorerOptions options, Console console) throws IOException {
          return name.equals("fake")
              ? FakeScorer.ofWords(options)
              : super.open(name, options, console);
        }
      };

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
