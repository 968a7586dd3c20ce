package io.lucerna.studies.chart;

/** A colour of CIELAB under D65, where equal distances look about equal (CIE 1976). */
record Lab(double lightness, double a, double b) {
  private static final double WHITE_X = 0.95047;
  private static final double WHITE_Z = 1.08883;
  private static final double EDGE = 6.0 / 29;

  static Lab of(Rgb colour) {
    double r = Rgb.linear(colour.red());
    double g = Rgb.linear(colour.green());
    double b = Rgb.linear(colour.blue());
    double x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / WHITE_X);
    double y = curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    double z = curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / WHITE_Z);
    return new Lab(116 * y - 16, 500 * (x - y), 200 * (y - z));
  }

  /** The nearest colour of sRGB, each part cut to its range. */
  Rgb rgb() {
    double fy = (lightness + 16) / 116;
    double x = WHITE_X * inverse(fy + a / 500);
    double y = inverse(fy);
    double z = WHITE_Z * inverse(fy - b / 200);
    return new Rgb(
        part(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
        part(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
        part(0.0556434 * x - 0.2040259 * y + 1.0572252 * z));
  }

  /** The point at this share of the way to another. */
  Lab towards(Lab other, double share) {
    return new Lab(
        lightness + share * (other.lightness - lightness),
        a + share * (other.a - a),
        b + share * (other.b - b));
  }

  private static double curve(double t) {
    return t > EDGE * EDGE * EDGE ? Math.cbrt(t) : t / (3 * EDGE * EDGE) + 4.0 / 29;
  }

  private static double inverse(double t) {
    return t > EDGE ? t * t * t : 3 * EDGE * EDGE * (t - 4.0 / 29);
  }

  private static int part(double linear) {
    double share = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
    return Math.clamp(Math.round(255 * share), 0, 255);
  }
}
