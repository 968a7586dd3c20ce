"""Makes a cross-encoder of a base model's size, 12 layers of 768, with random weights, for the benchmark.

    pip install torch transformers==5.18.0 onnx onnxscript
    python make_base.py --out /tmp/base

The folder has config.json and model.safetensors, which Lucerna reads, and model.onnx with the same weights.
"""

import argparse
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    torch.manual_seed(12)
    config = BertConfig(num_labels=1, attn_implementation="eager")
    model = BertForSequenceClassification(config).eval()
    model.save_pretrained(out)
    ids = torch.randint(1000, 30000, (2, 16))
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(out / "model.onnx"),
        input_names=INPUTS,
        output_names=["logits"],
        dynamic_axes={name: axes for name in INPUTS} | {"logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
