"""Makes tiny random LoRA adapters, and what transformers computes once PEFT has merged them.

    pip install torch transformers==5.18.0 peft==0.21.0 safetensors
    python make_adapters.py ../resources/io/lucerna/instrumentation

DIR has the base models, most of them fixtures of make_fixtures.py and make_families.py; the adapters
are written to DIR/adapters. A folder has what PEFT saves, with the base's path relative to it,
reference.json (the base's texts and how they are read), and reference.safetensors: input_ids,
attention_mask, token_type_ids, hidden_states.N, and the output, of the model that
PeftModel.from_pretrained(base, folder).merge_and_unload() gives, in fp32 with eager attention.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

HOW = dict(dtype=torch.float32, attn_implementation="eager")
CLASSES = {
    "SEQ_CLS": "AutoModelForSequenceClassification",
    "CAUSAL_LM": "AutoModelForCausalLM",
    "FEATURE_EXTRACTION": "AutoModel",
}

# Name: base, settings of LoraConfig, whether the weights are a .bin.
ADAPTERS = {
    "bert-heads": ("bert-cross", dict(task_type="SEQ_CLS", r=4, lora_alpha=8, target_modules=["query", "value"]), False),
    "bert-pattern": (
        "bert-cross-sharded",
        dict(
            task_type="SEQ_CLS",
            r=3,
            lora_alpha=5,
            use_rslora=True,
            bias="all",
            target_modules=r".*layer\.\d\.(attention\.self\.key|output\.dense)",
            rank_pattern={r"layer\.1\.output\.dense": 6},
            alpha_pattern={"self.key": 7},
        ),
        True,
    ),
    "bert-words": (
        "bert-bi",
        dict(
            task_type="FEATURE_EXTRACTION",
            r=4,
            lora_alpha=4,
            target_modules=["word_embeddings", "key"],
            fan_in_fan_out=True,
        ),
        False,
    ),
    "llama-rank": (
        "adapters/llama-base",
        dict(task_type="SEQ_CLS", r=2, lora_alpha=4, target_modules="all-linear", modules_to_save=["score"]),
        False,
    ),
    "llama-queries": (
        "adapters/llama-base",
        dict(task_type="SEQ_CLS", r=5, lora_alpha=10, target_modules=["q_proj"]),
        True,
    ),
    "qwen-layer": (
        "families/qwen3-causal",
        dict(
            task_type="CAUSAL_LM",
            r=4,
            lora_alpha=16,
            use_rslora=True,
            lora_bias=True,
            target_modules=["q_proj", "v_proj"],
            layers_to_transform=[1],
        ),
        False,
    ),
    "qwen-words": (
        "families/qwen3-causal",
        dict(task_type="CAUSAL_LM", r=3, lora_alpha=6, target_modules=["embed_tokens", "down_proj"]),
        False,
    ),
}


def write_json(file, content):
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def llama_base(root):
    """A language model, whose classifier only its adapters have, as RankLLaMA is published."""
    torch.manual_seed(11)
    ranker = root / "families/llama-rank"
    config = transformers.AutoConfig.from_pretrained(ranker)
    model = transformers.LlamaForCausalLM(config)
    for parameter in model.parameters():
        parameter.data.normal_(0, 0.3)
    folder = root / "adapters/llama-base"
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(ranker / name, folder / name)


def open_base(folder, task):
    more = dict(num_labels=1) if task == "SEQ_CLS" else {}
    return getattr(transformers, CLASSES[task]).from_pretrained(folder, **HOW, **more)


def make(root, name, base, settings, as_bin):
    folder = root / "adapters" / name
    task = settings["task_type"]
    torch.manual_seed(len(name))
    model = get_peft_model(open_base(root / base, task), LoraConfig(**settings))
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data + torch.randn_like(parameter) * 0.1
    model.save_pretrained(folder, safe_serialization=not as_bin)
    (folder / "README.md").unlink(missing_ok=True)
    config = folder / "adapter_config.json"
    stated = json.loads(config.read_text())
    for key in ("target_modules", "modules_to_save"):
        if isinstance(stated[key], list):
            stated[key] = sorted(stated[key])  # PEFT writes sets in any order
    write_json(config, dict(stated, base_model_name_or_path="../../" + base))

    merged = PeftModel.from_pretrained(open_base(root / base, task), folder).merge_and_unload().eval()
    texts = root / ("families/llama-rank" if base.endswith("llama-base") else base.replace("-sharded", ""))
    given = load_file(texts / "reference.safetensors")
    given = {key: given[key] for key in ("input_ids", "attention_mask", "token_type_ids") if key in given}
    with torch.no_grad():
        out = merged(**given, output_hidden_states=True)
    kept = {f"hidden_states.{i}": state for i, state in enumerate(out.hidden_states)}
    if task == "FEATURE_EXTRACTION":
        mask = given["attention_mask"].unsqueeze(-1).float()
        kept["mean_pooled"] = (out.last_hidden_state * mask).sum(1) / mask.sum(1)
    else:
        kept["logits"] = out.logits
    save_file(
        {key: value.contiguous().clone() for key, value in {**given, **kept}.items()},
        folder / "reference.safetensors",
    )
    shutil.copy(texts / "reference.json", folder / "reference.json")


if __name__ == "__main__":
    root = Path(sys.argv[1])
    shutil.rmtree(root / "adapters", ignore_errors=True)
    llama_base(root)
    for name, (base, settings, as_bin) in ADAPTERS.items():
        make(root, name, base, settings, as_bin)
