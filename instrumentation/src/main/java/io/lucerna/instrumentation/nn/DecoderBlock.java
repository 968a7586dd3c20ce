package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import java.util.List;
import java.util.stream.Stream;

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

  /** The points of this block, in forward order. */
  List<HookPoint> points() {
    Stream<Site> own =
        Stream.of(
                List.of(Site.RESID_PRE, Site.NORMALIZED_RESID_PRE),
                self.sites(),
                List.of(Site.ATTN_OUT, Site.RESID_MID, Site.NORMALIZED_RESID_MID))
            .flatMap(List::stream);
    Stream<Site> across =
        Stream.of(cross.sites(), List.of(Site.ATTN_OUT, Site.RESID_MID, Site.NORMALIZED_RESID_MID))
            .flatMap(List::stream);
    Stream<Site> after =
        Stream.of(mlp.sites(), List.of(Site.MLP_OUT, Site.RESID_POST)).flatMap(List::stream);
    return Stream.of(
            points(Stack.DECODER, own), points(Stack.CROSS, across), points(Stack.DECODER, after))
        .flatMap(points -> points)
        .toList();
  }

  private Stream<HookPoint> points(Stack stack, Stream<Site> sites) {
    return sites.map(site -> new HookPoint(stack, layer, site));
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
    Pass here = pass.in(Stack.DECODER);
    Pass crossing = pass.in(Stack.CROSS);
    NDArray pre = here.at(Site.RESID_PRE, layer, input);
    NDArray mid = here.at(Site.RESID_MID, layer, pre.add(attnOut(pre, own, here)));
    NDArray asking = here.at(Site.NORMALIZED_RESID_MID, layer, crossNorm.apply(mid, here));
    NDArray found = crossAttnOut(asking, text, across, crossing);
    NDArray midCross = crossing.at(Site.RESID_MID, layer, mid.add(found));
    NDArray read = crossing.at(Site.NORMALIZED_RESID_MID, layer, mlpNorm.apply(midCross, crossing));
    NDArray mlpOut = here.at(Site.MLP_OUT, layer, mlp.apply(read, here));
    return here.at(Site.RESID_POST, layer, midCross.add(mlpOut));
  }

  private NDArray attnOut(NDArray pre, Places own, Pass pass) {
    NDArray read = pass.at(Site.NORMALIZED_RESID_PRE, layer, selfNorm.apply(pre, pass));
    NDArray z = self.z(read, own, pass); // [B, 1, N, D]
    return pass.at(Site.ATTN_OUT, layer, self.out(z, pass));
  }

  private NDArray crossAttnOut(NDArray asking, NDArray text, Places across, Pass pass) {
    NDArray z = cross.z(asking, text, across, pass); // [B, 1, N, D]
    return pass.at(Site.ATTN_OUT, layer, cross.out(z, pass));
  }
}
