package io.lucerna.studies.patch;

import io.lucerna.instrumentation.text.Role;
import io.lucerna.studies.chart.Rgb;

/**
 * One colour for each role: seven of the palette of Okabe and Ito ("Color universal design", 2008),
 * made for colour-blind readers, and two greys.
 */
final class RoleColours {
  private RoleColours() {}

  static Rgb of(Role role) {
    return Rgb.parse(
        switch (role) {
          case CLS -> "#cc79a7";
          case SEP -> "#8c8c8c";
          case QUERY -> "#0072b2";
          case MATCH -> "#009e73";
          case STEM -> "#f0e442";
          case INJECTED -> "#d55e00";
          case FILLER -> "#56b4e9";
          case OTHER -> "#e3e3e3";
          case PROMPT -> "#e69f00";
        });
  }
}
