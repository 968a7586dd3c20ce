package io.lucerna.explorer;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written on a ground can be read in both modes: WCAG 2.2, 1.4.3. */
class ContrastTest {
  private static final double LEAST = 4.5;
  private static final Pattern ROOT = Pattern.compile(":root \\{(.*?)\\}", Pattern.DOTALL);
  private static final Pattern COLOUR = Pattern.compile("--([\\w-]+): #([0-9a-f]{6});");

  /** The colours by their names: of the light mode, and of the dark. */
  private static List<Map<String, String>> modes() throws IOException {
    List<Map<String, String>> modes = new ArrayList<>();
    try (InputStream sheet = requireNonNull(Api.class.getResourceAsStream("page.css"))) {
      Matcher root = ROOT.matcher(new String(sheet.readAllBytes(), StandardCharsets.UTF_8));
      while (root.find()) {
        Map<String, String> colours = new HashMap<>();
        Matcher colour = COLOUR.matcher(root.group(1));
        while (colour.find()) {
          colours.put(colour.group(1), colour.group(2));
        }
        modes.add(colours);
      }
    }
    assertEquals(2, modes.size());
    return modes;
  }

  @ParameterizedTest
  @CsvSource({
    "text, back soft pointed g0 up1 up2 up3 down1 down2 down3",
    "quiet, back soft pointed",
    "rises, back pointed",
    "falls, back pointed",
    "accent, back pointed",
    "error, back",
    "g-light, g1 g2",
    "g-dark, g3",
    "back, up4 down4",
    "on-accent, accent",
  })
  void textsStandOut(String text, String grounds) throws IOException {
    for (Map<String, String> colours : modes()) {
      for (String ground : grounds.split(" ")) {
        double contrast = contrast(named(text, colours), named(ground, colours));
        assertTrue(contrast >= LEAST, text + " on " + ground + ": " + contrast);
      }
    }
  }

  private static String named(String name, Map<String, String> colours) {
    return requireNonNull(colours.get(name), name);
  }

  private static double contrast(String one, String other) {
    double lighter = Math.max(luminance(one), luminance(other));
    double darker = Math.min(luminance(one), luminance(other));
    return (lighter + .05) / (darker + .05);
  }

  private static double luminance(String colour) {
    return .2126 * linear(colour, 0) + .7152 * linear(colour, 2) + .0722 * linear(colour, 4);
  }

  private static double linear(String colour, int at) {
    double share = Integer.parseInt(colour.substring(at, at + 2), 16) / 255.0;
    return share <= .04045 ? share / 12.92 : Math.pow((share + .055) / 1.055, 2.4);
  }
}
