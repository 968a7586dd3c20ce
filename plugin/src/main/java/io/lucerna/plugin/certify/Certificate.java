package io.lucerna.plugin.certify;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.eval.AtomicFile;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.model.Parity;
import io.lucerna.instrumentation.model.TokenBatch.Side;
import io.lucerna.instrumentation.model.TokenSequence;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.NeuralRanker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How far a model is from its reference.
 *
 * @param card the model
 * @param origin who made the reference
 * @param reference the SHA-256 of the reference's tensors
 * @param differences by hook point, the output last
 * @param without the hook points that the reference has nothing for
 * @param texts how many texts were compared
 * @param sameIds of how many of them the tokenizer gave the reference's token ids; -1 where the
 *     reference has no texts
 */
public record Certificate(
    ModelCard card,
    String origin,
    String reference,
    List<Parity.Difference> differences,
    List<String> without,
    int texts,
    int sameIds) {

  /** Copies the lists. */
  public Certificate {
    differences = List.copyOf(differences);
    without = List.copyOf(without);
  }

  /** Compares a model with a reference. */
  static Certificate compare(
      NeuralRanker ranker, Checkpoint numbers, String origin, int texts, int sameIds) {
    List<Parity.Difference> differences = Parity.of(ranker.model(), numbers);
    List<String> known = differences.stream().map(Parity.Difference::point).toList();
    List<String> without =
        ranker.model().registry().points().stream()
            .map(HookPoint::toString)
            .filter(point -> !known.contains(point))
            .toList();
    return new Certificate(
        ranker.card(), origin, numbers.sha256(), differences, without, texts, sameIds);
  }

  /** Compares a model with a reference folder. */
  public static Certificate of(NeuralRanker ranker, Checkpoint numbers, ReferenceFolder folder) {
    List<TokenSequence> texts = Parity.texts(numbers);
    int same = folder.pairs().isEmpty() ? -1 : 0;
    Side side = ranker.sides().getLast();
    for (int i = 0; i < Math.min(texts.size(), folder.pairs().size()); i++) {
      ReferenceFolder.Pair pair = folder.pairs().get(i);
      TokenSequence own = ranker.input(side, pair.query(), pair.passage());
      same += Arrays.equals(own.ids(), texts.get(i).ids()) ? 1 : 0;
    }
    return compare(ranker, numbers, folder.origin(), texts.size(), same);
  }

  /** Whether every difference keeps within its bound, and all token ids are the reference's. */
  public boolean holds() {
    return !differences.isEmpty()
        && differences.stream().allMatch(Parity.Difference::holds)
        && (sameIds < 0 || sameIds == texts);
  }

  /** What does not hold, in words. */
  public String why() {
    List<String> beyond =
        differences.stream().filter(d -> !d.holds()).map(Parity.Difference::point).toList();
    List<String> reasons = new ArrayList<>();
    if (differences.isEmpty()) {
      reasons.add("the reference has no tensor that stands for a hook point");
    }
    if (!beyond.isEmpty()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "beyond the bound at %d points, first %s",
              beyond.size(),
              beyond.getFirst()));
    }
    if (sameIds >= 0 && sameIds < texts) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "%d of %d texts have other token ids than the reference (is the prompt the same?)",
              texts - sameIds,
              texts));
    }
    return String.join("; ", reasons);
  }

  /** The outcome in a few lines. */
  public List<String> summary() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "model      " + card.name() + " (" + card.architecture() + ", " + card.sha256() + ")");
    lines.add("reference  " + origin);
    lines.add(
        String.format(
            Locale.ROOT,
            "texts      %d, each alone and all padded in a batch%s",
            texts,
            sameIds < 0 ? "" : "; token ids the same of " + sameIds));
    differences.stream()
        .max(Comparator.comparingDouble(d -> d.worst() / d.bound()))
        .ifPresent(
            d ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "worst      %.1e of %.0e allowed, at %s",
                        d.worst(),
                        d.bound(),
                        d.point())));
    if (!without.isEmpty()) {
      lines.add("without    " + without.size() + " points that no module gives as they are");
    }
    lines.add(holds() ? "CERTIFIED" : "NOT CERTIFIED: " + why());
    return lines;
  }

  /**
   * Writes the certificate as JSON. Its last field is the SHA-256 of the same JSON without that
   * field and without the line feed at the end.
   *
   * @param command the command line
   * @param versions names and versions of what computed
   */
  public void write(Path file, List<String> command, Map<String, String> versions)
      throws IOException {
    ObjectMapper mapper =
        new ObjectMapper()
            .setDefaultPrettyPrinter(
                new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
            .enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode json = mapper.createObjectNode();
    json.put("certified", holds());
    json.put("why", why());
    json.set("model", mapper.valueToTree(card));
    json.putObject("reference").put("origin", origin).put("sha256", reference);
    json.put("texts", texts);
    json.put("sameTokenIds", sameIds);
    ArrayNode points = json.putArray("points");
    for (Parity.Difference d : differences) {
      points
          .addObject()
          .put("point", d.point())
          .put("reference", d.tensor())
          .put("numbers", d.numbers())
          .put("worst", d.worst())
          .put("bound", d.bound())
          .put("holds", d.holds());
    }
    ArrayNode rest = json.putArray("without");
    without.forEach(rest::add);
    ArrayNode words = json.putArray("command");
    command.forEach(words::add);
    json.set("versions", mapper.valueToTree(versions));
    json.put("sha256", sha256(mapper.writeValueAsString(json)));
    String text = mapper.writeValueAsString(json);
    AtomicFile.write(file, out -> out.write(text + "\n"));
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
