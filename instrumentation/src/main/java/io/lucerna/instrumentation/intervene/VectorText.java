package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.checkpoint.NumpyVectors;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads vectors as they are written in a spec: {@code FILE#NAME}, {@code FILE.npy}, {@code
 * row:3:FILE#NAME}, {@code [1,0]}, {@code [[1,0],[0,1]]} or {@code random:SEED:NORM}.
 */
final class VectorText {
  private static final String EXPECTED =
      "expected random:SEED:NORM, FILE#NAME, FILE.npy or numbers such as [1,0,-0.5]";

  private static final Pattern ROW = Pattern.compile("(?s)row:(\\d{1,9}):(.+)");

  private VectorText() {}

  static Vectors parse(String text) {
    Matcher one = ROW.matcher(text);
    if (one.matches() && parse(one.group(2)) instanceof Vectors.Stored stored) {
      return new Vectors.Row(stored, Integer.parseInt(one.group(1)));
    }
    int mark = text.lastIndexOf('#');
    if (mark >= 0) {
      return new Vectors.Stored(text.substring(0, mark), text.substring(mark + 1));
    }
    if (NumpyVectors.isNamed(text)) {
      return new Vectors.Stored(text, Vectors.Stored.ARRAY);
    }
    if (text.startsWith(Vectors.Random.WORD)) {
      String[] words = text.split(":", -1);
      if (words.length != 3) {
        throw new IllegalArgumentException("expected random:SEED:NORM, such as random:7:1.5");
      }
      return new Vectors.Random(Numbers.parseLong(words[1]), Numbers.parse(words[2]));
    }
    if (!text.startsWith("[") || !text.endsWith("]")) {
      throw new IllegalArgumentException(EXPECTED);
    }
    String inside = text.substring(1, text.length() - 1).replaceAll("\\s", "");
    if (!inside.startsWith("[")) {
      return new Vectors.Literal(List.of(row(inside)));
    }
    if (!inside.endsWith("]")) {
      throw new IllegalArgumentException(EXPECTED);
    }
    List<List<Double>> rows = new ArrayList<>();
    for (String row : inside.substring(1, inside.length() - 1).split("\\],\\[", -1)) {
      rows.add(row(row));
    }
    return new Vectors.Literal(rows);
  }

  private static List<Double> row(String numbers) {
    List<Double> row = new ArrayList<>();
    for (String number : numbers.split(",", -1)) {
      try {
        row.add(Numbers.parse(number));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(EXPECTED, e);
      }
    }
    return row;
  }
}
