"""Random models of transformers, and every activation that they compute for given texts."""

import copy
import string

import torch
import transformers


class Colbert(torch.nn.Module):
    """BERT and a projection without bias, stored as bert.* and linear.weight."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.bert = transformers.BertModel(config)
        self.linear = torch.nn.Linear(config.hidden_size, config.dim, bias=False)

    def vectors(self, ids, mask, **more):
        out = self.bert(ids, attention_mask=mask, **more)
        return out, torch.nn.functional.normalize(self.linear(out.last_hidden_state), dim=-1)


def make_model(family, settings, labels, dtype, seed, gain):
    """A model with random weights that the given type can store exactly.

    Maps lengthen their inputs by about gain.
    """
    torch.manual_seed(seed)
    settings = dict(settings)
    own_output_map = family.scorer == "t5" and not settings.pop("tie_word_embeddings")
    config = getattr(transformers, family.config)(**settings)
    if own_output_map:
        config.scale_decoder_outputs = config.tie_word_embeddings = False
    if family.scorer in ("cross", "rank"):
        config.num_labels = labels
    config._attn_implementation = "eager"
    model = Colbert(config) if family.scorer == "colbert" else getattr(transformers, family.model)(config)
    randomize(model, gain)
    if own_output_map:
        # T5 1.1 has its own output map; the two sides still share their embeddings.
        model.encoder.embed_tokens.weight = model.decoder.embed_tokens.weight = model.shared.weight
    round_weights(model, dtype)
    return model.eval()


@torch.no_grad()
def randomize(model, gain):
    """Every parameter counts: none keeps the zero or one it is made with."""
    for module in model.modules():
        kind = type(module).__name__
        for name, parameter in module.named_parameters(recurse=False):
            noise = torch.randn_like(parameter)
            if kind.endswith("Norm"):
                # Gemma's norms multiply by 1 + weight.
                centre = 1 if name == "weight" and not kind.startswith("Gemma") else 0
                parameter.copy_(centre + 0.2 * noise)
            elif name.endswith("bias"):
                parameter.copy_(0.2 * noise)
            elif isinstance(module, torch.nn.Embedding):
                parameter.copy_(0.6 * noise)
            else:
                parameter.copy_(gain * noise / parameter[0].numel() ** 0.5)


@torch.no_grad()
def round_weights(model, dtype):
    """Only the parameters: a model's own tables, such as rotary frequencies, stay exact."""
    for parameter in model.parameters():
        parameter.copy_(parameter.to(dtype).float())


def watch(model, family, kept):
    """Keeps the output of each map, table and norm, and the inputs that the family names."""

    def keep_output(name):
        def hook(module, given, out):
            if "out:" + name in kept:
                kept.setdefault("first:" + name, kept["out:" + name])
            kept["out:" + name] = out

        return hook

    kinds = (torch.nn.Linear, torch.nn.Embedding, torch.nn.Conv1d)
    for name, module in model.named_modules():
        if isinstance(module, kinds) or type(module).__name__.endswith("Norm"):
            module.register_forward_hook(keep_output(name))
        if name.endswith(family.attention_outputs + family.mlp_outputs + family.final_norms):
            module.register_forward_hook(
                lambda m, given, out, name=name: kept.__setitem__("in:" + name, given[0])
            )


def inputs_of(family, fast, prompt, pairs):
    queries, passages = [q for q, _ in pairs], [p for _, p in pairs]
    padded = dict(padding=True, padding_side="right", return_tensors="pt")
    if family.scorer == "cross":
        return fast(queries, passages, **padded)
    if family.scorer in ("bi", "mlm", "colbert"):
        inputs = fast(passages, **padded)
    elif "parts" in prompt:
        inputs = fast.pad({"input_ids": [joined_ids(fast, prompt, q, p) for q, p in pairs]}, **padded)
    else:
        fill = lambda text: [text.format(query=q, passage=p) for q, p in pairs]
        inputs = fast(*[fill(prompt[key]) for key in ("text", "first", "second") if key in prompt], **padded)
    # Types are 0, which is what a model takes where none are given.
    inputs.pop("token_type_ids", None)
    return inputs


def joined_ids(fast, prompt, query, passage):
    """Token ids of a prompt whose parts are tokenized alone, without special tokens."""
    return [
        token
        for part in prompt["parts"]
        for token in fast(part.format(query=query, passage=passage), add_special_tokens=False)["input_ids"]
    ]


def max_sim(query, document, keep):
    return (query @ document.T)[:, keep.bool()].max(dim=1).values.sum()


def colbert_marks(model, fast, pairs, query_length):
    """The input forms of ColBERT v2.

    [unused0] or [unused1] follows [CLS]; [MASK] fills the query, not attended to but scored; a
    passage's punctuation is not scored.
    """
    whole = dict(padding="max_length", truncation=True, max_length=query_length)
    queries = fast([". " + q for q, _ in pairs], **whole, return_tensors="pt")
    ids, mask = queries["input_ids"], queries["attention_mask"]
    ids[:, 1] = fast.convert_tokens_to_ids("[unused0]")
    ids[ids == fast.pad_token_id] = fast.mask_token_id
    kept = {"marked:query_input_ids": ids, "marked:query_attention_mask": mask}
    _, query_vectors = model.vectors(ids, mask)
    documents = fast([". " + p for _, p in pairs], padding=True, return_tensors="pt")
    ids, mask = documents["input_ids"], documents["attention_mask"]
    ids[:, 1] = fast.convert_tokens_to_ids("[unused1]")
    vocabulary = fast.get_vocab()
    skipped = [vocabulary[mark] for mark in string.punctuation if mark in vocabulary]
    keep = mask * ~torch.isin(ids, torch.tensor(skipped))
    _, document_vectors = model.vectors(ids, mask)
    scores = [max_sim(*triple) for triple in zip(query_vectors, document_vectors, keep)]
    kept["marked:query_embeddings"] = query_vectors
    kept["marked:document_input_ids"], kept["marked:document_attention_mask"] = ids, mask
    kept["marked:document_keep"] = keep
    kept["marked:document_embeddings"] = document_vectors
    kept["marked:score"] = torch.stack(scores)
    return kept


def series(kept, name, tensors):
    kept.update({f"{name}.{i}": tensor for i, tensor in enumerate(tensors or ())})


@torch.no_grad()
def reference(family, model, fast, prompt, pairs, answers, query_length):
    """All tensors of reference.safetensors."""
    inner = copy.deepcopy(model)
    kept = {}
    watch(inner.bert if family.scorer == "colbert" else inner, family, kept)
    inputs = inputs_of(family, fast, prompt, pairs)
    asked = dict(output_hidden_states=True, output_attentions=True)
    if family.scorer == "t5":
        start = torch.full((len(pairs), 1), model.config.decoder_start_token_id)
        out = inner(**inputs, decoder_input_ids=start, use_cache=False, **asked)
        for side in ("encoder", "decoder"):
            series(kept, f"{side}_hidden_states", out[f"{side}_hidden_states"])
            series(kept, f"{side}_attentions", out[f"{side}_attentions"])
        series(kept, "cross_attentions", out.cross_attentions)
    else:
        if family.scorer == "colbert":
            out, kept["token_embeddings"] = inner.vectors(*inputs.values(), **asked)
        else:
            more = dict(use_cache=False) if family.scorer in ("causal", "rank") else {}
            out = inner(**inputs, **asked, **more)
        series(kept, "hidden_states", out.hidden_states)
        series(kept, "attentions", out.attentions)
    kept.update(inputs)
    if "logits" in out:
        kept["logits"] = out.logits
    kept.update(scores(family, out, kept, inputs["attention_mask"], answers))
    if family.scorer == "colbert":
        kept.update(colbert_marks(copy.deepcopy(model), fast, pairs, query_length))
    return {name: tensor.detach().clone().contiguous() for name, tensor in kept.items()}


@torch.no_grad()
def rounding(family, model, fast, kept, prompt, pairs, answers, query_length):
    """How far rounding moves the reference, as a share of the bounds that an implementation has.

    Each pair alone in fp64 is compared with its row of the padded fp32 batch. The bounds: 1e-6 for
    attentions, 1e-5 x max(1, abs(value)) for all else.
    """
    exact = copy.deepcopy(model).double()
    worst = 0.0
    for row, pair in enumerate(pairs):
        alone = reference(family, exact, fast, prompt, [pair], answers, query_length)
        for name, values in alone.items():
            batch = kept[name]
            if not values.is_floating_point() or len(batch) != len(pairs) or len(values) != 1:
                continue
            if family.scorer == "colbert" and name == "score":
                continue  # its query is the first text of the batch
            part = batch[row][tuple(slice(0, n) for n in values.shape[1:])]
            bound = 1e-6 if "attentions" in name else 1e-5 * values[0].abs().clamp(min=1)
            worst = max(worst, ((part - values[0]).abs() / bound).max().item())
    return worst


def scores(family, out, kept, mask, answers):
    """What the model is asked for, computed as SCORES_IN_WORDS says."""
    if family.scorer in ("cross", "rank"):
        return dict(score=out.logits[:, -1])
    if family.scorer == "bi":
        last, weight = out.last_hidden_state, mask.unsqueeze(-1).float()
        mean = (last * weight).sum(1) / weight.sum(1)
        return dict(last_hidden_state=last, cls=last[:, 0], mean_pooled=mean)
    if family.scorer == "mlm":
        raised = torch.log1p(torch.relu(out.logits)) * mask.unsqueeze(-1)
        return dict(splade=raised.max(dim=1).values)
    if family.scorer == "colbert":
        vectors = kept["token_embeddings"]
        query = vectors[0][mask[0].bool()]
        score = torch.stack([max_sim(query, document, m) for document, m in zip(vectors, mask)])
        return dict(last_hidden_state=out.last_hidden_state, score=score)
    last = mask.sum(dim=1) - 1 if family.scorer == "causal" else torch.zeros(len(mask), dtype=torch.long)
    logits = out.logits[torch.arange(len(mask)), last][:, answers]
    return dict(score=torch.log_softmax(logits, dim=-1)[:, 1])


SCORES_IN_WORDS = {
    "cross": "score = last logit",
    "rank": "score = last logit",
    "bi": "mean_pooled uses the mask",
    "mlm": "splade = max over unmasked positions of log(1 + relu(logit))",
    "colbert": "score[i] = MaxSim of text 0 as query (no markers, no augmentation) against text i;"
    " marked:score[i] = query i against passage i with markers, query augmentation and punctuation mask",
    "causal": "score = log softmax over (no, yes) at the last unmasked position, the yes side",
    "t5": "score = log softmax over (false, true) at the first decoder step, the true side",
}
