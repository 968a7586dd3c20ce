"""Token ids of small tokenizers under many settings, as transformers' AutoTokenizer resolves them.

Usage: tokenizer_settings.py ../../../../reranker/src/test/resources/io/lucerna/reranker/input/tokenizer-settings.json.gz

Made with transformers 5.18, tokenizers 0.23.2. Each case has the files of a folder and, for each pair of texts,
ids and types of the pair and ids of the second text alone; tokenizer.json is shared by name.
"""
import gzip
import json
import random
import sys
import tempfile
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

TEXTS = [
    ("What is an Oil Lamp", "An oil LAMP burns oil, caf\u00e9 style."),
    ("ROMAN lamps?", "the Romans\u2019 \u6cb9\u706f lamps [MASK] <mask> x<ent>y"),
    (" two  spaces", "\u00c9t\u00e9 and na\u00efve\tTabs <ENT> end "),
    ("<s>odd</s>", "a [SEP] b </s> c <unk> d [UNK] qqq\u6f22"),
]
WORDS = ["the oil lamp burns", "The Oil Lamp", "what is an oil lamp", "Roman lamps cafe style", "\u00e9t\u00e9 and na\u00efve",
         "\u6cb9\u706f", "romans two spaces", "caf\u00e9 tabs end odd a b c d x y"]


def save(tokenizer):
    return json.loads(tokenizer.to_str())


def wordpiece(specials, lower):
    unk = "[UNK]"
    tok = Tokenizer(models.WordPiece(unk_token=unk))
    tok.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=120, special_tokens=specials, show_progress=False)
    tok.train_from_iterator(WORDS * 3 + [w.lower() for w in WORDS], trainer)
    tok.decoder = decoders.WordPiece()
    cls, sep = ("[CLS]", "[SEP]") if "[CLS]" in specials else ("<s>", "</s>")
    tok.post_processor = processors.TemplateProcessing(
        single=f"{cls}:0 $A:0 {sep}:0", pair=f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1",
        special_tokens=[(cls, tok.token_to_id(cls)), (sep, tok.token_to_id(sep))])
    return tok


def bytelevel(specials):
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=290, special_tokens=specials, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tok.train_from_iterator(WORDS * 3, trainer)
    if "<s>" in specials:
        tok.post_processor = processors.RobertaProcessing(("</s>", tok.token_to_id("</s>")), ("<s>", tok.token_to_id("<s>")))
    return tok


def unigram(specials, unk):
    tok = Tokenizer(models.Unigram())
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=110, special_tokens=specials, unk_token=unk, show_progress=False)
    tok.train_from_iterator(WORDS * 3, trainer)
    first, last = specials[0], "</s>" if "</s>" in specials else "[SEP]"
    tok.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} $B {last}",
        special_tokens=[(first, tok.token_to_id(first)), (last, tok.token_to_id(last))])
    return tok


def metabpe(specials):
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=150, special_tokens=specials, show_progress=False)
    tok.train_from_iterator(WORDS * 3, trainer)
    tok.post_processor = processors.TemplateProcessing(
        single=f"{specials[1]} $A", pair=f"{specials[1]} $A {specials[1]} $B",
        special_tokens=[(specials[1], tok.token_to_id(specials[1]))])
    return tok


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TOKENIZERS = {
    "wordpiece-cased": wordpiece(BERT, False),
    "wordpiece-lower": wordpiece(BERT, True),
    "wordpiece-mpnet": wordpiece(["<s>", "<pad>", "</s>", "[UNK]", "<mask>"], True),
    "bpe-bytes": bytelevel(["<s>", "<pad>", "</s>", "<unk>", "<mask>"]),
    "bpe-qwen": bytelevel(["<|endoftext|>", "<|im_end|>"]),
    "bpe-meta": metabpe(["<unk>", "<s>", "</s>"]),
    "bpe-gemma": metabpe(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]),
    "unigram-xlmr": unigram(["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<unk>"),
    "unigram-deberta": unigram(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "[UNK]"),
    "unigram-t5": unigram(["<pad>", "</s>", "<unk>"], "<unk>"),
}
# kind: model types, classes, tokenizer files
KINDS = [
    (["bert", "electra", "distilbert"], ["BertTokenizer", "BertTokenizerFast", "DistilBertTokenizerFast", "ElectraTokenizer",
                                          "PreTrainedTokenizerFast", "TokenizersBackend", "NoSuchTokenizer", None],
     ["wordpiece-cased", "wordpiece-lower"]),
    (["mpnet"], ["MPNetTokenizerFast", "MPNetTokenizer", "PreTrainedTokenizerFast", None], ["wordpiece-mpnet"]),
    (["roberta"], ["RobertaTokenizerFast", "RobertaTokenizer", "TokenizersBackend", None], ["bpe-bytes"]),
    (["xlm-roberta"], ["XLMRobertaTokenizerFast", "PreTrainedTokenizerFast", None], ["unigram-xlmr"]),
    (["deberta-v2"], ["DebertaV2TokenizerFast", "PreTrainedTokenizerFast", None], ["unigram-deberta"]),
    (["t5"], ["T5TokenizerFast", "TokenizersBackend", None], ["unigram-t5"]),
    (["qwen2", "qwen3"], ["Qwen2TokenizerFast", "PreTrainedTokenizerFast", None], ["bpe-qwen"]),
    (["llama", "mistral"], ["LlamaTokenizerFast", "PreTrainedTokenizerFast", None], ["bpe-meta"]),
    (["gemma", "gemma2"], ["GemmaTokenizerFast", "PreTrainedTokenizerFast", None], ["bpe-gemma"]),
    (["modernbert"], ["PreTrainedTokenizerFast", None], ["bpe-bytes"]),
]


def settings(rng, specials):
    config = {}

    def maybe(key, values, share=0.3):
        if rng.random() < share:
            config[key] = rng.choice(values)

    for key in ("do_lower_case", "tokenize_chinese_chars", "add_prefix_space"):
        maybe(key, [True, False])
    maybe("strip_accents", [True, False, None])
    maybe("split_by_punct", [True, False], 0.1)
    maybe("legacy", [True, False], 0.2)
    maybe("add_bos_token", [True, False], 0.2)
    maybe("add_eos_token", [True, False], 0.2)
    maybe("padding_side", ["left", "right"])
    maybe("model_input_names", [["input_ids", "attention_mask"], ["input_ids", "token_type_ids", "attention_mask"]], 0.2)
    maybe("model_max_length", [1e30, 512, 1000000000000000019884624838656])
    maybe("clean_up_tokenization_spaces", [True, False], 0.2)
    maybe("chat_template", ["{{ messages }}"], 0.1)
    if rng.random() < 0.25:
        config["additional_special_tokens"] = ["<ent>"]
    if rng.random() < 0.15:
        config["extra_special_tokens"] = {"image_token": "<ENT>"}
    if rng.random() < 0.35:
        config["added_tokens_decoder"] = {
            str(i): {"content": t, "lstrip": rng.random() < 0.3, "rstrip": rng.random() < 0.3, "normalized": rng.random() < 0.5,
                     "single_word": rng.random() < 0.2, "special": rng.random() < 0.7}
            for i, t in list(specials) + ([(1000, "<ent>")] if rng.random() < 0.5 else [])}
    elif rng.random() < 0.3 and "[SEP]" in dict((t, i) for i, t in specials):
        config["mask_token"] = {"__type": "AddedToken", "content": "[MASK]", "lstrip": True, "rstrip": False,
                                "normalized": False, "single_word": False}
    return config


def main(path):
    rng = random.Random(20)
    cases = []
    for types, classes, names in KINDS:
        for number in range(20 if "bert" in types else 7):
            name = rng.choice(names)
            raw = save(TOKENIZERS[name])
            added = [(t["id"], t["content"]) for t in raw["added_tokens"]]
            config = settings(rng, added)
            cls = rng.choice(classes)
            if cls:
                config["tokenizer_class"] = cls
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "tokenizer.json").write_text(json.dumps(raw))
                model = {"model_type": rng.choice(types)}
                Path(folder, "config.json").write_text(json.dumps(model))
                Path(folder, "tokenizer_config.json").write_text(json.dumps(config))
                try:
                    tok = AutoTokenizer.from_pretrained(folder)
                except Exception as e:
                    print("left out:", model, config.get("tokenizer_class"), type(e).__name__, str(e)[:100])
                    continue
                # The generic class gives types only where it is asked to; here they are tokenizer.json's.
                asked = {}
                if type(tok).__name__ == "TokenizersBackend" and "model_input_names" not in config:
                    asked = {"return_token_type_ids": True}
                read = []
                for query, passage in TEXTS:
                    both = tok(query, passage, truncation=False, **asked)
                    one = {"pair": both["input_ids"], "alone": tok(passage, truncation=False)["input_ids"]}
                    if "token_type_ids" in both and any(both["token_type_ids"]):
                        one["types"] = both["token_type_ids"]
                    read.append(one)
            cases.append({"tokenizer": name, "config": model, "tokenizer_config": config, "read": read})
    lines = ",\n".join(json.dumps(c) for c in cases)
    shared = ",\n".join(json.dumps(k) + ": " + json.dumps(save(v)) for k, v in TOKENIZERS.items())
    text = ('{"texts": ' + json.dumps(TEXTS) + ',\n"tokenizers": {' + shared + '},\n"cases": [' + lines + "]}\n")
    Path(path).write_bytes(gzip.compress(text.encode(), mtime=0))
    print(len(cases), "cases")


main(sys.argv[1])
