package io.lucerna.studies.chart;

import java.util.HexFormat;

/** A colour of the sRGB space; parts from 0 to 255. */
public record Rgb(int red, int green, int blue) {
  /** Black that paper prints as black. */
  public static final Rgb BLACK = new Rgb(0, 0, 0);

  /** White. */
  public static final Rgb WHITE = new Rgb(255, 255, 255);

  /** Reads {@code #rrggbb}. */
  public static Rgb parse(String hex) {
    int value = Integer.parseInt(hex.substring(1), 16);
    return new Rgb(value >> 16 & 255, value >> 8 & 255, value & 255);
  }

  /** Prints {@code #rrggbb}. */
  public String hex() {
    HexFormat hex = HexFormat.of();
    return "#"
        + hex.toHexDigits((byte) red)
        + hex.toHexDigits((byte) green)
        + hex.toHexDigits((byte) blue);
  }

  /** Relative luminance from 0 to 1 (WCAG 2.1). */
  public double luminance() {
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  }

  /** Black or white, whichever has the higher contrast (WCAG 2.1) on this colour. */
  public Rgb text() {
    double own = luminance() + 0.05;
    return 1.05 / own > own / 0.05 ? WHITE : BLACK;
  }

  /** The light that a part stands for, from 0 to 1 (IEC 61966-2-1). */
  static double linear(int part) {
    double share = part / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }
}
