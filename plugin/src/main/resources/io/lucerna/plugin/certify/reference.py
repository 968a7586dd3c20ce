"""Computes with Hugging Face transformers what a model gives for token ids, module by module.

    python reference.py MODEL_FOLDER INPUTS.json OUTPUT.safetensors [float64]

INPUTS.json holds "ids" and "types", a list of each for every text, "task" and "pooling". OUTPUT has
the form of Lucerna's references: input_ids, attention_mask, token_type_ids, hidden_states.N,
attentions.N (of T5 with encoder_, decoder_ and cross_), out:MODULE for what every map, table and norm
gives, in:MODULE for what it gets, first:MODULE for the first call of a module that is called twice,
and the output. Eager attention, no dropout; computed in fp32, or in fp64, stored as fp32.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file


def body(model_class, config):
    """A bare model and a projection without bias, as ColBERT stores them."""

    class Projected(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = model_class(config)
            self.linear = None

        def forward(self, **inputs):
            out = self.bert(**inputs)
            out["token_embeddings"] = torch.nn.functional.normalize(self.linear(out.last_hidden_state), dim=-1)
            return out

    return Projected()


def open_model(folder, task, dtype):
    how = dict(dtype=torch.float32, attn_implementation="eager")
    if task != "TOKEN_VECTORS":
        config = transformers.AutoConfig.from_pretrained(folder)
        named = config.architectures or [type(config).__name__.replace("Config", "Model")]
        return getattr(transformers, named[0]).from_pretrained(folder, **how).to(dtype).eval()
    config = transformers.AutoConfig.from_pretrained(folder)
    config._attn_implementation = "eager"
    model = body(transformers.BertModel, config)
    weights = {}
    for file in sorted(Path(folder).glob("*.safetensors")) or sorted(Path(folder).glob("pytorch_model*.bin")):
        weights.update(load_file(file) if file.suffix == ".safetensors" else torch.load(file, weights_only=True))
    projection = weights["linear.weight"].float()
    model.linear = torch.nn.Linear(projection.shape[1], projection.shape[0], bias=False)
    unneeded = [name for name in weights if name.endswith("position_ids")]
    for name in unneeded:
        del weights[name]
    missing, unknown = model.load_state_dict({n: w.float() for n, w in weights.items()}, strict=False)
    if unknown or any("pooler" not in name for name in missing):
        raise SystemExit(f"{folder}: missing {missing}, unknown {unknown}")
    return model.to(dtype).eval()


def watch(model, kept):
    kinds = (torch.nn.Linear, torch.nn.Embedding, torch.nn.Conv1d)

    def hook(name):
        def keep(module, given, out):
            if "out:" + name in kept:
                kept.setdefault("first:" + name, kept["out:" + name])
            kept["out:" + name] = out
            if given and torch.is_floating_point(given[0]):
                kept["in:" + name] = given[0]

        return keep

    for name, module in model.named_modules():
        if isinstance(module, kinds) or type(module).__name__.endswith("Norm"):
            module.register_forward_hook(hook(name))


def series(kept, name, tensors):
    kept.update({f"{name}.{i}": tensor for i, tensor in enumerate(tensors or ()) if tensor is not None})


def padded(rows, pad):
    width = max(map(len, rows))
    return torch.tensor([row + [pad] * (width - len(row)) for row in rows])


def stored(tensor):
    whole = tensor.detach().clone().contiguous()
    return whole.float() if torch.is_floating_point(whole) else whole


@torch.no_grad()
def main(folder, inputs, output, precision="float32"):
    asked = json.loads(Path(inputs).read_text(encoding="utf-8"))
    model = open_model(folder, asked["task"], getattr(torch, precision))
    kept = {}
    watch(model.bert if asked["task"] == "TOKEN_VECTORS" else model, kept)
    given = {
        "input_ids": padded(asked["ids"], asked["pad"]),
        "attention_mask": padded([[1] * len(ids) for ids in asked["ids"]], 0),
    }
    if asked["token_types"]:
        given["token_type_ids"] = padded(asked["types"], 0)
    more = dict(output_hidden_states=True, output_attentions=True)
    if model.config.is_encoder_decoder:
        start = torch.full((len(asked["ids"]), 1), model.config.decoder_start_token_id)
        out = model(**given, decoder_input_ids=start, use_cache=False, **more)
        for side in ("encoder", "decoder"):
            series(kept, f"{side}_hidden_states", out[f"{side}_hidden_states"])
            series(kept, f"{side}_attentions", out[f"{side}_attentions"])
        series(kept, "cross_attentions", out.cross_attentions)
    else:
        out = model(**given, **more)
        series(kept, "hidden_states", out.hidden_states)
        series(kept, "attentions", out.attentions)
    mask = given["attention_mask"].unsqueeze(-1).to(getattr(torch, precision))
    if "logits" in out:
        kept["logits"] = out.logits
    if "token_embeddings" in out:
        kept["token_embeddings"] = out["token_embeddings"]
    if asked["task"] == "VECTOR":
        last = out.last_hidden_state
        kept["cls"] = last[:, 0]
        kept["mean_pooled"] = (last * mask).sum(1) / mask.sum(1)
    if asked["task"] == "TERMS":
        kept["splade"] = (torch.log1p(torch.relu(out.logits)) * mask).max(dim=1).values
    kept.update(given)
    save_file(
        {name: stored(tensor) for name, tensor in kept.items()},
        output,
        metadata={"transformers": transformers.__version__, "torch": torch.__version__},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
