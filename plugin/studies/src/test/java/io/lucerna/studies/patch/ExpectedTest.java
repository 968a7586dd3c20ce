package io.lucerna.studies.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ExpectedTest {
  private static final Pattern AXIOM =
      Pattern.compile("\\| `([A-Z0-9-]+)[^`]*` \\| [^|]+ \\| (up|down|not up|not down)\\b.*");

  @Test
  void axiomsSayWhatTheDocumentationSays() throws IOException {
    int axioms = 0;
    for (String line : Files.readAllLines(Checkout.root().resolve("docs/perturbations.md"))) {
      Matcher row = AXIOM.matcher(line);
      if (row.matches()) {
        axioms++;
        Expected expected =
            Expected.valueOf(row.group(2).toUpperCase(Locale.ROOT).replace(' ', '_'));
        assertEquals(expected, Expected.of(row.group(1)), line);
        assertEquals(expected, Expected.of(row.group(1) + ":2"), line);
      }
    }
    assertEquals(21, axioms);
    assertEquals(Expected.NOTHING, Expected.of("ADD:idf"));
  }
}
