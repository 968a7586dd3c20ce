"""Computes with Hugging Face transformers what a model gives for token ids, module by module.

    python reference.py MODEL_FOLDER INPUTS.json OUTPUT.safetensors [float64]

INPUTS.json holds "ids" and "types", a list of each for every text, "pad", "token_types" and "task"; it
may hold "class", the transformers class, if config.json does not say it, "labels", how many a
classifier has, "adapter", the folder of a LoRA adapter that PEFT merges, and "texts" with
"tokenizer", the text or the two of each input and the folder of the tokenizer. OUTPUT has the form of
Lucerna's references: input_ids, attention_mask, token_type_ids, hidden_states.N, attentions.N (of T5
with encoder_, decoder_ and cross_), out:MODULE for what every map, table and norm gives, in:MODULE for
what it gets, first:MODULE for the first call of a module that is called twice, and the output; 0 where
padding is. A decoder's classifier without a pad_token_id is run text by text, as transformers asks.
Eager attention, no dropout; computed in fp32, or in fp64, stored as fp32. In fp64, what
transformers' code would compute in fp32 all the same (norms and softmax of some families) is computed
in fp64. OUTPUT.json has the versions, "raised", the classes of the modules where that was so, and
"tokens": input_ids and token_type_ids that the tokenizer gives for each text, or "why" it gives none.
"""

import contextlib
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.overrides import TorchFunctionMode


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


class Raised(TorchFunctionMode):
    """Keeps in fp64 what code asks for in fp32, and the classes of the modules that asked."""

    def __init__(self, model):
        super().__init__()
        self.running, self.classes = [], set()
        for module in model.modules():
            module.register_forward_pre_hook(self.enter)
            module.register_forward_hook(self.leave)

    def enter(self, module, given):
        self.running.append(type(module).__name__)

    def leave(self, module, given, out):
        self.running.pop()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        given = kwargs or {}
        single = func is torch.Tensor.float or any(a is torch.float32 for a in (*args, *given.values()))
        if not single:
            return func(*args, **given)
        doubles = [a for a in args if isinstance(a, torch.Tensor) and a.dtype == torch.float64]
        if doubles and self.running:
            self.classes.add(self.running[-1])
        if func is torch.Tensor.float:
            return args[0].double()
        raised = [torch.float64 if a is torch.float32 else a for a in args]
        return func(*raised, **{k: torch.float64 if v is torch.float32 else v for k, v in given.items()})


def open_model(folder, asked, dtype):
    how = dict(dtype=torch.float32, attn_implementation="eager")
    if asked["task"] != "TOKEN_VECTORS":
        name = asked.get("class")
        if not name:
            config = transformers.AutoConfig.from_pretrained(folder)
            name = (config.architectures or [type(config).__name__.replace("Config", "Model")])[0]
        if asked["task"] == "LABELS" and "labels" in asked:
            how["num_labels"] = asked["labels"]
        model = getattr(transformers, name).from_pretrained(folder, **how)
        if asked.get("adapter"):
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, asked["adapter"]).merge_and_unload()
        return model.to(dtype).eval()
    config = transformers.AutoConfig.from_pretrained(folder)
    config._attn_implementation = "eager"
    model = body(transformers.BertModel, config)
    weights = {}
    for file in sorted(Path(folder).glob("model*.safetensors")) or sorted(Path(folder).glob("pytorch_model*.bin")):
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


def stored(name, tensor, mask):
    """As fp32; of real tokens alone: rows of padding may be anything, even no numbers."""
    whole = tensor.detach().clone().contiguous()
    if not torch.is_floating_point(whole):
        return whole
    # [batch, heads, query, key], where there may be as many heads as positions.
    attends = name.split(".")[0] in ("attentions", "encoder_attentions", "decoder_attentions", "cross_attentions")
    if whole.dim() > 2 and whole.shape[:2] == mask.shape and not attends:
        whole[~mask] = 0
    elif whole.dim() == 4 and (whole.shape[0], whole.shape[2]) == mask.shape:
        whole.transpose(1, 2)[~mask] = 0
    return whole.float()


def asking(tokenizer):
    """The class of no family gives token types only if asked; Lucerna takes those of tokenizer.json."""
    general = type(tokenizer).__name__ in ("TokenizersBackend", "PreTrainedTokenizerFast")
    return {"return_token_type_ids": True} if general and "model_input_names" not in tokenizer.init_kwargs else {}


def tokens(asked):
    """What the model's own tokenizer gives for the texts."""
    if not asked.get("texts"):
        return {}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(asked["tokenizer"])
        given = [tokenizer(*text, **asking(tokenizer)) for text in asked["texts"]]
    except Exception as e:
        return {"why": f"{type(e).__name__}: {e}".splitlines()[0]}
    rows = [row["input_ids"] for row in given]
    types = [row.get("token_type_ids") or [0] * len(row["input_ids"]) for row in given]
    return {"tokens": {"ids": rows, "types": types}}


def run(model, given, more, kept):
    if getattr(getattr(model, "config", None), "is_encoder_decoder", False):
        start = torch.full((len(given["input_ids"]), 1), model.config.decoder_start_token_id)
        out = model(**given, decoder_input_ids=start, use_cache=False, **more)
        for side in ("encoder", "decoder"):
            series(kept, f"{side}_hidden_states", out[f"{side}_hidden_states"])
            series(kept, f"{side}_attentions", out[f"{side}_attentions"])
        series(kept, "cross_attentions", out.cross_attentions)
    else:
        out = model(**given, **more)
        series(kept, "hidden_states", out.hidden_states)
        series(kept, "attentions", out.attentions)
    if "logits" in out:
        kept["logits"] = out.logits
    return out


def widened(name, tensor, width):
    """A single text's tensor as it is in a padded batch: 0 where padding is."""
    positions = () if name == "logits" else (2, 3) if name.startswith("attentions.") else (1,)
    sizes = [width - size if axis in positions else 0 for axis, size in enumerate(tensor.shape)]
    return torch.nn.functional.pad(tensor, [n for size in reversed(sizes) for n in (0, size)])


def run_alone(model, given, more, kept):
    """Runs the texts one by one, and keeps what a padded batch would give."""
    width = given["input_ids"].shape[1]
    texts = []
    for i, length in enumerate(given["attention_mask"].sum(1).tolist()):
        kept.clear()
        out = run(model, {name: rows[i : i + 1, :length] for name, rows in given.items()}, more, kept)
        texts.append({name: widened(name, tensor, width) for name, tensor in kept.items()})
    kept.update({name: torch.cat([text[name] for text in texts]) for name in kept})
    return out


def needs_padding_id(model):
    """Whether it is a decoder's classifier, which finds the last token of a padded text by its id."""
    return hasattr(model, "score") and model.config.pad_token_id is None


@torch.no_grad()
def main(folder, inputs, output, precision="float32"):
    asked = json.loads(Path(inputs).read_text(encoding="utf-8"))
    model = open_model(folder, asked, getattr(torch, precision))
    kept = {}
    watch(model.bert if asked["task"] == "TOKEN_VECTORS" else model, kept)
    given = {
        "input_ids": padded(asked["ids"], asked["pad"]),
        "attention_mask": padded([[1] * len(ids) for ids in asked["ids"]], 0),
    }
    if asked["token_types"]:
        given["token_type_ids"] = padded(asked["types"], 0)
    more = dict(output_hidden_states=True, output_attentions=True)
    raised = Raised(model) if precision == "float64" else None
    with raised or contextlib.nullcontext():
        out = (run_alone if needs_padding_id(model) else run)(model, given, more, kept)
    mask = given["attention_mask"].unsqueeze(-1).to(getattr(torch, precision))
    if "token_embeddings" in out:
        kept["token_embeddings"] = out["token_embeddings"]
    if asked["task"] == "VECTOR":
        last = out.last_hidden_state
        kept["cls"] = last[:, 0]
        kept["mean_pooled"] = (last * mask).sum(1) / mask.sum(1)
    if asked["task"] == "TERMS":
        kept["splade"] = (torch.log1p(torch.relu(out.logits)) * mask).max(dim=1).values
    kept.update(given)
    real = given["attention_mask"].bool()
    save_file(
        {name: stored(name, tensor, real) for name, tensor in kept.items()},
        output,
        metadata={"transformers": transformers.__version__, "torch": torch.__version__},
    )
    facts = {"transformers": transformers.__version__, "torch": torch.__version__, **tokens(asked)}
    facts["raised"] = sorted(raised.classes) if raised else []
    Path(output + ".json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
