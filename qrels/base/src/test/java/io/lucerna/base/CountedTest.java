package io.lucerna.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountedTest {
  @ParameterizedTest
  @CsvSource({
    "0, topic, 0 topics",
    "1, topic, 1 topic",
    "2, topic, 2 topics",
    "1, query, 1 query",
    "2, query, 2 queries",
  })
  void theNounAgreesWithTheNumber(long count, String noun, String words) {
    assertEquals(words, Counted.of(count, noun));
  }
}
