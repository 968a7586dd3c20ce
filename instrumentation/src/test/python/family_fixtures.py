"""The checkpoints that are committed: one of each family, more where a variant is another path."""

from family_texts import PLAIN, QWEN3

PAIRS = [["oil", "No, the oil: yes."], ["is it?", "yes."]]
HUB = "transformers 4"
TERSE = "transformers 4, terse"
NEW = "transformers 5"
BERT_SIZE = dict(
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=3,
    intermediate_size=16,
    max_position_embeddings=24,
)
ONE_LAYER = dict(BERT_SIZE, num_hidden_layers=1)
DISTILBERT_SIZE = dict(dim=12, n_layers=2, n_heads=2, hidden_dim=16, max_position_embeddings=24)
T5_SIZE = dict(d_model=12, d_kv=4, d_ff=16, num_layers=2, num_decoder_layers=1, num_heads=2)
DECODER_SIZE = dict(
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=4,
    intermediate_size=16,
)
ROTARY = dict(rope_type="default", rope_theta=10000.0)
LLAMA3 = dict(
    rope_type="llama3",
    rope_theta=500000.0,
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=64,
)
V3 = dict(
    share_att_key=True,
    pos_att_type=["p2c", "c2p"],
    position_biased_input=False,
    position_buckets=8,
    max_relative_positions=-1,
    norm_rel_ebd="layer_norm",
    type_vocab_size=0,
)
ONE_SIDED = dict(
    share_att_key=False,
    pos_att_type=["c2p"],
    position_biased_input=True,
    position_buckets=-1,
    max_relative_positions=5,
    norm_rel_ebd="none",
    type_vocab_size=2,
)
BIASES = dict(norm_bias=True, mlp_bias=True, attention_bias=True, classifier_bias=True)
NO_BIASES = {name: False for name in BIASES}
COMMITTED = {
    "bert-mlm-splade": ("bert-mlm-splade", dict(ONE_LAYER, form=HUB)),
    "bert-colbert": ("bert-colbert", dict(ONE_LAYER, form=NEW)),
    "electra-cross": ("electra-cross", dict(BERT_SIZE, embedding_size=6, form=HUB)),
    "electra-bi": ("electra-bi", dict(ONE_LAYER, embedding_size=12, form=NEW)),
    "distilbert-cross": ("distilbert-cross", dict(DISTILBERT_SIZE, form=HUB)),
    "distilbert-mlm-splade": ("distilbert-mlm-splade", dict(DISTILBERT_SIZE, n_layers=1, form=NEW)),
    "mpnet-bi": ("mpnet-bi", dict(BERT_SIZE, form=HUB)),
    "roberta-cross": ("roberta-cross", dict(BERT_SIZE, form=TERSE)),
    "xlm-roberta-bi": ("xlm-roberta-bi", dict(BERT_SIZE, form=NEW)),
    "modernbert-cross": (
        "modernbert-cross",
        dict(
            BERT_SIZE | BIASES,
            form=NEW,
            local_attention=4,
            global_attn_every_n_layers=2,
            classifier_pooling="mean",
        ),
    ),
    "modernbert-cross-hub": (
        "modernbert-cross",
        dict(
            BERT_SIZE | NO_BIASES,
            form=HUB,
            local_attention=6,
            global_attn_every_n_layers=2,
            classifier_pooling="cls",
        ),
    ),
    "deberta-v2-cross": ("deberta-v2-cross", dict(BERT_SIZE | V3, form=HUB)),
    "deberta-v2-cross-conv": (
        "deberta-v2-cross",
        dict(BERT_SIZE | V3, form=NEW, conv_kernel_size=3, conv_act="gelu", pos_att_type=["p2c"]),
    ),
    "deberta-v2-bi": ("deberta-v2-bi", dict(BERT_SIZE | ONE_SIDED, embedding_size=6, form=NEW)),
    "t5-monot5": ("t5-monot5", dict(T5_SIZE, form=NEW, feed_forward_proj="relu", tie_word_embeddings=True)),
    "t5-monot5-gated": (
        "t5-monot5",
        dict(T5_SIZE, form=HUB, feed_forward_proj="gated-gelu", tie_word_embeddings=False),
    ),
    "qwen3-causal": (
        "qwen3-causal",
        dict(DECODER_SIZE, form=HUB, prompt=PLAIN, rope_parameters=ROTARY, tie_word_embeddings=True),
    ),
    "qwen3-causal-template": (
        "qwen3-causal",
        dict(
            DECODER_SIZE,
            form=NEW,
            prompt=QWEN3,
            slim=True,
            rope_parameters=ROTARY,
            tie_word_embeddings=False,
        ),
    ),
    "llama-rank": ("llama-rank", dict(DECODER_SIZE, form=HUB, prompt=PLAIN, rope_parameters=LLAMA3)),
    "mistral-rank": ("mistral-rank", dict(DECODER_SIZE, form=NEW, prompt=PLAIN, sliding_window=5)),
    "gemma-causal": ("gemma-causal", dict(DECODER_SIZE, form=HUB, prompt=PLAIN)),
    "gemma2-causal": (
        "gemma2-causal",
        dict(
            DECODER_SIZE,
            form=TERSE,
            prompt=PLAIN,
            sliding_window=4,
            query_pre_attn_scalar=5,
            attn_logit_softcapping=2.0,
            final_logit_softcapping=3.0,
        ),
    ),
}
