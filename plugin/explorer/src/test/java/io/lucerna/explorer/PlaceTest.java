package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceTest {
  @ParameterizedTest
  @CsvSource({
    "L0H12, L0, 12",
    "L11mlp, L11, MLP",
    "L3attn, L3, attention",
    "L0H0_mean, L0 mean, 0",
    "L0mlp_resample, L0 resample, MLP",
    "again-L0H0_mean, again-L0 mean, 0",
    "again-L0H0, again-L0, 0",
    "L0N5, L0N5, ''",
    "top5_mean, top5_mean, ''",
    "cut, cut, ''",
  })
  void waysOfTakingPartsAwayAreApart(String id, String row, String column) {
    assertEquals(new Place(row, column), Place.of(id));
  }
}
