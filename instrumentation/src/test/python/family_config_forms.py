"""config.json as checkpoints on the hub carry it from transformers 4."""


def hub_form(written, defaults, terse):
    """What transformers 4 would have written for the configuration that transformers 5 wrote.

    A terse one leaves out what equals the defaults, as old checkpoints do.
    """
    old = dict(written)
    kind = old["model_type"]
    old["torch_dtype"] = old.pop("dtype")
    old["transformers_version"] = "4.38.2"
    for key in ("tie_last_hidden_states", "is_decoder", "add_cross_attention", "layer_types"):
        old.pop(key, None)
    rope = old.pop("rope_parameters", None)
    if kind == "modernbert":
        old["global_rope_theta"] = rope["full_attention"]["rope_theta"]
        old["local_rope_theta"] = rope["sliding_attention"]["rope_theta"]
    elif rope:
        rope = dict(rope)
        old["rope_theta"] = rope.pop("rope_theta")
        if rope["rope_type"] == "linear":
            rope["type"] = rope.pop("rope_type")
        old["rope_scaling"] = None if rope.get("rope_type") == "default" else rope
    if kind == "t5":
        old["tie_word_embeddings"] = old.pop("scale_decoder_outputs")
    if kind == "gemma":
        old.update(hidden_act="gelu", hidden_activation=None)
    if kind == "gemma2":
        old.update(hidden_act="gelu_pytorch_tanh", cache_implementation="hybrid")
    if kind == "deberta-v2":
        old["pos_att_type"] = "|".join(old["pos_att_type"])
    if kind in ("bert", "electra", "roberta", "xlm-roberta"):
        old["position_embedding_type"] = "absolute"
    if kind in ("llama", "mistral") and old["head_dim"] * old["num_attention_heads"] == old["hidden_size"]:
        old.pop("head_dim")
    if terse:
        sizes = ("size", "layers", "heads", "dim", "id", "vocab", "embeddings", "theta")
        old = {
            key: value
            for key, value in old.items()
            if key.endswith(sizes) or key not in defaults or value != defaults[key]
        }
    return old
