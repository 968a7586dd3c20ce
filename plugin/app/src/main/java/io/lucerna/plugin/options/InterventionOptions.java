package io.lucerna.plugin.options;

import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.LoadedHook;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.rerank.Interventions;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.plugin.rerank.SpecFiles;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** The interventions of a command that scores. */
public final class InterventionOptions {
  @Option(
      name = "-intervene",
      metaVar = "[spec]",
      usage =
          "What to change inside the model, such as \"zero blocks.3.attn.hook_z head=7 "
              + "at=match\"; repeatable, applied in order.")
  List<String> lines = new ArrayList<>();

  @Option(
      name = "-intervene.file",
      metaVar = "[file]",
      usage = "The same in JSON (.json) or YAML, applied after those of -intervene.")
  @Nullable String file;

  @Option(
      name = "-hook",
      metaVar = "[code]",
      usage =
          "An intervention of one's own (repeatable): FILE.java or FILE.jar:CLASS; applied after those"
              + " of -intervene.")
  List<String> hooks = new ArrayList<>();

  private @Nullable InterventionSpec read;

  /**
   * What was asked for.
   *
   * @throws CommandException if it cannot be read; the message has the column
   * @throws io.lucerna.instrumentation.intervene.HookSourceException if a hook cannot be loaded
   */
  public InterventionSpec spec() throws IOException {
    if (read == null) {
      read = readSpec();
    }
    return read;
  }

  private InterventionSpec readSpec() throws IOException {
    InterventionSpec spec = InterventionSpec.none();
    for (String line : lines) {
      try {
        spec = spec.and(InterventionSpec.parse(line));
      } catch (SpecSyntaxException e) {
        throw new CommandException(ExitCode.USAGE, "-intervene, " + e.getMessage(), e);
      }
    }
    if (file != null) {
      spec = spec.and(SpecFiles.read(Path.of(file)));
    }
    for (String code : hooks) {
      spec = spec.and(InterventionSpec.of(LoadedHook.of(code).intervention()));
    }
    return spec;
  }

  /**
   * Makes it ready for a ranker.
   *
   * @throws CommandException if it does not fit the ranker
   */
  public Interventions compile(Ranker scorer) throws IOException {
    return Interventions.of(spec(), scorer);
  }

  /** Adds what was done, and the file that asked for it. */
  public void describe(Provenance provenance, Interventions done) throws IOException {
    if (file != null) {
      provenance.put("interventionFile", Hashes.of(Path.of(file)));
    }
    done.describe(provenance);
  }
}
