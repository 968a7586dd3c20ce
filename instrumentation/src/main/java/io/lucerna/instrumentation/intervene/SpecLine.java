package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.intervene.SpecReader.Fault;
import io.lucerna.instrumentation.intervene.SpecReader.Setting;
import io.lucerna.instrumentation.intervene.SpecReader.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the one-line form: interventions separated by semicolons; in each an operation, points
 * separated by commas, and settings {@code key=value}, all separated by whitespace. Double quotes
 * hold whitespace, semicolons and equals signs together; inside them a backslash precedes a quote
 * or a backslash.
 */
final class SpecLine {
  private static final int LONGEST = 10_000_000;

  /** A word without its quotes, and where each of its characters is in the line. */
  private record Word(String text, int[] origin, int equals) {}

  private final String line;
  private int at;

  private SpecLine(String line) {
    this.line = line;
  }

  static InterventionSpec parse(String line) {
    if (line.length() > LONGEST) {
      throw new SpecSyntaxException(
          "a spec has at most " + LONGEST + " characters, got " + line.length());
    }
    if (line.isBlank()) {
      return InterventionSpec.none();
    }
    SpecLine reader = new SpecLine(line);
    List<Intervention> all = new ArrayList<>();
    do {
      all.add(reader.intervention());
    } while (reader.semicolon());
    return new InterventionSpec(all);
  }

  private SpecSyntaxException error(int index, String message) {
    return SpecSyntaxException.at(line, Math.min(index, line.length()), message);
  }

  private void skipSpace() {
    while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
      at++;
    }
  }

  private boolean semicolon() {
    boolean more = at < line.length();
    at++;
    return more;
  }

  private Intervention intervention() {
    skipSpace();
    int start = at;
    List<Word> words = new ArrayList<>();
    while (at < line.length() && line.charAt(at) != ';') {
      words.add(word());
      skipSpace();
    }
    if (words.isEmpty()) {
      throw error(start, "expected an intervention, such as zero blocks.3.attn.hook_z head=7");
    }
    int end = at;
    List<Text> points = new ArrayList<>();
    List<Setting> settings = new ArrayList<>();
    for (Word word : words.subList(1, words.size())) {
      if (word.equals >= 0) {
        settings.add(setting(word));
      } else if (settings.isEmpty()) {
        points(word, points);
      } else {
        throw error(word.origin[0], "expected a setting such as head=7, got '" + word.text + "'");
      }
    }
    Fault missing = (offset, message) -> error(end, message);
    return SpecReader.read(text(words.getFirst(), 0), points, settings, missing);
  }

  private Word word() {
    StringBuilder text = new StringBuilder();
    List<Integer> origin = new ArrayList<>();
    int equals = -1;
    int start = at;
    boolean quoted = false;
    int quote = 0;
    for (; at < line.length(); at++) {
      char c = line.charAt(at);
      if (c == '"') {
        quoted = !quoted;
        quote = at;
        continue;
      }
      if (!quoted && (c == ';' || Character.isWhitespace(c))) {
        break;
      }
      if (quoted && c == '\\') {
        at++;
        if (at == line.length() || line.charAt(at) != '"' && line.charAt(at) != '\\') {
          throw error(at - 1, "expected \\\" or \\\\ in quotes");
        }
      } else if (!quoted && c == '=' && equals < 0) {
        equals = text.length();
      }
      text.append(line.charAt(at));
      origin.add(at);
    }
    if (quoted) {
      throw error(quote, "this quote is not closed");
    }
    origin.add(at);
    int[] places = origin.stream().mapToInt(Integer::intValue).toArray();
    places[0] = start;
    return new Word(text.toString(), places, equals);
  }

  private Text text(Word word, int from) {
    return text(word, from, word.text.length());
  }

  private Text text(Word word, int from, int to) {
    return new Text(
        word.text.substring(from, to),
        (offset, message) ->
            error(word.origin[Math.min(from + offset, word.origin.length - 1)], message));
  }

  private Setting setting(Word word) {
    if (word.equals == 0) {
      throw error(word.origin[0], "expected a setting's name before =");
    }
    if (word.equals == word.text.length() - 1) {
      throw error(
          word.origin[word.text.length()],
          "expected a value after " + word.text + "; no space is allowed around =");
    }
    return new Setting(text(word, 0, word.equals), text(word, word.equals + 1));
  }

  private void points(Word word, List<Text> points) {
    int from = 0;
    while (from < word.text.length()) {
      int comma = word.text.indexOf(',', from);
      int to = comma < 0 ? word.text.length() : comma;
      if (to > from || comma < 0) {
        points.add(text(word, from, to));
      } else {
        throw error(word.origin[from], "expected a hook point before the comma");
      }
      from = to + 1;
    }
  }
}
