package io.lucerna.instrumentation.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookPointTest {
  @Test
  void everyPointReadsBackFromItsName() {
    for (Site site : Site.values()) {
      for (int layer : site.perLayer() ? new int[] {0, 7, 48} : new int[] {-1}) {
        HookPoint point = new HookPoint(site, layer);
        assertEquals(Optional.of(point), HookPoint.parse(point.toString()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "blocks.3.attn.hook_zz",
        "blocks..attn.hook_z",
        "blocks.attn.hook_z",
        "blocks.-1.attn.hook_z",
        "blocks.01.attn.hook_z",
        "blocks.3.4.attn.hook_z",
        "blocks.9999999999.attn.hook_z",
        "blocks.%d.attn.hook_z",
        "blocksx3.attn.hook_z",
        "decoder.3.hook_z",
        "hook_score.",
      })
  void otherNamesAreOfNoPoint(String name) {
    assertEquals(Optional.empty(), HookPoint.parse(name));
  }
}
