package io.lucerna.instrumentation.hooks;

import java.util.List;

/**
 * The places of a transformer where an activation can be observed or replaced, with
 * TransformerLens' names.
 *
 * <p>Shapes use these letters: batch; pos, qpos, kpos: token positions; head: attention heads;
 * kv_head: heads of keys and values, fewer in grouped-query attention; d_head: width of a head;
 * d_model: width of the residual stream; d_embed: width of the embedding tables, d_model but in
 * some ELECTRAs; d_mlp: width of the MLP; label: outputs of a classifier. Names and shapes are
 * those in the stack that reads the text; {@link Stack} says what they become in a decoder.
 *
 * <p>BERT is a post-LN model: a block's LayerNorms come after the sums. As in TransformerLens' BERT
 * block, {@link #RESID_MID} and {@link #RESID_POST} are the sums before the first and the second
 * LayerNorm; what Hugging Face calls a hidden state is {@link #NORMALIZED_RESID_POST}, which is
 * also the next block's {@link #RESID_PRE}. {@link #NORMALIZED_RESID_MID} is what TransformerLens
 * calls {@code blocks.L.ln1.hook_normalized}.
 *
 * <p>No activation but {@link #ATTN_SCORES} carries a mask. Padded positions have activations like
 * all others, and no padded position reaches a score.
 */
public enum Site {
  /** Word embeddings. */
  EMBED("embed.hook_embed", "batch, pos, d_embed"),
  /** Position embeddings, the same for every text. */
  POS_EMBED("embed.hook_pos_embed", "batch, pos, d_embed"),
  /** Token type embeddings. */
  TOKEN_TYPE_EMBED("embed.hook_token_type_embed", "batch, pos, d_embed"),
  /** The embeddings' sum after its LayerNorm: Hugging Face's hidden state 0. */
  FULL_EMBED("hook_full_embed", "batch, pos, d_model"),
  /** What enters the block. */
  RESID_PRE("blocks.%d.hook_resid_pre", "batch, pos, d_model"),
  /** The same after the first norm: what the attention of a pre-norm block reads. */
  NORMALIZED_RESID_PRE("blocks.%d.hook_normalized_resid_pre", "batch, pos, d_model"),
  /** Queries, before the division by the square root of d_head. */
  Q("blocks.%d.attn.hook_q", "batch, pos, head, d_head"),
  /** Keys. */
  K("blocks.%d.attn.hook_k", "batch, pos, kv_head, d_head"),
  /** Values. */
  V("blocks.%d.attn.hook_v", "batch, pos, kv_head, d_head"),
  /** Queries after their norm, where there is one, and rotation. */
  ROT_Q("blocks.%d.attn.hook_rot_q", "batch, pos, head, d_head"),
  /** Keys after their norm, where there is one, and rotation. */
  ROT_K("blocks.%d.attn.hook_rot_k", "batch, pos, kv_head, d_head"),
  /**
   * Scaled attention scores; they carry the padding mask (a padded key has the lowest fp32 number
   * added).
   */
  ATTN_SCORES("blocks.%d.attn.hook_attn_scores", "batch, head, qpos, kpos"),
  /** Attention probabilities. */
  PATTERN("blocks.%d.attn.hook_pattern", "batch, head, qpos, kpos"),
  /** The values mixed by the pattern, before the output projection. */
  Z("blocks.%d.attn.hook_z", "batch, pos, head, d_head"),
  /**
   * Each head's own contribution to the attention output, without the output bias. Computed only
   * when hooked.
   */
  RESULT("blocks.%d.attn.hook_result", "batch, pos, head, d_model"),
  /** The attention output after projection and bias. */
  ATTN_OUT("blocks.%d.hook_attn_out", "batch, pos, d_model"),
  /** Block input plus attention output, before the first LayerNorm. */
  RESID_MID("blocks.%d.hook_resid_mid", "batch, pos, d_model"),
  /** The same after the first LayerNorm: what the MLP reads. */
  NORMALIZED_RESID_MID("blocks.%d.hook_normalized_resid_mid", "batch, pos, d_model"),
  /** MLP before its activation function. */
  MLP_PRE("blocks.%d.mlp.hook_pre", "batch, pos, d_mlp"),
  /** The other factor of a gated MLP, which has no activation function. */
  MLP_PRE_LINEAR("blocks.%d.mlp.hook_pre_linear", "batch, pos, d_mlp"),
  /** MLP after its activation function, and times the other factor where it is gated. */
  MLP_POST("blocks.%d.mlp.hook_post", "batch, pos, d_mlp"),
  /** The MLP's output after projection and bias. */
  MLP_OUT("blocks.%d.hook_mlp_out", "batch, pos, d_model"),
  /** MLP input plus MLP output, before the second LayerNorm. */
  RESID_POST("blocks.%d.hook_resid_post", "batch, pos, d_model"),
  /** What leaves the block: Hugging Face's hidden state of that layer. */
  NORMALIZED_RESID_POST("blocks.%d.hook_normalized_resid_post", "batch, pos, d_model"),
  /** What leaves the last block after the norm at the end of a pre-norm model. */
  FINAL_NORM("ln_final.hook_normalized", "batch, pos, d_model"),
  /** The masked-language-model logits of every position. */
  MLM_LOGITS("hook_mlm_logits", "batch, pos, d_vocab"),
  /** SPLADE's vector: a weight for each token of the vocabulary. */
  TERMS("hook_terms", "batch, d_vocab"),
  /** ColBERT's vectors, normalised, one for each token. */
  TOKEN_VECTORS("hook_token_vectors", "batch, pos, d_vector"),
  /**
   * The pooled vector: dense and tanh over the first token in a classifier, CLS or mean in a
   * bi-encoder, not normalised.
   */
  POOLER_OUT("pooler.hook_pooler_out", "batch, d_model"),
  /** A classifier's logits, or those of the answers of a model that answers. */
  LOGITS("hook_logits", "batch, label"),
  /**
   * The score that ranks: made by the ranker from the logits, or from the pooled vectors of query
   * and passage, after the model is done.
   */
  SCORE("hook_score", "batch");

  private final String template;
  private final List<String> letters;

  Site(String template, String dimensions) {
    this.template = template;
    this.letters = List.of(dimensions.split(", "));
  }

  /** {@return whether every block has this site} */
  public boolean perLayer() {
    return template.contains("%d");
  }

  /** {@return the glob that means this site in every block of the stack that reads the text} */
  public String glob() {
    return template.replace("%d", "*");
  }

  /** Its name in the stack that reads the text, with %d where the block's number is. */
  String template() {
    return template;
  }

  /** The letters of the dimensions in the stack that reads the text, outermost first. */
  List<String> letters() {
    return letters;
  }
}
