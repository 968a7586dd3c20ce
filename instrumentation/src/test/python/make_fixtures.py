"""Makes tiny random BERT checkpoints with what Hugging Face transformers computes for them.

    pip install torch transformers==5.18.0 onnx onnxscript tokenizers safetensors numpy
    python make_fixtures.py --out ../resources/io/lucerna/instrumentation      # the committed ones
    python make_fixtures.py --out DIR --seed 7 --count 20                      # random configurations

Each folder holds config.json, tokenizer.json, the weights, reference.json (how it was called, the
texts) and reference.safetensors: ids, mask, token types, hidden_states.N, attentions.N, the output
of each Linear, Embedding and LayerNorm as out:NAME, the input of each attention output projection
as in:NAME, and logits and score, or last_hidden_state, cls and mean_pooled. A folder that stores
another folder's weights in a second form has a reference.json that says same_as.
"""

import argparse
import copy
import json
import random
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = "the of and is in what which how lamp oil light night wick flame glass sea ship keeper".split()
PAIRS = [
    ("what is a lamp", "the lamp is light of oil and glass ."),
    ("sea light", "The keeper: a flame, in 1 night!"),
]


def make_tokenizer():
    marks = list(".,:!?-")
    vocab = SPECIAL + list(LETTERS) + marks + ["##" + c for c in LETTERS] + WORDS
    ids = {token: i for i, token in enumerate(dict.fromkeys(vocab))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def make_model(kind, seed, tokenizer, **changes):
    torch.manual_seed(seed)
    settings = dict(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=40,
    )
    settings.update(changes)
    config = BertConfig(attn_implementation="eager", **settings)
    if kind == "bi":
        model = BertModel(config)
    else:
        config.num_labels = 2 if kind == "cross-2labels" else 1
        model = BertForSequenceClassification(config)
    with torch.no_grad():
        # Every parameter counts: none keeps the zero or one it is made with.
        for name, parameter in model.named_parameters():
            if name.endswith("LayerNorm.weight"):
                parameter.copy_(1 + 0.1 * torch.randn_like(parameter))
            elif name.endswith("bias"):
                parameter.copy_(0.1 * torch.randn_like(parameter))
            else:
                parameter.copy_(0.12 * torch.randn_like(parameter))
    return model.eval()


def watch(model, kept):
    kinds = (torch.nn.Linear, torch.nn.Embedding, torch.nn.LayerNorm)
    for name, module in model.named_modules():
        if isinstance(module, kinds):
            module.register_forward_hook(
                lambda m, given, out, name=name: kept.__setitem__("out:" + name, out)
            )
        if name.endswith("attention.output.dense"):
            module.register_forward_hook(
                lambda m, given, out, name=name: kept.__setitem__("in:" + name, given[0])
            )


def write_reference(folder, kind, model, tokenizer, pairs):
    inner = copy.deepcopy(model)
    kept = {}
    watch(inner, kept)
    if kind == "bi":
        inputs = tokenizer([p for _, p in pairs], padding=True, return_tensors="pt")
    else:
        inputs = tokenizer([q for q, _ in pairs], [p for _, p in pairs], padding=True, return_tensors="pt")
    with torch.no_grad():
        out = inner(**inputs, output_hidden_states=True, output_attentions=True)
    kept.update(inputs)
    kept.update({f"hidden_states.{i}": h for i, h in enumerate(out.hidden_states)})
    kept.update({f"attentions.{i}": a for i, a in enumerate(out.attentions)})
    if kind == "bi":
        mask = inputs["attention_mask"].unsqueeze(-1).float()
        last = out.last_hidden_state
        kept.update(
            last_hidden_state=last, cls=last[:, 0], mean_pooled=(last * mask).sum(1) / mask.sum(1)
        )
    else:
        kept.update(logits=out.logits, score=out.logits[:, -1])
    save_file({k: v.detach().clone().contiguous() for k, v in kept.items()}, folder / "reference.safetensors")
    write_json(
        folder / "reference.json",
        {
            "family": folder.name,
            "class": type(model).__name__,
            "transformers": transformers.__version__,
            "torch": torch.__version__,
            "call": "tokenizer(passage), padded right"
            if kind == "bi"
            else "tokenizer(query, passage) with token types, padded right",
            "score": "mean_pooled uses the mask" if kind == "bi" else "score = last logit",
            "pairs": pairs,
            "attention": "eager",
            "dtype": "float32",
        },
    )


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def write_sentence_transformers(folder, hidden):
    write_json(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    )
    (folder / "1_Pooling").mkdir()
    write_json(
        folder / "1_Pooling" / "config.json",
        {
            "word_embedding_dimension": hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
    )


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_checkpoint(folder, kind, model, tokenizer, pairs, shard=None):
    fresh(folder)
    model.save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
    tokenizer.save_pretrained(folder)
    write_reference(folder, kind, model, tokenizer, pairs)
    if kind == "bi":
        write_sentence_transformers(folder, model.config.hidden_size)


def write_same(folder, of, model, tokenizer, write_weights):
    fresh(folder)
    model.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    write_weights(folder)
    write_json(folder / "reference.json", {"family": folder.name, "same_as": of})


def export_onnx(folder, model, tokenizer, pairs, dynamo):
    names = ["input_ids", "attention_mask", "token_type_ids"]
    inputs = tokenizer([q for q, _ in pairs], [p for _, p in pairs], padding=True, return_tensors="pt")
    axes = {} if dynamo else {"dynamic_axes": {n: {0: "batch", 1: "tokens"} for n in names}, "opset_version": 14}
    torch.onnx.export(
        copy.deepcopy(model),
        tuple(inputs[n] for n in names),
        folder / "model.onnx",
        input_names=names,
        output_names=["logits"],
        dynamo=dynamo,
        **({"external_data": True} if dynamo else {}),
        **axes,
    )
    if dynamo:
        strip_traces(folder / "model.onnx")


def strip_traces(path):
    """Drops what the exporter says of its own machine; names, nodes and data stay."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        del node.metadata_props[:]
    path.write_bytes(model.SerializeToString())


def committed(out):
    tokenizer = make_tokenizer()
    for seed, kind in enumerate(["bi", "cross", "cross-2labels"]):
        model = make_model(kind, seed, tokenizer)
        write_checkpoint(out / f"bert-{kind}", kind, model, tokenizer, PAIRS)
        if kind == "cross":
            same = lambda form, write: write_same(out / f"bert-cross-{form}", "bert-cross", model, tokenizer, write)
            same("sharded", lambda f: model.save_pretrained(f, max_shard_size="25KB"))
            same("onnx", lambda f: export_onnx(f, model, tokenizer, PAIRS, False))
            same("onnx-dynamo", lambda f: export_onnx(f, model, tokenizer, PAIRS, True))


def random_text(rng, words):
    return " ".join(
        rng.choice(WORDS) if rng.random() < 0.9 else "".join(rng.choices(LETTERS, k=3)) for _ in range(words)
    )


def random_configuration(out, seed):
    rng = random.Random(seed)
    tokenizer = make_tokenizer()
    kind = rng.choice(["bi", "cross", "cross-2labels"])
    heads = rng.choice([1, 2, 3, 4, 6])
    model = make_model(
        kind,
        seed,
        tokenizer,
        hidden_size=heads * rng.choice([4, 8, 10, 16]),
        num_attention_heads=heads,
        num_hidden_layers=rng.randint(1, 5),
        intermediate_size=rng.choice([24, 64, 100]),
        max_position_embeddings=rng.choice([256, 512]),
        hidden_act=rng.choice(["gelu", "gelu_new", "relu"]),
        layer_norm_eps=rng.choice([1e-12, 1e-7, 1e-5]),
        type_vocab_size=rng.choice([2, 3]),
    )
    lengths = [2, rng.randint(3, 30), rng.randint(60, 170), rng.randint(1, 60)]
    pairs = [(random_text(rng, rng.randint(1, 6)), random_text(rng, n)) for n in lengths]
    shard = "20KB" if rng.random() < 0.3 else None
    write_checkpoint(out / f"random-{seed}-{kind}", kind, model, tokenizer, pairs, shard)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, help="make random configurations from this seed on")
    parser.add_argument("--count", type=int, default=1)
    options = parser.parse_args()
    if options.seed is None:
        committed(options.out)
    else:
        for seed in range(options.seed, options.seed + options.count):
            random_configuration(options.out, seed)


if __name__ == "__main__":
    main()
