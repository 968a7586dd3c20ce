package io.lucerna.studies.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FloorTest {
  @Test
  void aShareIsOfTheMedianOfThoseThatChange() {
    double[] changes = {0, -4, 1, 0, 2, 0, -8, 0};
    assertEquals(1.5, new Floor.Share(0.5).least(changes));
    assertEquals(0.2, Floor.DEFAULT.least(new double[] {-2, 0, 9, 1}), 1e-15);
    assertEquals(0, Floor.DEFAULT.least(new double[] {0, 0}));
    assertEquals(0, Floor.DEFAULT.least(new double[0]));
  }

  @Test
  void aShareDoesNotDependOnTheScaleOfScores() {
    double[] changes = {0.25, -3, 0.75, 5};
    double[] small = {0.25 / 1024, -3.0 / 1024, 0.75 / 1024, 5.0 / 1024};
    assertEquals(Floor.DEFAULT.least(changes) / 1024, Floor.DEFAULT.least(small));
    assertEquals(0.5, new Floor.Absolute(0.5).least(changes));
    assertEquals(0.5, new Floor.Absolute(0.5).least(small));
  }

  @Test
  void floorsAreReadAsTheyAreWritten() {
    assertEquals(new Floor.Absolute(0.001), Floor.parse("0.001"));
    assertEquals(Floor.DEFAULT, Floor.parse("10%"));
    assertEquals("10%", Floor.DEFAULT.field());
    assertEquals("2.5%", Floor.parse("2.5%").field());
    assertEquals(0.0, Floor.parse("0").field());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "%", "-1", "-1%", "NaN", "Infinity", "ten", "10 percent"})
  void nothingElseIsAFloor(String word) {
    assertThrows(IllegalArgumentException.class, () -> Floor.parse(word));
  }
}
