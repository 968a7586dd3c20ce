package io.lucerna.instrumentation.hooks;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The stacks of blocks that a model has. All but T5 have one. There, an encoder reads the text, and
 * a decoder, whose blocks attend twice, answers from its first position; {@code dec} is that
 * position in shapes. Names are those of TransformerLens' encoder-decoder, but that the encoder's
 * blocks are named as everyone's are.
 */
public enum Stack {
  /** The blocks that read the text: all points but those below. */
  TEXT,
  /** The decoder's blocks but for their attention to the text. */
  DECODER,
  /**
   * The attention of the decoder's blocks to the text, and what comes of it: the sum of stream and
   * attention, and that sum after the norm, which the decoder's MLP reads.
   */
  CROSS;

  private static final Set<Site> OF_CROSS =
      EnumSet.of(
          Site.Q,
          Site.K,
          Site.V,
          Site.ATTN_SCORES,
          Site.PATTERN,
          Site.Z,
          Site.RESULT,
          Site.ATTN_OUT,
          Site.RESID_MID,
          Site.NORMALIZED_RESID_MID);

  /**
   * {@return whether there are points of that site}
   *
   * @param site the kind of place
   */
  public boolean has(Site site) {
    return switch (this) {
      case TEXT -> true;
      case DECODER -> site.perLayer() || site == Site.EMBED || site == Site.FINAL_NORM;
      case CROSS -> OF_CROSS.contains(site);
    };
  }

  /** The name of a site that it has, with %d where the block's number is. */
  String template(Site site) {
    String inText = site.template();
    return switch (this) {
      case TEXT -> inText;
      case DECODER ->
          switch (site) {
            case EMBED -> "decoder_embed.hook_embed";
            case FINAL_NORM -> "decoder_final_ln.hook_normalized";
            default -> inText.replace("blocks.", "decoder.");
          };
      case CROSS ->
          switch (site) {
            case ATTN_OUT -> "decoder.%d.hook_cross_attn_out";
            case RESID_MID, NORMALIZED_RESID_MID -> DECODER.template(site) + "_cross";
            default -> inText.replace("blocks.%d.attn.", "decoder.%d.cross_attn.");
          };
    };
  }

  /** The letters of a site's dimensions, outermost first: the decoder has one position. */
  List<String> letters(Site site) {
    boolean ofText = this == CROSS && (site == Site.K || site == Site.V);
    return this == TEXT || ofText
        ? site.letters()
        : site.letters().stream()
            .map(
                letter ->
                    switch (letter) {
                      case "pos", "qpos" -> "dec";
                      case "kpos" -> this == CROSS ? letter : "dec";
                      default -> letter;
                    })
            .toList();
  }
}
