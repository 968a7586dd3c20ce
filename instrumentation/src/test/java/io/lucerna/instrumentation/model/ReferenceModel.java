package io.lucerna.instrumentation.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.family.Reference;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A checkpoint with the activations that Hugging Face transformers computes for given token ids.
 *
 * @param folder the model folder
 * @param architecture what it is
 * @param tensors the reference tensors
 * @param texts the texts as token ids
 * @param answers the token ids of an answering model's answers
 */
record ReferenceModel(
    Path folder,
    Architecture architecture,
    Checkpoint tensors,
    List<TokenSequence> texts,
    List<Long> answers) {
  private static final Pattern ANSWERS =
      Pattern.compile("\\((?:no|false)=(\\d+), (?:yes|true)=(\\d+)\\)");

  private static final String WANTED = System.getProperty("lucerna.families", ".*");

  /** All whose name {@code -Dlucerna.families} matches. */
  static Stream<Path> folders() throws IOException {
    return with(Checkout.goldens(WANTED));
  }

  /** Those that laws are tried on. */
  static Stream<Path> kinds() throws IOException {
    return with(Checkout.kinds(WANTED));
  }

  /** Those that laws are tried on that the code of families has no part in. */
  static Stream<Path> berts() throws IOException {
    return with(Checkout.kinds("bert-(cross|bi|cross-2labels)"));
  }

  private static Stream<Path> with(Stream<Path> goldens) {
    return goldens
        .filter(folder -> Files.exists(folder.resolve("reference.safetensors")))
        .filter(ReferenceModel::known);
  }

  private static boolean known(Path folder) {
    try {
      Architecture.read(folder);
      return true;
    } catch (CheckpointException e) {
      System.out.println("left out: " + e.getMessage());
      return false;
    }
  }

  static ReferenceModel open(Path folder) throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("reference.json").toFile());
    Checkpoint tensors = Checkpoints.openFile(folder.resolve("reference.safetensors"));
    Path inputs = folder.resolve("reference.safetensors");
    if (!tensors.names().contains("input_ids")) { // a storage form of another model
      inputs =
          folder.resolveSibling(json.path("same_as").asText()).resolve("reference.safetensors");
    }
    try (Checkpoint ids = Checkpoints.openFile(inputs)) {
      return new ReferenceModel(
          folder, Architecture.read(folder), tensors, texts(ids), answers(json));
    }
  }

  /** Token by token what the mask shows, written apart from {@code Parity}'s way. */
  private static List<TokenSequence> texts(Checkpoint reference) {
    long[] shape = reference.shape("input_ids");
    long[] ids = reference.integers("input_ids");
    long[] mask = reference.integers("attention_mask");
    boolean typed = reference.names().contains("token_type_ids");
    long[] types = typed ? reference.integers("token_type_ids") : new long[ids.length];
    List<TokenSequence> texts = new ArrayList<>();
    for (int row = 0; row < shape[0]; row++) {
      int from = row * (int) shape[1];
      int[] shown =
          IntStream.range(from, from + (int) shape[1]).filter(i -> mask[i] == 1).toArray();
      texts.add(
          TokenSequence.ofIds(
              IntStream.of(shown).mapToLong(i -> ids[i]).toArray(),
              IntStream.of(shown).mapToLong(i -> types[i]).toArray()));
    }
    return texts;
  }

  private static List<Long> answers(JsonNode json) {
    for (String no : List.of("no", "false")) {
      if (json.has(no + "_id")) {
        String yes = no.equals("no") ? "yes" : "true";
        return List.of(json.get(no + "_id").asLong(), json.get(yes + "_id").asLong());
      }
    }
    Matcher found = ANSWERS.matcher(json.path("score").asText());
    return found.find()
        ? List.of(Long.parseLong(found.group(1)), Long.parseLong(found.group(2)))
        : List.of();
  }

  HookedModel model(Precision precision) throws IOException {
    return model(precision, OutputSettings.defaults());
  }

  /** With the answers of the reference. */
  HookedModel model(Precision precision, OutputSettings output) throws IOException {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      return HookedModel.open(architecture, checkpoint, output.withAnswers(answers), precision);
    }
  }

  /**
   * The name of the MLP's function in config.json, whatever a family calls it. The first Gemma's
   * say gelu where its approximation is meant, which Hugging Face takes for it.
   */
  String activation() {
    if (architecture.family().equals("gemma")) {
      return "gelu_pytorch_tanh";
    }
    try {
      JsonNode config = new ObjectMapper().readTree(folder.resolve("config.json").toFile());
      return Stream.of("hidden_activation", "hidden_act", "activation", "feed_forward_proj")
          .map(config::path)
          .filter(JsonNode::isTextual)
          .map(JsonNode::asText)
          .findFirst()
          .orElse("gelu");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean has(String name) {
    return tensors.names().contains(name);
  }

  /** Whether there is more than outputs. */
  boolean hasActivations() {
    return has("hidden_states.0") || has("encoder_hidden_states.0");
  }

  /** A text's values at a point. */
  float[] values(Reference reference, int text) {
    long[] shape = tensors.shape(reference.tensor());
    float[] all = tensors.floats(reference.tensor());
    int size = all.length / (int) shape[0];
    int row = shape[0] == 1 ? 0 : text;
    float[] own = Arrays.copyOfRange(all, row * size, (row + 1) * size);
    return reference.values(own, (int) shape[shape.length - 1]);
  }

  /** The model's output for a text. */
  float[] output(int text) {
    return switch (architecture.task()) {
      case LABELS -> row(has("logits") ? "logits" : "score", text);
      case VECTOR -> row("mean_pooled", text);
      case TERMS -> row("splade", text);
      case TOKEN_VECTORS -> {
        long width = tensors.shape("token_embeddings")[2];
        yield Arrays.copyOf(
            row("token_embeddings", text), (int) (texts.get(text).length() * width));
      }
      case ANSWERS -> {
        if (!has("logits")) {
          yield row("score", text);
        }
        float[] logits = row("logits", text); // [positions, V]
        long[] shape = tensors.shape("logits");
        int last = shape[1] == 1 ? 0 : texts.get(text).length() - 1;
        int at = (int) (last * shape[2]);
        yield new float[] {
          logits[at + answers.get(0).intValue()], logits[at + answers.get(1).intValue()]
        };
      }
    };
  }

  /** What the reference keeps of a model's output: some have only the score made of answers. */
  float[] kept(float[] output) {
    return architecture.task() == Task.ANSWERS && !has("logits")
        ? new float[] {(float) -Math.log1p(Math.exp((double) output[0] - output[1]))}
        : output;
  }

  private float[] row(String name, int text) {
    return values(Reference.of(name), text);
  }

  @Override
  public String toString() {
    return folder.getFileName().toString();
  }
}
