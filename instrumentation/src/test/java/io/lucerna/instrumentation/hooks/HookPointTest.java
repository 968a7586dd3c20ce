package io.lucerna.instrumentation.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HookPointTest {
  @Test
  void everyPointReadsBackFromItsName() {
    Set<String> names = new HashSet<>();
    for (Stack stack : Stack.values()) {
      for (Site site : Arrays.stream(Site.values()).filter(stack::has).toList()) {
        for (int layer : site.perLayer() ? new int[] {0, 7, 48} : new int[] {-1}) {
          HookPoint point = new HookPoint(stack, layer, site);
          assertEquals(Optional.of(point), HookPoint.parse(point.toString()));
          assertTrue(names.add(point.toString()), point + " is the name of one point");
        }
      }
    }
  }

  /** Names of TransformerLens' encoder-decoder. */
  @ParameterizedTest
  @CsvSource({
    "decoder_embed.hook_embed, DECODER, -1, EMBED",
    "decoder.3.attn.hook_z, DECODER, 3, Z",
    "decoder.0.hook_resid_post, DECODER, 0, RESID_POST",
    "decoder.3.cross_attn.hook_pattern, CROSS, 3, PATTERN",
    "decoder.3.hook_cross_attn_out, CROSS, 3, ATTN_OUT",
    "decoder.3.hook_resid_mid_cross, CROSS, 3, RESID_MID",
    "decoder_final_ln.hook_normalized, DECODER, -1, FINAL_NORM",
  })
  void aDecodersNamesAreTheFields(String name, Stack stack, int layer, Site site) {
    assertEquals(Optional.of(new HookPoint(stack, layer, site)), HookPoint.parse(name));
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
