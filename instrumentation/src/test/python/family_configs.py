"""Random legal configurations of each family: the keyword arguments of its configuration class."""

from dataclasses import dataclass
from typing import Callable

GELUS = ["gelu", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu"]


@dataclass(frozen=True)
class Family:
    """One architecture with one way to score."""

    model: str  # class of transformers
    config: str  # its configuration class
    scorer: str  # cross, bi, mlm, colbert, causal, rank, t5
    tokenizers: tuple  # kinds, one of which is drawn
    draw: Callable  # (rng, kind) -> keyword arguments
    attention_outputs: tuple = ("attention.output.dense",)  # whose inputs are kept as in:NAME
    mlp_outputs: tuple = (".output.dense",)
    final_norms: tuple = ()


def special_ids(kind, *roles):
    return {f"{role}_token_id": kind.id(f"{role}_token") for role in roles}


def widths(rng):
    heads = rng.choice([1, 2, 3, 4, 6])
    return heads, heads * rng.choice([4, 8, 10])


def encoder(rng, kind):
    heads, hidden = widths(rng)
    return dict(
        vocab_size=len(kind.fast()),
        hidden_size=hidden,
        num_hidden_layers=rng.randint(1, 4),
        num_attention_heads=heads,
        intermediate_size=rng.choice([20, 36, 64]),
        hidden_act=rng.choice(GELUS),
        max_position_embeddings=rng.choice([180, 256]),
        layer_norm_eps=rng.choice([1e-12, 1e-7, 1e-5]),
        **special_ids(kind, "pad"),
    )


def bert(rng, kind):
    return dict(encoder(rng, kind), type_vocab_size=rng.choice([2, 2, 3]))


def electra(rng, kind):
    settings = bert(rng, kind)
    embedding = settings["hidden_size"] if rng.random() < 0.4 else rng.choice([6, 12, 48])
    return dict(settings, embedding_size=embedding)


def roberta(rng, kind):
    return dict(encoder(rng, kind), type_vocab_size=1, **special_ids(kind, "bos", "eos"))


def mpnet(rng, kind):
    return dict(encoder(rng, kind), **special_ids(kind, "bos", "eos"))


def distilbert(rng, kind):
    heads, hidden = widths(rng)
    return dict(
        vocab_size=len(kind.fast()),
        dim=hidden,
        n_layers=rng.randint(1, 4),
        n_heads=heads,
        hidden_dim=rng.choice([20, 36, 64]),
        activation=rng.choice(["gelu", "gelu", "relu", "gelu_new"]),
        max_position_embeddings=rng.choice([180, 256]),
        **special_ids(kind, "pad"),
    )


def modernbert(rng, kind):
    heads, hidden = widths(rng)
    every = rng.choice([1, 2, 3])
    flag = lambda: rng.random() < 0.5
    return dict(
        vocab_size=len(kind.fast()),
        hidden_size=hidden,
        num_hidden_layers=rng.randint(2, 4),
        num_attention_heads=heads,
        intermediate_size=rng.choice([20, 36, 64]),
        hidden_activation=rng.choice(["gelu", "gelu", "silu", "gelu_new"]),
        classifier_activation=rng.choice(["gelu", "gelu", "relu", "silu"]),
        max_position_embeddings=512,
        norm_eps=rng.choice([1e-5, 1e-6]),
        local_attention=rng.choice([4, 6, 10]),
        global_attn_every_n_layers=every,
        rope_parameters={
            "full_attention": dict(rope_type="default", rope_theta=rng.choice([160000.0, 10000.0])),
            "sliding_attention": dict(rope_type="default", rope_theta=rng.choice([10000.0, 500.0])),
        },
        norm_bias=flag(),
        mlp_bias=flag(),
        attention_bias=flag(),
        classifier_bias=flag(),
        decoder_bias=flag(),
        classifier_pooling=rng.choice(["cls", "mean"]),
        **special_ids(kind, "pad", "cls", "sep"),
        bos_token_id=kind.id("cls_token"),
        eos_token_id=kind.id("sep_token"),
    )


def deberta(rng, kind):
    settings = encoder(rng, kind)
    buckets = rng.choice([-1, 6, 16])
    settings.update(
        relative_attention=True,
        share_att_key=rng.random() < 0.5,
        pos_att_type=rng.choice([["p2c", "c2p"], ["c2p", "p2c"], ["c2p"], ["p2c"]]),
        position_biased_input=rng.random() < 0.4,
        position_buckets=buckets,
        max_relative_positions=rng.choice([-1, 40] if buckets > 0 else [-1, 12]),
        norm_rel_ebd=rng.choice(["layer_norm", "layer_norm", "none"]),
        type_vocab_size=rng.choice([0, 0, 2]),
        pooler_hidden_act=rng.choice(["gelu", "gelu", "tanh"]),
    )
    if rng.random() < 0.35:
        settings.update(conv_kernel_size=3, conv_act=rng.choice(["gelu", "tanh"]))
        if rng.random() < 0.3:
            settings.update(conv_groups=settings["num_attention_heads"])
    if rng.random() < 0.3:
        settings.update(embedding_size=rng.choice([6, 14]))
    return settings


def t5(rng, kind):
    layers = rng.randint(1, 3)
    version_1_1 = rng.random() < 0.5
    return dict(
        vocab_size=len(kind.fast()),
        d_model=rng.choice([16, 20, 32]),
        d_kv=rng.choice([4, 6, 10]),
        d_ff=rng.choice([20, 36, 64]),
        num_layers=layers,
        num_decoder_layers=rng.choice([layers, 1, 2, 3]),
        num_heads=rng.choice([1, 2, 3, 4]),
        relative_attention_num_buckets=rng.choice([8, 16, 32]),
        relative_attention_max_distance=rng.choice([24, 64, 128]),
        layer_norm_epsilon=rng.choice([1e-6, 1e-5]),
        feed_forward_proj="gated-gelu" if version_1_1 else "relu",
        tie_word_embeddings=not version_1_1,
        decoder_start_token_id=kind.id("pad_token"),
        **special_ids(kind, "pad", "eos"),
    )


def scaled_rope(rng, types):
    rope = dict(rope_type=rng.choice(types), rope_theta=rng.choice([10000.0, 500000.0, 1000.0]))
    if rope["rope_type"] == "linear":
        rope.update(factor=rng.choice([2.0, 4.0]))
    elif rope["rope_type"] == "llama3":
        rope.update(
            factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64
        )
    elif rope["rope_type"] == "yarn":
        rope.update(factor=4.0, original_max_position_embeddings=64)
    return rope


def decoder(rng, kind, rope_types=("default",)):
    heads = rng.choice([1, 2, 4, 6])
    hidden = heads * rng.choice([4, 6, 8])
    return dict(
        vocab_size=len(kind.fast()),
        hidden_size=hidden,
        num_hidden_layers=rng.randint(1, 4),
        num_attention_heads=heads,
        num_key_value_heads=rng.choice([n for n in range(1, heads + 1) if heads % n == 0]),
        head_dim=rng.choice([hidden // heads, 4, 6, 10]),
        intermediate_size=rng.choice([20, 36, 64]),
        max_position_embeddings=512,
        rms_norm_eps=rng.choice([1e-6, 1e-5]),
        rope_parameters=scaled_rope(rng, rope_types),
        **special_ids(kind, "pad", "bos", "eos"),
    )


def qwen3(rng, kind):
    settings = decoder(rng, kind, ("default", "default", "yarn"))
    settings.update(attention_bias=rng.random() < 0.3, tie_word_embeddings=rng.random() < 0.5)
    if rng.random() < 0.25:
        settings.update(use_sliding_window=True, sliding_window=7, max_window_layers=1)
    return settings


def llama(rng, kind):
    settings = decoder(rng, kind, ("default", "linear", "llama3", "yarn"))
    return dict(
        settings,
        attention_bias=rng.random() < 0.3,
        mlp_bias=rng.random() < 0.3,
        tie_word_embeddings=rng.random() < 0.4,
    )


def mistral(rng, kind):
    settings = dict(decoder(rng, kind), sliding_window=rng.choice([None, 5, 9]))
    return dict(settings, tie_word_embeddings=False)


def gemma(rng, kind):
    return dict(decoder(rng, kind), tie_word_embeddings=True, hidden_act="gelu_pytorch_tanh")


def gemma2(rng, kind):
    settings = dict(decoder(rng, kind), tie_word_embeddings=True, hidden_activation="gelu_pytorch_tanh")
    return dict(
        settings,
        num_hidden_layers=rng.randint(2, 4),
        query_pre_attn_scalar=rng.choice([settings["head_dim"], 5, 16]),
        sliding_window=rng.choice([4, 7, 12]),
        attn_logit_softcapping=rng.choice([50.0, 2.0, None]),
        final_logit_softcapping=rng.choice([30.0, 3.0, None]),
    )


def bert_like(prefix, config, draw, tokenizer, scorers, **places):
    classes = dict(cross="ForSequenceClassification", bi="Model", mlm="ForMaskedLM", colbert="Model")
    return {
        scorer: Family(prefix + classes[scorer], config, scorer, (tokenizer,), draw, **places)
        for scorer in scorers
    }


def decoder_lm(prefix, draw, *tokenizers):
    classes = dict(causal="ForCausalLM", rank="ForSequenceClassification")
    places = dict(
        attention_outputs=("self_attn.o_proj",), mlp_outputs=("mlp.down_proj",), final_norms=("model.norm",)
    )
    return {
        scorer: Family(prefix + suffix, prefix + "Config", scorer, tokenizers, draw, **places)
        for scorer, suffix in classes.items()
    }


MPNET = dict(attention_outputs=("attention.attn.o",))
DISTILBERT = dict(attention_outputs=("attention.out_lin",), mlp_outputs=("ffn.lin2",))
MODERNBERT = dict(attention_outputs=("attn.Wo",), mlp_outputs=("mlp.Wo",), final_norms=("final_norm",))
T5 = dict(
    attention_outputs=("SelfAttention.o", "EncDecAttention.o"),
    mlp_outputs=("DenseReluDense.wo",),
    final_norms=("final_layer_norm",),
)
BOTH = ("cross", "bi")
BY_ARCHITECTURE = {
    "bert": bert_like("Bert", "BertConfig", bert, "wordpiece", BOTH + ("mlm", "colbert")),
    "electra": bert_like("Electra", "ElectraConfig", electra, "wordpiece", BOTH),
    "distilbert": bert_like(
        "DistilBert", "DistilBertConfig", distilbert, "wordpiece", BOTH + ("mlm",), **DISTILBERT
    ),
    "mpnet": bert_like("MPNet", "MPNetConfig", mpnet, "wordpiece-mpnet", BOTH, **MPNET),
    "roberta": bert_like("Roberta", "RobertaConfig", roberta, "bpe-roberta", BOTH),
    "xlm-roberta": bert_like("XLMRoberta", "XLMRobertaConfig", roberta, "unigram-xlmr", BOTH),
    "modernbert": bert_like("ModernBert", "ModernBertConfig", modernbert, "bpe-modernbert", BOTH, **MODERNBERT),
    "deberta-v2": bert_like("DebertaV2", "DebertaV2Config", deberta, "unigram-deberta", BOTH),
    "t5": {"monot5": Family("T5ForConditionalGeneration", "T5Config", "t5", ("unigram-t5",), t5, **T5)},
    "qwen3": decoder_lm("Qwen3", qwen3, "bpe-qwen"),
    "llama": decoder_lm("Llama", llama, "bpe-llama3", "spm-llama"),
    "mistral": decoder_lm("Mistral", mistral, "spm-llama"),
    "gemma": decoder_lm("Gemma", gemma, "spm-gemma"),
    "gemma2": decoder_lm("Gemma2", gemma2, "spm-gemma"),
}
FAMILIES = {
    f"{architecture}-{'mlm-splade' if scorer == 'mlm' else scorer}": family
    for architecture, scorers in BY_ARCHITECTURE.items()
    for scorer, family in scorers.items()
}
