package io.lucerna.instrumentation.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadTest {
  @ParameterizedTest
  @ValueSource(strings = {"L10H2", "l10h2", "10.2", "10:2", "L010H02"})
  void everySpellingIsTheSameHead(String text) {
    assertEquals(new Head(10, 2), Head.parse(text));
    assertEquals("L10H2", Head.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "16",
        "L1",
        "H1",
        "L1H",
        "1.",
        ".6",
        "L-1H2",
        "1.6.2",
        "L1.H6",
        " L1H6",
        "L12345H1"
      })
  void anythingElseIsRefused(String text) {
    String said = assertThrows(IllegalArgumentException.class, () -> Head.parse(text)).getMessage();
    assertEquals("a head is written by its layer and number, such as L1H6; got " + text, said);
  }
}
