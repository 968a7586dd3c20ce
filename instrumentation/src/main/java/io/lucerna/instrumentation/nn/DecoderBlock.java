package io.lucerna.instrumentation.nn;

import static java.util.Map.entry;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One block of a decoder that reads what an encoder made of the text (Vaswani et al. 2017, section
 * 3.1), each part through a norm: attention to itself, attention to the text, an MLP. It runs at
 * one position, the first.
 *
 * <p>In shapes B is the batch, S the longest text, H the residual width.
 *
 * @param layer the block's number in the decoder
 * @param selfNorm the norm before the attention to itself
 * @param self the attention to itself
 * @param crossNorm the norm before the attention to the text
 * @param cross the attention to the text
 * @param mlpNorm the norm before the MLP
 * @param mlp the MLP
 */
public record DecoderBlock(
    int layer,
    Norm selfNorm,
    Attention self,
    Norm crossNorm,
    Attention cross,
    Norm mlpNorm,
    Mlp mlp) {

  private static final Map<Site, Site> SELF =
      Map.of(
          Site.Q, Site.DECODER_Q,
          Site.K, Site.DECODER_K,
          Site.V, Site.DECODER_V,
          Site.ATTN_SCORES, Site.DECODER_ATTN_SCORES,
          Site.PATTERN, Site.DECODER_PATTERN,
          Site.Z, Site.DECODER_Z,
          Site.RESULT, Site.DECODER_RESULT);

  private static final Map<Site, Site> CROSS =
      Map.of(
          Site.Q, Site.CROSS_Q,
          Site.K, Site.CROSS_K,
          Site.V, Site.CROSS_V,
          Site.ATTN_SCORES, Site.CROSS_ATTN_SCORES,
          Site.PATTERN, Site.CROSS_PATTERN,
          Site.Z, Site.CROSS_Z,
          Site.RESULT, Site.CROSS_RESULT);

  private static final Map<Site, Site> MLP =
      Map.ofEntries(
          entry(Site.MLP_PRE, Site.DECODER_MLP_PRE),
          entry(Site.MLP_PRE_LINEAR, Site.DECODER_MLP_PRE_LINEAR),
          entry(Site.MLP_POST, Site.DECODER_MLP_POST));

  /** The points of this block, in forward order. */
  List<HookPoint> points() {
    List<Site> sites = new ArrayList<>();
    sites.addAll(List.of(Site.DECODER_RESID_PRE, Site.DECODER_NORMALIZED_RESID_PRE));
    addAll(sites, self.sites(), SELF);
    sites.addAll(
        List.of(Site.DECODER_ATTN_OUT, Site.DECODER_RESID_MID, Site.DECODER_NORMALIZED_RESID_MID));
    addAll(sites, cross.sites(), CROSS);
    sites.addAll(
        List.of(
            Site.CROSS_ATTN_OUT,
            Site.DECODER_RESID_MID_CROSS,
            Site.DECODER_NORMALIZED_RESID_MID_CROSS));
    addAll(sites, mlp.sites(), MLP);
    sites.addAll(List.of(Site.DECODER_MLP_OUT, Site.DECODER_RESID_POST));
    return sites.stream().map(site -> new HookPoint(site, layer)).toList();
  }

  private static void addAll(List<Site> sites, List<Site> ofPart, Map<Site, Site> names) {
    ofPart.forEach(site -> sites.add(Objects.requireNonNull(names.get(site))));
  }

  /**
   * The whole block.
   *
   * @param input the decoder's stream [B, 1, H]
   * @param text what the encoder made of the text [B, S, H]
   * @param own how positions enter the attention to itself
   * @param across how they enter the attention to the text
   * @return the decoder's stream [B, 1, H], in the scope of the input
   */
  NDArray forward(NDArray input, NDArray text, Places own, Places across, Pass pass) {
    NDArray pre = pass.at(Site.DECODER_RESID_PRE, layer, input);
    NDArray mid = pass.at(Site.DECODER_RESID_MID, layer, pre.add(attnOut(pre, own, pass)));
    NDArray found = crossAttnOut(mid, text, across, pass);
    NDArray midCross = pass.at(Site.DECODER_RESID_MID_CROSS, layer, mid.add(found));
    return pass.at(Site.DECODER_RESID_POST, layer, midCross.add(mlpOut(midCross, pass)));
  }

  private NDArray attnOut(NDArray pre, Places own, Pass pass) {
    Pass inside = pass.renamed(SELF);
    NDArray read = pass.at(Site.DECODER_NORMALIZED_RESID_PRE, layer, selfNorm.apply(pre, pass));
    NDArray z = self.z(read, own, inside); // [B, 1, N, D]
    return pass.at(Site.DECODER_ATTN_OUT, layer, self.out(z, inside));
  }

  private NDArray crossAttnOut(NDArray mid, NDArray text, Places across, Pass pass) {
    Pass inside = pass.renamed(CROSS);
    NDArray asking = pass.at(Site.DECODER_NORMALIZED_RESID_MID, layer, crossNorm.apply(mid, pass));
    NDArray z = cross.z(asking, text, across, inside); // [B, 1, N, D]
    return pass.at(Site.CROSS_ATTN_OUT, layer, cross.out(z, inside));
  }

  private NDArray mlpOut(NDArray mid, Pass pass) {
    NDArray read =
        pass.at(Site.DECODER_NORMALIZED_RESID_MID_CROSS, layer, mlpNorm.apply(mid, pass));
    return pass.at(Site.DECODER_MLP_OUT, layer, mlp.apply(read, pass.renamed(MLP)));
  }
}
