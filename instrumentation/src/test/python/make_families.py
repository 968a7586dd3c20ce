"""Makes tiny random checkpoints of every ranker family with what transformers computes for them.

    pip install torch transformers==5.18.0 tokenizers safetensors sentencepiece protobuf
    python make_families.py --out ../resources/io/lucerna/instrumentation/families   # the committed
    python make_families.py --out DIR --seed 7 --count 3                  # random configurations
    python make_families.py --out DIR --seed 7 --count 3 --family deberta-v2-cross

A folder has the form that make_fixtures.py describes, and more: in:NAME also for the output map of
each MLP and for the final norm; first:NAME for a module's first call where it is called twice (the
maps that DeBERTa shares between content and positions); encoder_, decoder_ and cross_attentions.N of
T5; marked:NAME, ColBERT with markers, query augmentation and punctuation mask. reference.json says
how the input was made (prompt), the ids of the two answers, the form of config.json, and how much of
the bounds rounding alone takes; weights are drawn smaller where that is too much. Each checkpoint is
opened again by transformers and must give the reference once more.
"""

import argparse
import copy
import json
import random
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

from family_config_forms import hub_form
from family_configs import FAMILIES
from family_fixtures import COMMITTED, PAIRS
from family_references import SCORES_IN_WORDS, Colbert, make_model, reference, rounding
from family_texts import answer_ids, call_in_words, draw_pairs, draw_prompt, draw_words
from family_tokenizers import KINDS
from make_fixtures import fresh, write_json, write_sentence_transformers

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

FORMS = ["transformers 5", "transformers 4", "transformers 4, terse", "transformers 5"]


def draw_form(rng):
    return {
        "config": rng.choice(FORMS),
        "dtype": rng.choice(["float32", "float32", "float32", "bfloat16", "float16"]),
        "sharded": rng.random() < 0.15,
        "extra": rng.random() < 0.4,
    }


def store(folder, family, model, kind, form):
    """Writes config.json, the weights and the tokenizer."""
    fresh(folder)
    stored = copy.deepcopy(model).to(getattr(torch, form["dtype"]))
    config = folder / "config.json"
    if family.scorer == "colbert":
        save_file(stored.state_dict(), folder / "model.safetensors", metadata={"format": "pt"})
        write_json(config, dict(stored.config.to_dict(), architectures=["HF_ColBERT"], dtype=form["dtype"]))
    else:
        stored.save_pretrained(folder, **(dict(max_shard_size="16KB") if form["sharded"] else {}))
    written = json.loads(config.read_text(encoding="utf-8"))
    if form["config"] != "transformers 5":
        defaults = type(model.config)().to_dict()
        write_json(config, hub_form(written, defaults, form["config"].endswith("terse")))
    elif family.scorer == "t5":
        # So it is written for every T5; only the file says that lm_head is another map.
        write_json(config, dict(written, tie_word_embeddings=True))
    if form["extra"] and not form["sharded"]:
        add_unused(folder / "model.safetensors", model)
    kind.fast().save_pretrained(folder)
    (folder / "tokenizer.json").write_text(kind.tokenizer.to_str(), encoding="utf-8")


def add_unused(path, model):
    """Tensors that old checkpoints carry and no forward pass needs."""
    weights = load_file(path)
    config = model.config
    words = next((n for n in weights if n.endswith("embeddings.word_embeddings.weight")), "")
    if config.model_type in ("bert", "electra", "roberta", "xlm-roberta", "mpnet"):
        positions = torch.arange(config.max_position_embeddings).unsqueeze(0)
        weights[words.replace("word_embeddings.weight", "position_ids")] = positions
    if config.model_type == "deberta-v2" and not config.position_biased_input:
        unused = torch.ones(config.max_position_embeddings, config.hidden_size)
        weights[words.replace("word_embeddings", "position_embeddings")] = unused
    if config.model_type in ("llama", "mistral"):
        for layer in range(config.num_hidden_layers):
            name = f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"
            weights[name] = model.model.rotary_emb.inv_freq.clone()
    if type(model).__name__.endswith("ForCausalLM") and "lm_head.weight" not in weights:
        weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone()
    save_file(weights, path, metadata={"format": "pt"})


def check(folder, family, kept, *call):
    """What transformers opens from the folder must give the reference."""
    if family.scorer == "colbert":
        config = transformers.BertConfig.from_pretrained(folder)
        config._attn_implementation = "eager"
        model = Colbert(config)
        weights = load_file(folder / "model.safetensors")
        weights.pop("bert.embeddings.position_ids", None)
        model.load_state_dict({name: weight.float() for name, weight in weights.items()})
        model.eval()
    else:
        how = dict(dtype=torch.float32, attn_implementation="eager")
        model = getattr(transformers, family.model).from_pretrained(folder, **how)
    fast = transformers.PreTrainedTokenizerFast.from_pretrained(folder)
    found = reference(family, model, fast, *call)
    for name, tensor in kept.items():
        if not torch.isfinite(tensor).all():
            raise AssertionError(f"{folder}: {name} is not finite")
        # Not to the bit: a product's last digit depends on where the weights lie in memory.
        if not torch.allclose(tensor, found[name], rtol=2e-6, atol=2e-6):
            worst = (tensor - found[name]).abs().max()
            raise AssertionError(f"{folder}: {name} differs by {worst} when opened again")


def make(folder, name, seed, rng, small=False, pairs=None, slim=False, **fixed):
    """One checkpoint with its reference.

    What is in fixed is not drawn: tokenizer, form, prompt, labels, and settings of the configuration.
    A small one has a small vocabulary and does not keep its logits twice. A slim one keeps ids, mask
    and scores only.
    """
    family = FAMILIES[name]
    kind_name = rng.choice(family.tokenizers)
    kind_name = fixed.pop("tokenizer", kind_name)
    kind = KINDS[kind_name](small)
    form = dict(draw_form(rng), **fixed.pop("form", {}))
    prompt = fixed.pop("prompt", None) or draw_prompt(name, family, rng)
    words = draw_words(name, family, rng)
    labels = fixed.pop("labels", rng.choice([1, 1, 2]))
    query_length = rng.choice([8, 16, 32])
    settings = dict(family.draw(rng, kind), **fixed)
    if family.scorer == "colbert":
        settings["dim"] = rng.choice([5, 12, 24])
    pairs = pairs or draw_pairs(rng)
    fast = kind.fast()
    answers = answer_ids(fast, words) if words else None
    call = (prompt, pairs, answers, query_length)
    share = 1.0
    for gain in (0.8, 0.5, 0.3, 0.2, 0.1):
        drawn = make_model(family, settings, labels, getattr(torch, form["dtype"]), seed, gain)
        found = reference(family, drawn, fast, *call)
        taken = rounding(family, drawn, fast, found, *call)
        if taken < share:
            model, kept, share = drawn, found, taken
        if share < 0.35:
            break
    if share > 0.5:
        raise AssertionError(f"{folder}: rounding alone takes {share} of the bounds")
    store(folder, family, model, kind, form)
    check(folder, family, kept, *call)
    if family.scorer == "bi":
        write_sentence_transformers(folder, model.config.hidden_size)
    if family.scorer == "colbert":
        write_colbert(folder, model.config.dim, query_length)
    if slim:
        kept = {key: kept[key] for key in ("input_ids", "attention_mask", "score")}
    if small and "logits" in kept:
        again = [key for key in kept if key.startswith("out:") and torch.equal(kept[key], kept["logits"])]
        kept = {key: tensor for key, tensor in kept.items() if key not in again}
    save_file(kept, folder / "reference.safetensors")
    described = {
        "family": name,
        "class": type(model).__name__,
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "seed": seed,
        "call": call_in_words(family, prompt),
        "score": SCORES_IN_WORDS[family.scorer],
        "tokenizer": kind_name,
        "config_form": form["config"],
        "stored_as": form["dtype"],
        "rounding": round(share, 3),
        "labels": labels if family.scorer in ("cross", "rank") else None,
        "prompt": prompt,
        "pairs": pairs,
        "attention": "eager",
        "dtype": "float32",
    }
    for word, answer in zip(words or [], answers or []):
        described.update({f"{word.lower()}_token": word, f"{word.lower()}_id": answer})
    write_json(folder / "reference.json", {k: v for k, v in described.items() if v is not None})


def write_colbert(folder, dim, query_length):
    """The settings file of ColBERT's checkpoints."""
    write_json(
        folder / "artifact.metadata",
        {
            "query_token_id": "[unused0]",
            "doc_token_id": "[unused1]",
            "query_token": "[Q]",
            "doc_token": "[D]",
            "query_maxlen": query_length,
            "doc_maxlen": 180,
            "dim": dim,
            "similarity": "cosine",
            "mask_punctuation": True,
            "attend_to_mask_tokens": False,
        },
    )


def committed(out):
    exact = {"dtype": "float32", "sharded": False, "extra": False}
    for seed, (folder, (name, fixed)) in enumerate(COMMITTED.items()):
        fixed = dict(fixed, form=dict(exact, config=fixed["form"]), labels=1)
        make(out / folder, name, seed, random.Random(folder), small=True, pairs=PAIRS, **fixed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, help="make random configurations from this seed on")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--family", choices=sorted(FAMILIES), action="append")
    options = parser.parse_args()
    if options.seed is None:
        committed(options.out)
        return
    for seed in range(options.seed, options.seed + options.count):
        for name in options.family or FAMILIES:
            make(options.out / f"{name}-{seed}", name, seed, random.Random(f"{name} {seed}"))


if __name__ == "__main__":
    main()
