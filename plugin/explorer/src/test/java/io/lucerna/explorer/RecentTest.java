package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class RecentTest {
  /** Ten characters. */
  private final Recent<Integer, String> recent = new Recent<>(10, (key, value) -> value.length());

  @Test
  void whatWasNotUsedForLongestMakesRoom() {
    recent.put(1, "aaaa");
    recent.put(2, "bbbb");
    assertEquals("aaaa", recent.get(1));
    recent.put(3, "cccc");
    assertNull(recent.get(2));
    assertEquals("aaaa", recent.get(1));
    assertEquals("cccc", recent.get(3));
  }

  @Test
  void aValueTakesThePlaceOfTheOneBefore() {
    recent.put(1, "aaaa");
    recent.put(2, "bbbb");
    recent.put(1, "aaaaaa");
    assertEquals("bbbb", recent.get(2));
    assertEquals("aaaaaa", recent.get(1));
    recent.put(3, "c");
    assertNull(recent.get(2));
    assertEquals("aaaaaa", recent.get(1));
  }

  @Test
  void whatIsTooLargeIsNotKept() {
    recent.put(1, "aaaaaaaaaaa");
    assertNull(recent.get(1));
    recent.put(2, "bbbbbbbbbb");
    assertEquals("bbbbbbbbbb", recent.get(2));
  }
}
