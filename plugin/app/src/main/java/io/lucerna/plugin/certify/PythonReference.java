package io.lucerna.plugin.certify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.checkpoint.SafetensorsCopy;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Ranker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

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
          new ReferenceFolder.Pair("oil lamp", "a wick"),
          new ReferenceFolder.Pair(
              "what is an inverted index",
              "An inverted index keeps, for every term of a collection, the list of the documents"
                  + " that hold it, often with the positions at which it stands and how many times"
                  + " it occurs. A query is answered by merging the lists of its terms; documents"
                  + " that no list names are never looked at, which is why such an index is fast"
                  + " even where the collection is large and the query is short."));

  private PythonReference() {}

  /** Opens the model once more, to compute in fp64. */
  @FunctionalInterface
  public interface Opener {
    /** The ranker in fp64. */
    Ranker open() throws IOException;
  }

  /**
   * Runs transformers over some texts and compares; where fp32 goes beyond a bound, once more in
   * fp64.
   *
   * @param files where the model's files are
   * @param python the program that has torch, transformers and safetensors
   * @throws IOException if it cannot be run, or fails; the message has its last lines
   */
  public static Certificate certify(
      Ranker ranker, Opener inDouble, ModelFolder files, String python)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("lucerna-certify");
    try {
      Path script = work.resolve("reference.py");
      try (InputStream in =
          Objects.requireNonNull(PythonReference.class.getResourceAsStream("reference.py"))) {
        Files.copy(in, script);
      }
      Path inputs = Files.writeString(work.resolve("inputs.json"), inputs(ranker, files));
      Path output = work.resolve(ReferenceFolder.NUMBERS);
      List<String> command =
          List.of(
              python,
              script.toString(),
              readable(files.body(), work).toAbsolutePath().toString(),
              inputs.toString(),
              output.toString());
      run(command, work);
      Certificate certificate;
      try (Checkpoint numbers = Checkpoints.openFile(output)) {
        String origin = "transformers on this machine, by " + python;
        Certificate.TokenIds ids = ids(ranker, facts(output));
        certificate = Certificate.compare(ranker, numbers, null, origin, PAIRS.size(), ids);
      }
      if (certificate.exact()) {
        return certificate;
      }
      List<String> again = new ArrayList<>(command);
      again.add("float64");
      run(again, work);
      try (Checkpoint numbers = Checkpoints.openFile(output);
          Ranker doubled = inDouble.open()) {
        List<String> raised = new ArrayList<>();
        facts(output).path("raised").forEach(name -> raised.add(name.asText()));
        return certificate.withDouble(Parity.of(doubled.reading().model(), numbers), raised);
      }
    } finally {
      delete(work);
    }
  }

  private static JsonNode facts(Path output) throws IOException {
    return new ObjectMapper().readTree(Path.of(output + ".json").toFile());
  }

  /** What the model's own tokenizer makes of the texts, against what ours does. */
  private static Certificate.TokenIds ids(Ranker ranker, JsonNode facts) {
    JsonNode tokens = facts.path("tokens");
    List<ReferenceFolder.Pair> whole = whole(ranker);
    if (whole.isEmpty() || tokens.isMissingNode()) {
      String why = "more than the tokenizer makes the input";
      return new Certificate.TokenIds(0, 0, facts.path("why").asText(why));
    }
    int same = 0;
    for (int i = 0; i < whole.size(); i++) {
      TokenSequence own = input(ranker, whole.get(i));
      boolean typed = ranker.reading().model().config().tokenTypes() > 1;
      boolean equal =
          Arrays.equals(own.ids(), numbers(tokens.path("ids").path(i)))
              && (!typed || Arrays.equals(own.types(), numbers(tokens.path("types").path(i))));
      same += equal ? 1 : 0;
    }
    return new Certificate.TokenIds(whole.size(), same, "");
  }

  private static long[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  private static TokenSequence input(Ranker ranker, ReferenceFolder.Pair pair) {
    return ranker.reading().input(ranker.reading().sides().getLast(), pair.query(), pair.passage());
  }

  /** The pairs whose tokens can be compared: of which nothing is cut. */
  static List<ReferenceFolder.Pair> whole(Ranker ranker) {
    return PAIRS.stream()
        .filter(pair -> !ranker.reading().texts(pair.query(), pair.passage()).isEmpty())
        .filter(pair -> !input(ranker, pair).truncated())
        .toList();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The model's folder, or one with the same weights in a form that transformers opens. */
  private static Path readable(Path folder, Path work) throws IOException {
    // Others, such as training_args.bin, may lie next to an ONNX file.
    String weights = "(model\\.safetensors|pytorch_model\\.bin)(\\.index\\.json)?";
    try (Stream<Path> files = Files.list(folder)) {
      if (files.anyMatch(file -> file.getFileName().toString().matches(weights))) {
        return folder;
      }
    }
    Path copy = Files.createDirectory(work.resolve("model"));
    Files.copy(folder.resolve("config.json"), copy.resolve("config.json"));
    try (Checkpoint stored = Checkpoints.open(folder)) {
      SafetensorsCopy.write(stored, copy.resolve("model.safetensors"));
    }
    return copy;
  }

  private static String inputs(Ranker ranker, ModelFolder files) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    ArrayNode ids = json.putArray("ids");
    ArrayNode types = json.putArray("types");
    for (ReferenceFolder.Pair pair : PAIRS) {
      TokenSequence text = input(ranker, pair);
      ids.add(mapper.valueToTree(text.ids()));
      types.add(mapper.valueToTree(text.types()));
    }
    json.put("pad", ranker.reading().model().config().padId());
    json.put("token_types", ranker.reading().model().config().tokenTypes() > 0);
    json.put("task", ranker.reading().model().task().name());
    json.put("class", ranker.card().architecture());
    json.put("labels", ranker.reading().model().outputs());
    files
        .adapter()
        .ifPresent(adapter -> json.put("adapter", adapter.folder().toAbsolutePath().toString()));
    json.put("tokenizer", files.tokenizer().toAbsolutePath().toString());
    ArrayNode texts = json.putArray("texts");
    for (ReferenceFolder.Pair pair : whole(ranker)) {
      texts.add(mapper.valueToTree(ranker.reading().texts(pair.query(), pair.passage())));
    }
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
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s cannot be run (%s); a Python with torch, transformers and safetensors is needed, or a"
                  + " reference made elsewhere (docs/certify.md says how to name either)",
              command.getFirst(),
              e.getMessage()),
          e);
    }
    if (process.waitFor() != 0) {
      List<String> lines = new ArrayList<>(Files.readAllLines(log, StandardCharsets.UTF_8));
      List<String> last = lines.subList(Math.max(0, lines.size() - 3), lines.size());
      throw new IOException(
          command.getFirst()
              + " made no reference: "
              + String.join(" | ", last)
              + " (docs/certify.md says what it needs)");
    }
  }
}
