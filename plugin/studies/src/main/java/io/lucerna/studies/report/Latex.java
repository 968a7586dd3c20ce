package io.lucerna.studies.report;

import io.lucerna.studies.chart.PlainText;

/** Makes text harmless in LaTeX. */
public final class Latex {
  /** What marks a significant number. */
  public static final String SIGNIFICANT = "$^{*}$";

  private Latex() {}

  /** Text with all of LaTeX's own characters escaped. */
  public static String text(String text) {
    StringBuilder out = new StringBuilder();
    PlainText.visible(text)
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> out.append("\\textbackslash{}");
                case '~' -> out.append("\\textasciitilde{}");
                case '^' -> out.append("\\textasciicircum{}");
                case '<' -> out.append("\\textless{}");
                case '>' -> out.append("\\textgreater{}");
                case '|' -> out.append("\\textbar{}");
                case '"' -> out.append("''");
                case '&', '%', '$', '#', '_', '{', '}' -> out.append('\\').appendCodePoint(c);
                case 0x2212 -> out.append("$-$");
                default -> out.appendCodePoint(c);
              }
            });
    // What begins a row would be read as belonging to the line break before it.
    return out.toString().matches("(?s)[\\[*].*")
        ? "{" + out.charAt(0) + "}" + out.substring(1)
        : out.toString();
  }

  /** A printed number in mathematical type. */
  public static String number(String printed) {
    return printed.equals(Digits.NONE)
        ? "--"
        : "$" + printed.replace('\u2212', '-').replace("%", "\\%") + "$";
  }
}
