"""Makes small PyTorch and ONNX files of weights beside what they hold as safetensors.

    pip install torch transformers==5.18.0 onnx onnxscript safetensors numpy
    python make_bins.py --out ../resources/io/lucerna/instrumentation/bins

NAME.bin or NAME/ is a file or sharded folder of torch.save, NAME.safetensors its tensors, in
row-major order and with the types of the file. In onnx/ each NAME.onnx is the same tiny BERT, whose
weights are in weights.safetensors, exported in another way; equal.onnx has its own weights. The keys
of a file of the legacy form are addresses in memory, so its bytes differ from run to run.
"""

import argparse
import copy
import json
import shutil
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def write(path, tensors, **how):
    torch.save(tensors, path, **how)
    expect(path.with_suffix(".safetensors"), tensors)


def expect(path, tensors):
    # A row-major copy of each: safetensors refuses shared storages.
    save_file({k: torch.empty_like(v, memory_format=torch.contiguous_format).copy_(v.detach()) for k, v in tensors.items()}, path)


def every_type():
    """One tensor of each type, a scalar, an empty one; with the _metadata that state dicts have."""
    tensors = OrderedDict(
        weight=torch.randn(3, 4),
        half=torch.randn(2, 3).half(),
        brain=torch.randn(5).bfloat16(),
        double=torch.randn(4).double(),
        scalar=torch.tensor(7.5),
        empty=torch.zeros(0, 4),
        position_ids=torch.arange(6).expand((1, -1)),
        int32=torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        int16=torch.tensor([-5, 5], dtype=torch.int16),
        int8=torch.tensor([[-128], [127]], dtype=torch.int8),
        uint8=torch.tensor([0, 255], dtype=torch.uint8),
        uint16=torch.tensor([0, 65535], dtype=torch.uint16),
        uint32=torch.tensor([2**32 - 1], dtype=torch.uint32),
        uint64=torch.tensor([[2**63 - 1, 3]], dtype=torch.uint64),
        flags=torch.tensor([True, False, True]),
    )
    tensors["double"] = tensors["double"].float().double()  # fp32 holds it
    tensors._metadata = OrderedDict({"": {"version": 1}, "layer": {"version": 2}})
    return tensors


def views():
    """Tensors that are parts of others' storages, or in another order than their elements."""
    tied = torch.randn(6, 4)
    rows = torch.randn(6, 3)
    cube = torch.randn(2, 3, 4)
    grid = torch.randn(5, 7)
    return OrderedDict(
        tied=tied,
        tied_again=tied,
        tied_transposed=tied.t(),
        query=rows[0:2],
        key=rows[2:4],
        value=rows[4:6],
        permuted=cube.permute(2, 0, 1),
        columns=grid[:, 2:5],
        every_second=torch.arange(10)[1::2],
        large_transposed=torch.randn(40, 70).half().t(),
    )


def parameters():
    plain = torch.nn.Parameter(torch.randn(2, 2))
    marked = torch.nn.Parameter(torch.randn(3), requires_grad=False)
    marked._is_hf_initialized = True
    return {"plain": plain, "marked": marked, "tied": plain}


def sharded(folder):
    folder.mkdir()
    tensors = {f"layer.{i}.weight": torch.randn(3, i + 1) for i in range(4)}
    names = sorted(tensors)
    weight_map = {}
    for number, part in enumerate([names[:3], names[3:]], 1):
        file = f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: tensors[name] for name in part}, folder / file)
        weight_map.update({name: file for name in part})
    size = sum(t.nbytes for t in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    expect(folder.with_suffix(".safetensors"), tensors)


def tiny_bert():
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=12,
            hidden_size=4,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=6,
            max_position_embeddings=10,
            num_labels=1,
            attn_implementation="eager",
        )
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter).half())  # so that fp16 holds all of them
    return model.eval()


def export(path, model, opset):
    ids = torch.ones((2, 5), dtype=torch.long)
    torch.onnx.export(
        copy.deepcopy(model),
        (ids, ids, ids),
        path,
        input_names=INPUTS,
        output_names=["logits"],
        dynamo=False,
        opset_version=opset,
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in INPUTS},
    )


def rename_as_before_1_13(path):
    """PyTorch before 1.13 numbered values, and named nodes by kind and number, without a path."""
    model = onnx.load(path)
    names = {}
    kept = set(INPUTS) | {"logits"}
    kept |= {i.name for i in model.graph.initializer if not i.name.startswith("onnx::")}
    new = lambda name: name if name in kept or not name else names.setdefault(name, str(100 + len(names)))
    for tensor in model.graph.initializer:
        tensor.name = new(tensor.name)
    for number, node in enumerate(model.graph.node):
        node.input[:] = [new(name) for name in node.input]
        node.output[:] = [new(name) for name in node.output]
        node.name = f"{node.op_type}_{number}"
    onnx.checker.check_model(model)
    onnx.save(model, path)


def to_half(path, out, cast):
    """Stores weights in fp16: the whole graph, or with a Cast to fp32 behind each weight."""
    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), name))
            if cast:
                casts.append(helper.make_node("Cast", [name], [name + "_cast"], f"{name}_cast", to=TensorProto.FLOAT))
    if cast:
        cast_names = {node.input[0]: node.output[0] for node in casts}
        for node in model.graph.node:
            node.input[:] = [cast_names.get(name, name) for name in node.input]
        nodes = casts + list(model.graph.node)
        del model.graph.node[:]
        model.graph.node.extend(nodes)
        onnx.checker.check_model(model)
    onnx.save(model, out)


def onnx_files(folder):
    folder.mkdir()
    model = tiny_bert()
    expect(folder / "weights.safetensors", model.state_dict())
    for opset in (11, 14, 17):
        export(folder / f"opset{opset}.onnx", model, opset)
    rename_as_before_1_13(folder / "opset11.onnx")
    to_half(folder / "opset17.onnx", folder / "fp16.onnx", cast=False)
    to_half(folder / "opset14.onnx", folder / "fp16-cast.onnx", cast=True)
    equal_weights(model)
    expect(folder / "equal.safetensors", model.state_dict())
    export(folder / "equal.onnx", model, 14)


def equal_weights(model):
    """The exporter stores tensors with equal values once, with an Identity for each other one."""
    layer = model.bert.encoder.layer[0]
    with torch.no_grad():
        layer.attention.self.key.weight.copy_(layer.attention.self.query.weight)
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    torch.manual_seed(0)
    write(out / "zip.bin", every_type())
    write(out / "legacy.bin", every_type(), _use_new_zipfile_serialization=False)
    write(out / "protocol4.bin", every_type(), pickle_protocol=4)
    write(out / "views.bin", views())
    write(out / "views-legacy.bin", views(), _use_new_zipfile_serialization=False)
    torch.serialization.set_crc32_options(False)
    write(out / "no-crc.bin", every_type())
    torch.serialization.set_crc32_options(True)
    write(out / "parameters.bin", parameters())
    sharded(out / "sharded")
    onnx_files(out / "onnx")


if __name__ == "__main__":
    main()
