package io.lucerna.plugin.certify;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
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
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How far a model is from its reference.
 *
 * @param card the model
 * @param origin who made the reference
 * @param reference the SHA-256 of the reference's tensors
 * @param differences by hook point, the output last
 * @param inDouble the same where both compute in fp64, which tells rounding from a bug; empty where
 *     fp32 keeps within the bounds, or the reference was not made here
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
    List<Parity.Difference> inDouble,
    List<String> without,
    int texts,
    int sameIds) {

  /** Beyond this, times max(1, abs(value)), a difference of the output is no rounding. */
  private static final double HARD_FAILURE = 5e-5;

  /** Copies the lists. */
  public Certificate {
    differences = List.copyOf(differences);
    inDouble = List.copyOf(inDouble);
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
        ranker.card(), origin, numbers.sha256(), differences, List.of(), without, texts, sameIds);
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

  /** The same with what both give in fp64. */
  Certificate withDouble(List<Parity.Difference> others) {
    return new Certificate(card, origin, reference, differences, others, without, texts, sameIds);
  }

  /** Whether every difference keeps within its bound in fp32. */
  boolean exact() {
    return !differences.isEmpty() && differences.stream().allMatch(Parity.Difference::holds);
  }

  /** Whether what is beyond a bound in fp32 is rounding: gone in fp64, and small in the output. */
  private boolean rounding() {
    return !inDouble.isEmpty()
        && inDouble.stream().allMatch(Parity.Difference::holds)
        && differences.stream()
            .filter(d -> d.point().equals("output"))
            .allMatch(d -> d.worst() <= HARD_FAILURE);
  }

  /**
   * Whether the model computes what the reference does, but for rounding, and all token ids are the
   * reference's.
   */
  public boolean holds() {
    return (exact() || rounding()) && (sameIds < 0 || sameIds == texts);
  }

  /** What is beyond a bound, in words; empty if nothing is. */
  public String why() {
    List<String> reasons = new ArrayList<>();
    if (differences.isEmpty()) {
      reasons.add("the reference has no tensor that stands for a hook point");
    }
    beyond("", differences).ifPresent(reasons::add);
    beyond("in fp64 ", inDouble).ifPresent(reasons::add);
    if (rounding()) {
      reasons.add(worst("only by rounding: in fp64 the worst is", inDouble));
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

  private static Optional<String> beyond(String where, List<Parity.Difference> all) {
    List<String> names =
        all.stream().filter(d -> !d.holds()).map(Parity.Difference::point).toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%sbeyond the bound at %d points, first %s",
                where,
                names.size(),
                names.getFirst()));
  }

  private static String worst(String what, List<Parity.Difference> all) {
    Parity.Difference worst =
        Collections.max(all, Comparator.comparingDouble(d -> d.worst() / d.bound()));
    return String.format(
        Locale.ROOT,
        "%s %.1e of %.0e allowed, at %s",
        what,
        worst.worst(),
        worst.bound(),
        worst.point());
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
            sameIds < 0 ? "; token ids not compared" : "; token ids the same of " + sameIds));
    if (!differences.isEmpty()) {
      lines.add(worst("worst     ", differences));
    }
    if (!without.isEmpty()) {
      lines.add("without    " + without.size() + " points that no module gives as they are");
    }
    String reasons = why().isEmpty() ? "" : ": " + why();
    lines.add((holds() ? "CERTIFIED" : "NOT CERTIFIED") + reasons);
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
    points(json.putArray("points"), differences);
    points(json.putArray("inDouble"), inDouble);
    ArrayNode rest = json.putArray("without");
    without.forEach(rest::add);
    ArrayNode words = json.putArray("command");
    command.forEach(words::add);
    json.set("versions", mapper.valueToTree(versions));
    json.put("sha256", sha256(mapper.writeValueAsString(json)));
    String text = mapper.writeValueAsString(json);
    AtomicFile.write(file, out -> out.write(text + "\n"));
  }

  private static void points(ArrayNode array, List<Parity.Difference> all) {
    for (Parity.Difference d : all) {
      array
          .addObject()
          .put("point", d.point())
          .put("reference", d.tensor())
          .put("numbers", d.numbers())
          .put("worst", d.worst())
          .put("bound", d.bound())
          .put("holds", d.holds());
    }
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
