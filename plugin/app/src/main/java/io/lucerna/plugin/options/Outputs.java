package io.lucerna.plugin.options;

import io.lucerna.base.TextFile;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.rerank.RerankJob;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where a run goes and in which form; checked before any work is done. */
public final class Outputs {
  private final Path path;
  private final boolean msMarco;
  private final String tag;

  /**
   * Checks that the output can be written.
   *
   * @throws CommandException if it cannot
   */
  public Outputs(String output, String format, String tag) {
    if (!format.equals("trec") && !format.equals("msmarco")) {
      throw new CommandException(ExitCode.USAGE, "-format must be trec or msmarco, got " + format);
    }
    this.msMarco = format.equals("msmarco");
    if (tag.isEmpty() || tag.chars().anyMatch(Character::isWhitespace)) {
      throw new CommandException(ExitCode.USAGE, "-runtag must be one word, got '" + tag + "'");
    }
    this.tag = tag;
    this.path = writable(output);
  }

  /**
   * The file of that name.
   *
   * @throws CommandException if it cannot be written
   */
  public static Path writable(String output) {
    Path path = Path.of(output);
    Path folder = path.toAbsolutePath().getParent();
    if (Files.isDirectory(path) || folder == null || !Files.isWritable(folder)) {
      throw new CommandException(
          ExitCode.USAGE, output + ": the output must be a file in an existing, writable folder");
    }
    return path;
  }

  /**
   * The folder of that name, which is made when it is written to.
   *
   * @throws CommandException if it exists and cannot be written to
   */
  public static Path folder(String output) {
    Path folder = Path.of(output);
    if (Files.exists(folder) && (!Files.isDirectory(folder) || !Files.isWritable(folder))) {
      throw new CommandException(ExitCode.USAGE, output + ": -output cannot be written to");
    }
    return folder;
  }

  public Path path() {
    return path;
  }

  /** The same, but the run has another tag. */
  public Outputs tagged(String other) {
    return new Outputs(path.toString(), msMarco ? "msmarco" : "trec", other);
  }

  /** The same form under another name. */
  public Outputs at(Path other) {
    return new Outputs(other.toString(), msMarco ? "msmarco" : "trec", tag);
  }

  /** Writes rankings, as requests where the name says so. */
  public void write(RerankJob.Outcome outcome, List<Candidates> candidates, TextSource texts)
      throws IOException {
    if (outcome.rankings().size() != candidates.size()) {
      throw new CommandException(
          ExitCode.FAILED,
          candidates.size() + " topics went in, " + outcome.rankings().size() + " came out");
    }
    Run run = outcome.run(tag);
    if (Requests.isRequests(path.toString())) {
      Requests.write(path, candidates, run, texts);
    } else if (msMarco) {
      run.writeMsMarco(path);
    } else {
      run.write(path);
    }
  }

  /** What a topics option named, for provenance: a file with its hash, or a name. */
  public static Map<String, Object> topics(String topics) throws IOException {
    return TextFile.named(topics).exists() ? Hashes.of(Path.of(topics)) : Map.of("name", topics);
  }
}
