package io.lucerna.topics.perturb;

import io.lucerna.base.Internal;
import io.lucerna.base.NearestNames;
import io.lucerna.topics.perturb.Reordering.Unit;
import io.lucerna.topics.perturb.TermRemoval.Need;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The perturbations that are known by name. A name may be followed by settings, separated by
 * colons: {@code ADD:idf:start}. docs/perturbations.md is their table.
 *
 * <p>Sources: Fang, Tao and Zhai, SIGIR 2004 and TOIS 2011 (TFC1 to TFC3, TDC, LNC1, LNC2, TF-LNC);
 * Fang and Zhai, SIGIR 2006 (STMC1 to STMC3); Tao and Zhai, SIGIR 2007, and Hagen, Völske, Göring
 * and Stein, CIKM 2016 (PROX1 to PROX5); Lv and Zhai, CIKM 2011 (LB1); Wu and Fang, ECIR 2012 (REG,
 * AND), with the forms LEN-AND and M-AND as in Hagen et al.; Parry et al., ECIR 2025 (MechIR:
 * TDC-APPEND, ADD, REPLACE); MacAvaney et al., TACL 2022 (ABNIRML: changes of writing and order).
 * The papers state conditions on two given documents; which change of one passage meets them is
 * decided here, and said at each row.
 */
public final class PerturbationNames {
  /**
   * A row of the table.
   *
   * @param name the name before any settings
   * @param settings what may follow it, with defaults; empty if nothing may
   * @param description what is changed
   * @param needsSimilarity whether it needs to know which words are alike
   */
  public record Kind(String name, String settings, String description, boolean needsSimilarity) {}

  private record Row(Kind kind, int most, Function<Settings, Perturbation> maker) {}

  /** The settings behind a name. */
  private record Settings(String name, List<String> values) {
    <T> T get(int at, Function<String, T> parser, T otherwise) {
      return at < values.size() ? parser.apply(values.get(at)) : otherwise;
    }

    int number(int at, int otherwise, int least, int most) {
      String value = get(at, v -> v, Integer.toString(otherwise));
      if (!value.matches("[0-9]{1,4}")
          || Integer.parseInt(value) < least
          || Integer.parseInt(value) > most) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "a number from %d to %d is needed, not '%s'", least, most, value));
      }
      return Integer.parseInt(value);
    }

    double share(int at, double otherwise) {
      String value = get(at, v -> v, Double.toString(otherwise));
      if (!value.matches("0?\\.[0-9]+|[01]")) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "a number from 0 to 1 is needed, not '%s'", value));
      }
      return Double.parseDouble(value);
    }

    Place place(int at, Place otherwise) {
      return get(at, Place::parse, otherwise);
    }

    TermChoice choice(int at) {
      return get(at, TermChoice::parse, TermChoice.RANDOM);
    }
  }

  private static final List<Row> ROWS = rows();

  /** A name may become a part of the name of a file, and of a level in tables. */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}");

  private PerturbationNames() {}

  /** {@return all kinds, in the order of the documentation} */
  public static List<Kind> kinds() {
    return ROWS.stream().map(Row::kind).toList();
  }

  /**
   * {@return the perturbation of a name and settings}
   *
   * @param text a name in either case, and its settings after colons
   * @throws IllegalArgumentException if there is none; the message says what there is
   */
  public static Perturbation parse(String text) {
    List<String> parts = Arrays.asList(text.strip().split(":", -1));
    String name = parts.getFirst().toUpperCase(Locale.ROOT);
    Row row =
        ROWS.stream()
            .filter(r -> r.kind.name.equals(name))
            .findFirst()
            .orElseThrow(() -> unknown(parts.getFirst()));
    List<String> values =
        parts.subList(1, parts.size()).stream().map(v -> v.toLowerCase(Locale.ROOT)).toList();
    if (values.size() > row.most) {
      throw new IllegalArgumentException(
          "perturbation '"
              + text
              + "': "
              + (row.most == 0 ? "takes no settings" : "the settings are " + row.kind.settings));
    }
    String full =
        String.join(
            ":",
            IntStream.range(0, parts.size())
                .mapToObj(i -> i == 0 ? name : values.get(i - 1))
                .toList());
    try {
      return row.maker.apply(new Settings(full, values));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("perturbation '" + text + "': " + e.getMessage(), e);
    }
  }

  private static IllegalArgumentException unknown(String name) {
    List<String> names = kinds().stream().map(Kind::name).toList();
    return new IllegalArgumentException(
        "there is no perturbation '"
            + name
            + "'; there are "
            + String.join(", ", names)
            + NearestNames.hint(name, names));
  }

  /**
   * {@return the kind that a perturbation's name begins with}
   *
   * @param perturbation one that {@link #parse} made
   * @throws java.util.NoSuchElementException if its name is none of those known
   */
  public static Kind kind(Perturbation perturbation) {
    String name = perturbation.name().split(":", 2)[0];
    return kinds().stream().filter(k -> k.name.equals(name)).findFirst().orElseThrow();
  }

  /**
   * {@return what ready pairs are called that are made by a perturbation of this name} One that
   * begins as a known one must be that, settings and all. Any other word is a perturbation of one's
   * own, of which no axiom says anything.
   *
   * @param text a known name in either case, or another word
   * @throws IllegalArgumentException if it is no word, or the settings of a known name are wrong
   */
  @Internal
  public static String ofPairs(String text) {
    if (text.equals("all")) {
      throw new IllegalArgumentException("no perturbation is called 'all': tables mean all pairs");
    }
    if (!WORD.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a perturbation is called by one word of at most 64 letters, digits, . _ : and -, got '"
              + text
              + "'");
    }
    String name = text.split(":", 2)[0].toUpperCase(Locale.ROOT);
    return kinds().stream().anyMatch(k -> k.name.equals(name)) ? parse(text).name() : text;
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    frequencyAndLength(rows);
    coverage(rows);
    proximity(rows);
    similarity(rows);
    terms(rows);
    writing(rows);
    return List.copyOf(rows);
  }

  private static void frequencyAndLength(List<Row> rows) {
    rows.add(
        row(
            "TFC1",
            ":PLACE (end)",
            1,
            "one more occurrence of a random query term",
            s -> new TermAddition(s.name, TermChoice.RANDOM, s.place(0, Place.END), List.of(1))));
    rows.add(
        row(
            "TFC2",
            ":COUNT (3)",
            1,
            "1, 2, ..., COUNT more occurrences of a random query term",
            s ->
                new TermAddition(
                    s.name,
                    TermChoice.RANDOM,
                    Place.END,
                    IntStream.rangeClosed(1, s.number(0, 3, 3, 20)).boxed().toList())));
    rows.add(
        rule(
            "TFC3",
            "one occurrence of a repeated query term becomes a missing one, at least as rare",
            TermExchange::oneOfRepeatedForAbsent));
    rows.add(
        rule(
            "TDC",
            "a frequent common and a less frequent rare query term change places throughout",
            TermExchange::commonForRare));
    rows.add(
        row(
            "TDC-APPEND",
            ":PLACE (end)",
            1,
            "one more occurrence of the rarest query term",
            s -> new TermAddition(s.name, TermChoice.IDF, s.place(0, Place.END), List.of(1))));
    rows.add(
        row(
            "LNC1",
            ":PLACE (end)",
            1,
            "a sentence of another topic's passage without query terms",
            s ->
                Perturbation.named(
                    s.name,
                    (subject, random) ->
                        Lengthening.sentence(subject, random, s.place(0, Place.END), true))));
    rows.add(
        row(
            "LNC2",
            ":COUNT (2)",
            1,
            "COUNT copies of the passage",
            s -> {
              int copies = s.number(0, 2, 2, 20);
              return Perturbation.named(
                  s.name, (subject, random) -> Lengthening.copies(subject, copies));
            }));
    rows.add(
        row(
            "TF-LNC",
            ":COUNT (2)",
            1,
            "COUNT more occurrences of a random query term, and so much longer",
            s ->
                new TermAddition(
                    s.name, TermChoice.RANDOM, Place.END, List.of(s.number(0, 2, 1, 20)))));
  }

  private static void coverage(List<Row> rows) {
    rows.add(
        removal(
            "LB1", "without the rarest of its query terms", Need.ANY, TermChoice.IDF::pick, false));
    rows.add(
        removal(
            "REG",
            "without the query term that says least about the others",
            Need.TWO,
            TermRemoval::leastRelated,
            false));
    rows.add(
        removal(
            "AND",
            "a passage with all query terms, without a random one",
            Need.ALL,
            TermChoice.RANDOM::pick,
            false));
    rows.add(
        removal(
            "LEN-AND",
            "as AND, with other words instead",
            Need.ALL,
            TermChoice.RANDOM::pick,
            true));
    rows.add(
        removal(
            "M-AND",
            "a passage with two query terms or more, without a random one",
            Need.TWO,
            TermChoice.RANDOM::pick,
            false));
  }

  private static void proximity(List<Row> rows) {
    rows.add(nearness("PROX1", "smaller mean distance of query terms", Nearness.MEAN_DISTANCE, 2));
    rows.add(nearness("PROX2", "query terms first occur earlier", Nearness.FIRST, 1));
    rows.add(
        rule(
            "PROX3",
            "the query as a phrase moves to the beginning",
            (subject, random) -> Proximity.phraseEarlier(subject)));
    rows.add(
        nearness(
            "PROX4",
            "fewer other words in the tightest group of query terms",
            Nearness.TIGHTEST,
            2));
    rows.add(
        nearness(
            "PROX5",
            "a smaller mean span of all query terms around an occurrence",
            Nearness.SPAN,
            2));
  }

  private static void similarity(List<Row> rows) {
    rows.add(
        similar(
            "STMC1",
            "the word least similar to the query becomes one similar to a query term",
            SimilarTerms::similarForUnrelated));
    rows.add(
        similar("STMC2", "a query term becomes a similar word", SimilarTerms::similarForExact));
    rows.add(
        similar(
            "STMC3",
            "one occurrence of a repeated query term becomes a word similar to a missing one",
            SimilarTerms::similarToMissing));
  }

  private static void terms(List<Row> rows) {
    rows.add(
        row(
            "ADD",
            ":CHOICE (random):PLACE (end):COUNT (1)",
            3,
            "COUNT more occurrences of the chosen query term",
            s ->
                new TermAddition(
                    s.name, s.choice(0), s.place(1, Place.END), List.of(s.number(2, 1, 1, 100)))));
    rows.add(
        row(
            "REPLACE",
            ":CHOICE (random)",
            1,
            "words of other passages in place of the chosen query term",
            s -> new TermRemoval(s.name, Need.ANY, s.choice(0)::pick, true)));
    rows.add(
        row(
            "DELETE",
            ":CHOICE (random)",
            1,
            "without the chosen query term",
            s -> new TermRemoval(s.name, Need.ANY, s.choice(0)::pick, false)));
  }

  private static void writing(List<Row> rows) {
    rows.add(
        rule(
            "SHUFFLE-WORDS",
            "words in random order",
            (subject, random) -> Reordering.shuffled(subject, Unit.WORDS, random)));
    rows.add(
        rule(
            "REVERSE-WORDS",
            "words in reverse order",
            (subject, random) -> Reordering.reversed(subject, Unit.WORDS)));
    rows.add(
        rule(
            "SHUFFLE-SENTENCES",
            "sentences in random order",
            (subject, random) -> Reordering.shuffled(subject, Unit.SENTENCES, random)));
    rows.add(
        rule(
            "REVERSE-SENTENCES",
            "sentences in reverse order",
            (subject, random) -> Reordering.reversed(subject, Unit.SENTENCES)));
    rows.add(rule("CASE-FOLD", "lower case", (subject, random) -> Surface.caseFolded(subject)));
    rows.add(
        rule(
            "DELETE-PUNCTUATION",
            "without punctuation between words",
            (subject, random) -> Surface.withoutPunctuation(subject)));
    rows.add(
        rule(
            "DELETE-STOPWORDS",
            "without the words that the index leaves out",
            (subject, random) -> Surface.withoutStopWords(subject)));
    rows.add(rule("DELETE-SENTENCE", "without a random sentence", Surface::withoutSentence));
    rows.add(
        row(
            "ADD-SENTENCE",
            ":PLACE (end)",
            1,
            "a random sentence of another topic's passage",
            s ->
                Perturbation.named(
                    s.name,
                    (subject, random) ->
                        Lengthening.sentence(subject, random, s.place(0, Place.END), false))));
    rows.add(rule("TYPO", "a typing error in one of ten longer words", Surface::typos));
    rows.add(rule("SWAP-NUMBERS", "two numbers change places", Surface::swappedNumbers));
  }

  private static Row row(
      String name,
      String settings,
      int most,
      String description,
      Function<Settings, Perturbation> maker) {
    return new Row(new Kind(name, settings, description, false), most, maker);
  }

  private static Row rule(
      String name, String description, BiFunction<Subject, RandomGenerator, Outcome> rule) {
    return row(name, "", 0, description, s -> Perturbation.named(s.name, rule));
  }

  private static Row removal(
      String name, String description, Need need, TermRemoval.Choice choice, boolean replaced) {
    return row(name, "", 0, description, s -> new TermRemoval(s.name, need, choice, replaced));
  }

  private static Row nearness(String name, String description, Nearness measure, int least) {
    return rule(
        name, description, (subject, random) -> Proximity.nearer(subject, random, measure, least));
  }

  private interface SimilarityRule {
    Outcome apply(SimilarTerms similar, Subject subject, RandomGenerator random);
  }

  private static Row similar(String name, String description, SimilarityRule rule) {
    Function<Settings, Perturbation> maker =
        s -> {
          double least = s.share(0, SimilarTerms.LEAST);
          return Perturbation.named(
              s.name,
              (subject, random) ->
                  subject
                      .resources()
                      .similarity()
                      .map(known -> rule.apply(new SimilarTerms(known, least), subject, random))
                      .orElse(Outcome.notApplicable("it is not known which words are similar")));
        };
    return new Row(new Kind(name, ":LEAST (0.5)", description, true), 1, maker);
  }
}
