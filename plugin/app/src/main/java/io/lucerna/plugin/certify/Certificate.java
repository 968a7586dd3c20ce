package io.lucerna.plugin.certify;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Sha256;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.GradientParity;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a model is from its reference.
 *
 * @param card the model
 * @param origin who made the reference
 * @param reference the SHA-256 of the reference's tensors
 * @param differences by hook point, then the output, then by gradient
 * @param inDouble the same where both compute in fp64, which distinguishes rounding from a bug;
 *     empty where fp32 keeps within the bounds, or the reference was not made here
 * @param raised the classes of the reference's modules that compute in fp32 in an fp64 model, which
 *     were kept in fp64 for that comparison
 * @param without the hook points that the reference has nothing for
 * @param texts how many texts were compared
 * @param comparedIds of how many of them token ids and types were compared
 * @param sameIds of how many of these the tokenizer gave the reference's
 * @param notCompared why no token ids were compared; empty where they were
 * @param strict whether every difference must keep within its bound in fp32
 */
public record Certificate(
    ModelCard card,
    String origin,
    String reference,
    List<Parity.Difference> differences,
    List<Parity.Difference> inDouble,
    List<String> raised,
    List<String> without,
    int texts,
    int comparedIds,
    int sameIds,
    String notCompared,
    boolean strict) {

  /** Beyond this, times max(1, abs(value)), a difference of the output is not rounding. */
  private static final double HARD_FAILURE = 5e-5;

  /** Copies the lists. */
  public Certificate {
    differences = List.copyOf(differences);
    inDouble = List.copyOf(inDouble);
    raised = List.copyOf(raised);
    without = List.copyOf(without);
  }

  /**
   * Compares a model with a reference.
   *
   * @param gradients those of the reference; null if it has none
   */
  static Certificate compare(
      Ranker ranker,
      Checkpoint numbers,
      @Nullable Checkpoint gradients,
      String origin,
      int texts,
      TokenIds ids) {
    List<Parity.Difference> differences =
        new ArrayList<>(Parity.of(ranker.reading().model(), numbers));
    if (gradients != null) {
      differences.addAll(GradientParity.of(ranker, numbers, gradients));
    }
    List<String> known = differences.stream().map(Parity.Difference::point).toList();
    List<String> without =
        ranker.reading().model().registry().points().stream()
            .map(HookPoint::toString)
            .filter(point -> !known.contains(point))
            .toList();
    return new Certificate(
        ranker.card(),
        origin,
        numbers.sha256(),
        differences,
        List.of(),
        List.of(),
        without,
        texts,
        ids.compared(),
        ids.same(),
        ids.why(),
        false);
  }

  /**
   * Compares a model with a reference folder.
   *
   * @throws IOException if its gradients cannot be read
   */
  public static Certificate of(Ranker ranker, Checkpoint numbers, ReferenceFolder folder)
      throws IOException {
    List<TokenSequence> texts = Parity.texts(numbers);
    int same = 0;
    int compared = Math.min(texts.size(), folder.pairs().size());
    Side side = ranker.reading().sides().getLast();
    for (int i = 0; i < compared; i++) {
      ReferenceFolder.Pair pair = folder.pairs().get(i);
      TokenSequence own = ranker.reading().input(side, pair.query(), pair.passage());
      same += Arrays.equals(own.ids(), texts.get(i).ids()) ? 1 : 0;
    }
    String why = compared == 0 ? "the reference has no texts" : "";
    TokenIds ids = new TokenIds(compared, same, why);
    Optional<Path> gradients = folder.gradients();
    if (gradients.isEmpty()) {
      return compare(ranker, numbers, null, folder.origin(), texts.size(), ids);
    }
    try (Checkpoint stored = Checkpoints.openFile(gradients.get())) {
      return compare(ranker, numbers, stored, folder.origin(), texts.size(), ids);
    }
  }

  /**
   * How many texts became the same tokens here and in the reference.
   *
   * @param compared of how many it is known
   * @param same how many did
   * @param why none were compared; empty otherwise
   */
  record TokenIds(int compared, int same, String why) {}

  /** The same with what both give in fp64. */
  Certificate withDouble(List<Parity.Difference> others, List<String> classes) {
    return new Certificate(
        card,
        origin,
        reference,
        differences,
        others,
        classes,
        without,
        texts,
        comparedIds,
        sameIds,
        notCompared,
        strict);
  }

  /** The same, with or without rounding as an excuse. */
  public Certificate withStrict(boolean other) {
    return new Certificate(
        card,
        origin,
        reference,
        differences,
        inDouble,
        raised,
        without,
        texts,
        comparedIds,
        sameIds,
        notCompared,
        other);
  }

  /** Whether every difference keeps within its bound in fp32. */
  boolean exact() {
    return !differences.isEmpty() && differences.stream().allMatch(Parity.Difference::holds);
  }

  /** Whether what is beyond a bound in fp32 is rounding: gone in fp64, and small in the output. */
  public boolean rounding() {
    return !strict
        && !exact()
        && !inDouble.isEmpty()
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
    return (exact() || rounding()) && sameIds == comparedIds;
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
    if (sameIds < comparedIds) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "%d of %d texts have token ids that differ from the reference's (is the prompt the "
                  + "same?)",
              comparedIds - sameIds,
              comparedIds));
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
            comparedIds == 0
                ? "; token ids not compared: " + notCompared
                : "; token ids the same for " + sameIds + " of " + comparedIds));
    if (rounding()) {
      lines.add(worst("in fp32   ", differences) + ", which is rounding:");
      lines.add(worst("in fp64   ", inDouble));
    } else if (!differences.isEmpty()) {
      lines.add(worst("worst     ", differences));
    }
    if (!raised.isEmpty()) {
      lines.add(
          "raised     to fp64, where transformers stays in fp32: " + String.join(", ", raised));
    }
    if (!without.isEmpty()) {
      lines.add("without    " + without.size() + " points that no module outputs");
    }
    if (holds()) {
      lines.add(rounding() ? "CERTIFIED in fp64; in fp32 it differs by rounding" : "CERTIFIED");
    } else {
      lines.add("NOT CERTIFIED: " + why());
    }
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
    json.put("comparedTokenIds", comparedIds);
    json.put("sameTokenIds", sameIds);
    json.put("strict", strict);
    points(json.putArray("points"), differences);
    points(json.putArray("inDouble"), inDouble);
    ArrayNode fp32 = json.putArray("raised");
    raised.forEach(fp32::add);
    ArrayNode rest = json.putArray("without");
    without.forEach(rest::add);
    ArrayNode words = json.putArray("command");
    command.forEach(words::add);
    json.set("versions", mapper.valueToTree(versions));
    json.put("sha256", Sha256.of(mapper.writeValueAsString(json)));
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
}
