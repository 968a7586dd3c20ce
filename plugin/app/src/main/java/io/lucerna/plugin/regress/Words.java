package io.lucerna.plugin.regress;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The words of a command line, as a shell parts and joins them. */
final class Words {
  private static final Pattern WORD = Pattern.compile("(?:[^\\s\"']|\"[^\"]*\"|'[^']*')+");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"|'([^']*)'");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._/:=+@%,-]+");

  private Words() {}

  /** Parts a text at whitespace outside of quotes, and takes the quotes away. */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(
          QUOTED
              .matcher(matcher.group())
              .replaceAll(
                  m -> Matcher.quoteReplacement(m.group(1) == null ? m.group(2) : m.group(1))));
    }
    return List.copyOf(words);
  }

  /** Joins words so that a shell parts them again. */
  static String join(List<String> words) {
    return words.stream().map(Words::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
