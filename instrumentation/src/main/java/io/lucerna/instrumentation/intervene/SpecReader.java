package io.lucerna.instrumentation.intervene;

import io.lucerna.base.NearestNames;
import io.lucerna.instrumentation.intervene.Operation.Per;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes one intervention of its operation's word, its points and its settings: what the line and
 * the JSON form have in common.
 */
final class SpecReader {
  /** The settings of each operation besides those of the target; the required ones end in !. */
  private static final Map<String, List<String>> OPERATIONS = operations();

  private static final List<String> TARGET = List.of("head", "unit", "at", "keys", "side");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,7})(?:-(\\d{1,7}))?");
  private static final Pattern HEAD = Pattern.compile("[Ll](\\d{1,4})[Hh](\\d{1,4})");

  /** Says where in the source something is wrong. */
  @FunctionalInterface
  interface Fault {
    /** An error at a character of the text. */
    SpecSyntaxException at(int offset, String message);
  }

  /** A piece of text, and where it is. */
  record Text(String text, Fault fault) {
    SpecSyntaxException error(String message) {
      return fault.at(0, message);
    }
  }

  /** A setting's name and its value. */
  record Setting(Text key, Text value) {}

  private final String word;
  private final Map<String, Text> settings = new LinkedHashMap<>();
  private final Fault end;

  private SpecReader(String word, Fault end) {
    this.word = word;
    this.end = end;
  }

  private static Map<String, List<String>> operations() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("zero", List.of());
    all.put("mean", List.of("from!", "per"));
    all.put("resample", List.of("from!", "per", "seed!"));
    all.put("patch", List.of("from!", "per", "donor"));
    all.put("add", List.of("vector!", "dose"));
    all.put("scale", List.of("by!"));
    all.put("project-out", List.of("vector!"));
    all.put("project-onto", List.of("vector!"));
    all.put("noise", List.of("std!", "seed!"));
    all.put("set", List.of("to!"));
    all.put("custom", List.of("code!"));
    return all;
  }

  /**
   * Reads an intervention.
   *
   * @param end where a missing part is reported
   */
  static Intervention read(Text word, List<Text> points, List<Setting> given, Fault end) {
    List<String> own = OPERATIONS.get(word.text);
    if (own == null) {
      throw word.error(
          "expected an operation ("
              + String.join(", ", OPERATIONS.keySet())
              + "), got '"
              + clipped(word.text)
              + "'");
    }
    if (points.isEmpty()) {
      throw end.at(0, "expected a hook point after " + word.text);
    }
    SpecReader reader = new SpecReader(word.text, end);
    reader.take(given, own);
    List<String> names = points.stream().map(p -> read(p, Target::checked)).toList();
    return new Intervention(reader.target(names), reader.operation());
  }

  private void take(List<Setting> given, List<String> own) {
    List<String> allowed = new ArrayList<>(TARGET);
    own.forEach(key -> allowed.add(key.replace("!", "")));
    for (Setting setting : given) {
      String key = setting.key.text;
      if (!allowed.contains(key)) {
        String hint = NearestNames.hint(clipped(key), allowed);
        throw setting.key.error(
            word
                + " has no setting '"
                + clipped(key)
                + "'"
                + (hint.isEmpty() ? "; its settings are " : hint + " Its settings are ")
                + String.join(", ", allowed));
      }
      if (settings.put(key, setting.value) != null) {
        throw setting.key.error(key + " is given twice");
      }
    }
    for (String key : own) {
      String name = key.replace("!", "");
      if (key.endsWith("!") && !settings.containsKey(name)) {
        throw end.at(0, word + " needs " + name + "=" + example(name));
      }
    }
  }

  private static String example(String key) {
    return switch (key) {
      case "from" -> "RECORDING";
      case "seed" -> "NUMBER";
      case "vector" -> "random:SEED:NORM, [1,0,...], FILE#NAME or FILE.npy";
      case "code" -> "FILE.java or FILE.jar:CLASS";
      default -> "NUMBER";
    };
  }

  private Target target(List<String> names) {
    return new Target(
        names,
        optional("head", SpecReader::ranges),
        optional("unit", SpecReader::ranges),
        positions("at"),
        positions("keys"),
        optional("side", text -> read(text, SpecReader::side)));
  }

  private Operation operation() {
    return switch (word) {
      case "zero" -> new Operation.Zero();
      case "set" -> new Operation.SetTo(number("to"));
      case "scale" -> new Operation.Scale(number("by"));
      case "add" ->
          new Operation.Add(
              vectors(), optional("dose", text -> read(text, Numbers::parse)).orElse(1.0));
      case "project-out" -> new Operation.ProjectOut(vectors());
      case "project-onto" -> new Operation.ProjectOnto(vectors());
      case "noise" -> new Operation.Noise(std(), seed());
      case "mean" -> new Operation.Mean(from(), per(Per.ROLE));
      case "resample" -> new Operation.Resample(from(), per(Per.ROLE), seed());
      case "patch" ->
          new Operation.Patch(
              from(), per(Per.POSITION), optional("donor", text -> read(text, Operation::named)));
      case "custom" -> new Operation.Custom(read(required("code"), Operation::named));
      default -> throw new AssertionError(word);
    };
  }

  private Text required(String key) {
    Text value = settings.get(key);
    if (value == null) {
      throw new AssertionError(key);
    }
    return value;
  }

  private <T> Optional<T> optional(String key, Function<Text, T> reader) {
    @Nullable Text value = settings.get(key);
    return value == null ? Optional.empty() : Optional.of(reader.apply(value));
  }

  private double number(String key) {
    return read(required(key), Numbers::parse);
  }

  private double std() {
    double std = number("std");
    if (std < 0) {
      throw required("std").error("expected a standard deviation of at least 0, got " + std);
    }
    return std;
  }

  private long seed() {
    return read(required("seed"), Numbers::parseLong);
  }

  private String from() {
    return read(required("from"), Operation::named);
  }

  private Vectors vectors() {
    return read(required("vector"), VectorText::parse);
  }

  private Per per(Per usual) {
    return optional("per", text -> read(text, SpecReader::per)).orElse(usual);
  }

  private static Per per(String option) {
    return Arrays.stream(Per.values())
        .filter(per -> per.option().equals(option))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected position or role"));
  }

  private static Side side(String option) {
    return Arrays.stream(Side.values())
        .filter(side -> SpecWriter.option(side).equals(option))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected query, passage or pair"));
  }

  private static Ranges ranges(Text list) {
    List<Ranges.Range> found = new ArrayList<>();
    for (Text item : items(list)) {
      Matcher matcher = RANGE.matcher(item.text);
      if (!matcher.matches()) {
        throw item.error(
            "expected a number from 0 or a range such as 3-5, got '"
                + clipped(item.text)
                + "'"
                + headHint(item.text));
      }
      found.add(read(item, text -> new Ranges.Range(first(matcher), last(matcher))));
    }
    return new Ranges(found);
  }

  /** Elsewhere a head is written with its layer, which is part of the hook point here. */
  private static String headHint(String item) {
    Matcher head = HEAD.matcher(item);
    return head.matches()
        ? "; that is head=" + head.group(2) + " at a point of blocks." + head.group(1)
        : "";
  }

  private Optional<TokenSet> positions(String key) {
    @Nullable Text list = settings.get(key);
    if (list == null) {
      return Optional.empty();
    }
    return items(list).stream().map(item -> read(item, TokenSet::item)).reduce(TokenSet::and);
  }

  private static int first(Matcher matcher) {
    return Integer.parseInt(matcher.group(1));
  }

  private static int last(Matcher matcher) {
    return Integer.parseInt(matcher.group(2) == null ? matcher.group(1) : matcher.group(2));
  }

  /** The parts between commas, each with its own place. */
  private static List<Text> items(Text list) {
    List<Text> items = new ArrayList<>();
    int start = 0;
    for (String item : list.text.split(",", -1)) {
      int from = start;
      items.add(new Text(item, (offset, message) -> list.fault.at(from + offset, message)));
      start += item.length() + 1;
    }
    return items;
  }

  private static <T> T read(Text text, Function<String, T> reader) {
    try {
      return reader.apply(text.text);
    } catch (SpecSyntaxException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      String said = String.valueOf(e.getMessage());
      String got = ", got '" + clipped(text.text) + "'";
      throw text.error(said.contains(", got ") ? said : said + got);
    }
  }

  private static String clipped(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }
}
