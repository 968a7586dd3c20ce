"""Makes small quantised ONNX files beside the numbers that their integers stand for.

    pip install torch transformers==5.18.0 onnx onnxruntime tokenizers safetensors numpy
    python make_quantised.py --out ../resources/io/lucerna/instrumentation

In quantised/ each NAME.onnx is one tiny BERT, quantised by ONNX Runtime in another way, some changed
afterwards; NAME.safetensors is its state dict, (q - zero) * scale computed with numpy. Whose number a
tensor is, and whether it is stored transposed, comes from the values before quantisation. The folders
bert-cross-onnx-int8 (MatMulInteger) and bert-cross-onnx-qdq also have what transformers computes with
such weights, as those of make_fixtures.py.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from safetensors.torch import save_file

import make_bins
import make_fixtures

TYPES = {"int8": QuantType.QInt8, "uint8": QuantType.QUInt8}


class Ids(CalibrationDataReader):
    """Inputs from which the ranges of activations are taken."""

    def __init__(self, vocabulary, names):
        ids = np.random.default_rng(0).integers(0, vocabulary, (4, 2, 5))
        self.batches = iter({"input_ids": i, "attention_mask": i * 0 + 1, "token_type_ids": i * 0} for i in ids)
        self.names = names

    def get_next(self):
        batch = next(self.batches, None)
        return batch and {name: batch[name] for name in self.names}


def dynamic(source, out, weights, per_channel):
    quantize_dynamic(source, out, weight_type=TYPES[weights], per_channel=per_channel)


def qdq(source, out, weights, per_channel, vocabulary):
    names = [i.name for i in onnx.load(source).graph.input]
    quantize_static(
        source,
        out,
        Ids(vocabulary, names),
        quant_format=QuantFormat.QDQ,
        weight_type=TYPES[weights],
        activation_type=TYPES[weights],
        per_channel=per_channel,
    )


def change(source, out, edit):
    model = onnx.load(source)
    edit(model.graph)
    onnx.save(model, out)


def without_zero_points(graph):
    """Leaves out the zero points of weights, which are 0 for symmetric int8."""
    stored = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for node in graph.node:
        at = {"MatMulInteger": 3, "DequantizeLinear": 2}.get(node.op_type)
        if at is not None and len(node.input) > at and not np.any(stored.get(node.input[at], [1])):
            del node.input[at]


def numbers_one_by_one(graph):
    """Stores integers as int32_data instead of raw_data."""
    for tensor in graph.initializer:
        if tensor.data_type in (TensorProto.INT8, TensorProto.UINT8):
            values = numpy_helper.to_array(tensor)
            tensor.CopyFrom(helper.make_tensor(tensor.name, tensor.data_type, values.shape, values.flatten().tolist()))


def scaled_before_gather(graph):
    """Dequantises tables of embeddings whole, one scale for each row."""
    rng = np.random.default_rng(1)
    stored = {i.name: i for i in graph.initializer}
    nodes = []
    makers = {output: node for node in graph.node for output in node.output}
    for node in list(graph.node):
        gather = makers.get(node.input[0]) if node.op_type == "DequantizeLinear" else None
        if gather is None or gather.op_type != "Gather":
            continue
        table, scale, zero = stored[gather.input[0]], stored[node.input[1]], stored[node.input[2]]
        rows = table.dims[0]
        scales = numpy_helper.to_array(scale) * rng.choice([0.5, 1, 2], rows).astype(np.float32)
        zeros = np.full(rows, numpy_helper.to_array(zero)) + rng.integers(-3, 3, rows).astype(numpy_helper.to_array(zero).dtype)
        scale.CopyFrom(numpy_helper.from_array(scales.astype(np.float32), scale.name))
        zero.CopyFrom(numpy_helper.from_array(zeros.astype(numpy_helper.to_array(zero).dtype), zero.name))
        whole = helper.make_node(
            "DequantizeLinear", [table.name, scale.name, zero.name], [table.name + "_numbers"], node.name, axis=0
        )
        gather.input[0] = table.name + "_numbers"
        gather.output[0] = node.output[0]
        graph.node.remove(node)
        nodes.append(whole)
    kept = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes + kept)


def numbers(source, quantised, state):
    """The state dict with the numbers that the quantised file's integers stand for."""
    names = {}
    for tensor in onnx.load(source).graph.initializer:
        values = numpy_helper.to_array(tensor)
        for name, weight in state.items():
            for candidate in (weight.numpy(), weight.numpy().T):
                if values.dtype == np.float32 and candidate.shape == values.shape and (candidate == values).all():
                    names[tensor.name] = name
    graph = onnx.load(quantised).graph
    stored = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    axes = {
        node.input[0]: (node.input[1], helper.get_node_attr_value(node, "axis") if node.attribute else 1)
        for node in graph.node
        if node.op_type == "DequantizeLinear"
    }
    result = dict(state)
    for initializer, name in names.items():
        if initializer in stored:
            continue  # not quantised
        integers = stored[initializer + "_quantized"]
        scale = stored[initializer + "_scale" if initializer + "_scale" in stored else initializer + "_quantized_scale"]
        zero_name = initializer + "_zero_point"
        zero = stored[zero_name if zero_name in stored else initializer + "_quantized_zero_point"]
        axis = axes.get(initializer + "_quantized", (None, integers.ndim - 1))[1]
        if scale.size > 1:
            shape = [-1 if i == axis % integers.ndim else 1 for i in range(integers.ndim)]
            scale, zero = scale.reshape(shape), zero.reshape(shape)
        value = (integers.astype(np.int64) - zero.astype(np.int64)).astype(np.float32) * scale.astype(np.float32)
        weight = state[name].numpy()
        off = lambda v: np.abs(v - weight).max() if v.shape == weight.shape else np.inf
        result[name] = torch.from_numpy(np.ascontiguousarray(value if off(value) <= off(value.T) else value.T))
    missing = [name for name in state if name not in names.values()]
    assert not missing, missing
    return result


def slim(path):
    """Drops what says nothing of the weights: shapes of values, notes."""
    model = onnx.load(path)
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.save(model, path)


def forms(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    model = make_bins.tiny_bert()
    state = {name: value for name, value in model.state_dict().items() if value.is_floating_point()}
    vocabulary = model.config.vocab_size
    source = folder / "source.onnx"
    make_bins.export(source, model, 14)
    made = {}

    def made_by(name, how, *arguments):
        how(source, folder / f"{name}.onnx", *arguments)
        slim(folder / f"{name}.onnx")
        made[name] = numbers(source, folder / f"{name}.onnx", state)

    for weights in TYPES:
        for per_channel in (False, True):
            name = f"{weights}-{'channel' if per_channel else 'tensor'}"
            made_by(name, dynamic, weights, per_channel)
            made_by("qdq-" + name, qdq, weights, per_channel, vocabulary)
    change(folder / "int8-channel.onnx", folder / "no-zero.onnx", without_zero_points)
    made["no-zero"] = made["int8-channel"]
    change(folder / "uint8-tensor.onnx", folder / "one-by-one.onnx", numbers_one_by_one)
    made["one-by-one"] = made["uint8-tensor"]
    change(folder / "uint8-channel.onnx", folder / "rows.onnx", scaled_before_gather)
    made["rows"] = numbers_of_rows(folder / "rows.onnx", made["uint8-channel"])
    shutil.copy(folder / "int8-channel.onnx", folder / "numbered.onnx")
    make_bins.rename_as_before_1_13(folder / "numbered.onnx")
    made["numbered"] = made["int8-channel"]
    for name, tensors in made.items():
        save_file({k: v.contiguous() for k, v in tensors.items()}, folder / f"{name}.safetensors")
    source.unlink()


def numbers_of_rows(path, others):
    """The numbers where tables of embeddings have a scale for each row."""
    stored = {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    result = dict(others)
    for name in others:
        if name + "_quantized" in stored and "embeddings.weight" in name:
            zero = stored[name + "_zero_point"].astype(np.int64)[:, None]
            integers = stored[name + "_quantized"].astype(np.int64)
            value = (integers - zero).astype(np.float32) * stored[name + "_scale"][:, None]
            result[name] = torch.from_numpy(value)
    return result


def golden(folder, seed, quantise):
    """A folder with a quantised file, and what transformers computes with the same weights."""
    tokenizer = make_fixtures.make_tokenizer()
    model = make_fixtures.make_model("cross", seed, tokenizer)
    make_fixtures.fresh(folder)
    source = folder / "source.onnx"
    make_fixtures.export_onnx(folder, model, tokenizer, make_fixtures.PAIRS, False)
    (folder / "model.onnx").rename(source)
    quantise(source, folder / "model.onnx")
    slim(folder / "model.onnx")
    state = {name: value for name, value in model.state_dict().items() if value.is_floating_point()}
    model.load_state_dict(numbers(source, folder / "model.onnx", state), strict=False)
    source.unlink()
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    make_fixtures.write_reference(folder, "cross", model, tokenizer, make_fixtures.PAIRS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    torch.manual_seed(3)
    forms(out / "quantised")
    golden(out / "bert-cross-onnx-int8", 5, lambda source, to: dynamic(source, to, "int8", True))
    golden(out / "bert-cross-onnx-qdq", 6, lambda source, to: qdq(source, to, "uint8", False, 30))


if __name__ == "__main__":
    main()
