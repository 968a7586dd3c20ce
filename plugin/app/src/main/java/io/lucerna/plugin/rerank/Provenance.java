package io.lucerna.plugin.rerank;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.FolderLock;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.reranker.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is needed to make an output again, written as {@code OUTPUT.meta.json} next to it. */
public final class Provenance {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Writes an output. */
  @FunctionalInterface
  public interface Writing {
    public void write() throws IOException;
  }

  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final Console console;

  public Provenance(Console console) {
    this.console = console;
    fields.put("command", console.commandLine());
    fields.put("versions", Versions.all());
    fields.put("created", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /** Adds a field; values are strings, numbers, lists and maps. */
  public Provenance put(String name, Object value) {
    fields.put(name, value);
    return this;
  }

  /** Adds the model that scored. */
  public Provenance put(ModelCard card) {
    return put("model", card);
  }

  /** Adds what came out of reranking. */
  public Provenance put(RerankJob.Outcome outcome) {
    Map<String, Object> counts = new LinkedHashMap<>();
    counts.put("topics", outcome.rankings().size());
    counts.put("scored", outcome.scored());
    counts.put("truncated", outcome.truncated());
    counts.put("empty", outcome.empty());
    return put("counts", counts);
  }

  /**
   * Writes an output, and this next to it: both are of one command, where two write them at once.
   */
  public void write(Path output, Writing writing) throws IOException {
    if (Files.exists(output) && !Files.isRegularFile(output)) {
      writing.write();
      writeBeside(output);
      return;
    }
    String command = String.join(" ", console.commandLine());
    try (FolderLock lock =
        FolderLock.awaitFile(output, command, message -> console.say("%s", message))) {
      writing.write();
      writeBeside(output);
    }
  }

  /** Writes the file next to the output. */
  public void writeBeside(Path output) throws IOException {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    String json =
        MAPPER
            .writer(new DefaultPrettyPrinter().withObjectIndenter(lines))
            .writeValueAsString(fields);
    AtomicFile.write(
        output.resolveSibling(output.getFileName() + ".meta.json"), out -> out.write(json + "\n"));
  }
}
