package io.lucerna.plugin.certify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.model.TokenBatch.Side;
import io.lucerna.instrumentation.model.TokenSequence;
import io.lucerna.reranker.NeuralRanker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** A reference that Python with transformers makes on this machine, for token ids of ours. */
public final class PythonReference {
  private static final List<ReferenceFolder.Pair> PAIRS =
      List.of(
          new ReferenceFolder.Pair(
              "how do lamps burn oil", "An oil lamp draws its fuel up a wick and burns it there."),
          new ReferenceFolder.Pair(
              "café opening hours Zürich",
              "Das Café am See öffnet um 8 Uhr; on Sundays it stays closed until 10:30."),
          new ReferenceFolder.Pair("B-tree", "no"),
          new ReferenceFolder.Pair(
              "what is an inverted index",
              "An inverted index keeps, for every term of a collection, the list of the documents"
                  + " that hold it, often with the positions at which it stands and how many times"
                  + " it occurs. A query is answered by merging the lists of its terms; documents"
                  + " that no list names are never looked at, which is why such an index is fast"
                  + " even where the collection is large and the query is short."));

  private PythonReference() {}

  /**
   * Runs transformers over some texts and compares.
   *
   * @param folder the model's folder
   * @param python the program that has torch, transformers and safetensors
   * @throws CheckpointException if it cannot be run, or fails; the message has its last lines
   */
  public static Certificate certify(NeuralRanker ranker, Path folder, String python)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("lucerna-certify");
    try {
      Path script = work.resolve("reference.py");
      try (InputStream in =
          Objects.requireNonNull(PythonReference.class.getResourceAsStream("reference.py"))) {
        Files.copy(in, script);
      }
      Path inputs = work.resolve("inputs.json");
      Files.writeString(inputs, inputs(ranker));
      Path output = work.resolve(ReferenceFolder.NUMBERS);
      run(
          List.of(
              python,
              script.toString(),
              folder.toAbsolutePath().toString(),
              inputs.toString(),
              output.toString()),
          work);
      try (Checkpoint numbers = Checkpoints.openFile(output)) {
        return Certificate.compare(ranker, numbers, python + " on this machine", PAIRS.size(), -1);
      }
    } finally {
      try (Stream<Path> files = Files.list(work)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(work);
    }
  }

  private static String inputs(NeuralRanker ranker) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    Side side = ranker.sides().getLast();
    ArrayNode ids = json.putArray("ids");
    ArrayNode types = json.putArray("types");
    for (ReferenceFolder.Pair pair : PAIRS) {
      TokenSequence text = ranker.input(side, pair.query(), pair.passage());
      ids.add(mapper.valueToTree(text.ids()));
      types.add(mapper.valueToTree(text.types()));
    }
    json.put("pad", ranker.model().config().padId());
    json.put("token_types", ranker.model().config().tokenTypes() > 0);
    json.put("task", ranker.model().task().name());
    return mapper.writeValueAsString(json);
  }

  private static void run(List<String> command, Path work)
      throws IOException, InterruptedException {
    Path log = work.resolve("log.txt");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s cannot be run (%s); name a Python that has torch, transformers and safetensors"
                  + " with -python, or a reference made elsewhere with -reference (docs/certify.md)",
              command.getFirst(),
              e.getMessage()),
          e);
    }
    if (process.waitFor() != 0) {
      List<String> lines = new ArrayList<>(Files.readAllLines(log, StandardCharsets.UTF_8));
      List<String> last = lines.subList(Math.max(0, lines.size() - 3), lines.size());
      throw new CheckpointException(
          command.getFirst()
              + " made no reference: "
              + String.join(" | ", last)
              + " (docs/certify.md tells what it needs)");
    }
  }
}
