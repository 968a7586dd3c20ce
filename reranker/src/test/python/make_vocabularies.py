"""Makes small vocabulary files, and what Hugging Face's tokenizers of BERT, MPNet and RoBERTa read with them.

    pip install transformers==5.18.0 tokenizers
    python make_vocabularies.py --out ../resources/io/lucerna/reranker/input/vocabularies.json

The file has, for each kind, the folder's files by name, and by text or pair of texts the token ids,
with special tokens, that AutoTokenizer gives once it is opened on a folder with these files alone.
"""

import argparse
import json
import tempfile
from pathlib import Path

from tokenizers import models, pre_tokenizers, trainers, Tokenizer
from transformers import AutoTokenizer

WORDS = "the of and is in lamp oil light night wick flame glass sea ship keeper caf\u00e9 z\u00fcrich".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PAIRS = [
    ("what is a lamp", "The lamp is the light of oil and glass."),
    ("Caf\u00e9 in Z\u00fcrich", "caf\u00e9, cafe\u0301; Z\u00dcRICH\u2019s K\u00d6NIG \u2013 na\u00efve"),
    ("\u706f\u53f0 light", "\u4e2d\u6587 and \u65e5\u672c\u8a9e, \U0001f4a1 a lamp\U0001f6a2ship \U0001d4b3y"),
    ("", "tabs\tand\nlines  two  spaces \u00a0 end"),
    ("a<mask>b [MASK] c", "x </s> y <s> z <pad> [SEP] [CLS]"),
    ("it's 12.5 mm (oil)", "don't -- we'll e-mail: a_b@c.de, 3%?!"),
]


def wordpiece(special):
    marks = list(".,:;!?-'()@%_")
    vocabulary = special + list(LETTERS) + marks + ["##" + c for c in LETTERS] + WORDS
    return "\n".join(dict.fromkeys(vocabulary)) + "\n"


def bpe():
    level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = level
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, show_progress=False)
    trained.train_from_iterator([" ".join(pair) for pair in PAIRS] + [" ".join(WORDS)] * 3, trainer)
    model = json.loads(trained.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    tokens = ["<s>", "<pad>", "</s>", "<unk>"] + pieces + ["<mask>"]
    merges = "#version: 0.2\n" + "".join(" ".join(merge) + "\n" for merge in model["merges"])
    return {
        "vocab.json": json.dumps({token: i for i, token in enumerate(tokens)}),
        "merges.txt": merges,
    }


def kinds():
    bert = {"vocab.txt": wordpiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])}
    config = lambda kind: {"config.json": json.dumps({"model_type": kind})}
    settings = lambda **values: {"tokenizer_config.json": json.dumps(values)}
    return {
        "bert": bert | config("bert"),
        "bert-cased": bert | config("bert") | settings(do_lower_case=False, tokenizer_class="BertTokenizer"),
        "bert-accents": bert | config("bert") | settings(strip_accents=False, tokenize_chinese_chars=False),
        "distilbert": bert | config("distilbert"),
        "electra": bert | config("electra") | settings(tokenizer_class="ElectraTokenizer"),
        "mpnet": {"vocab.txt": wordpiece(["<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>"])}
        | config("mpnet")
        | settings(tokenizer_class="MPNetTokenizer"),
        "roberta": bpe() | config("roberta"),
        "roberta-space": bpe() | config("roberta") | settings(add_prefix_space=True),
    }


def read(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_text(content, encoding="utf-8")
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return {
            "files": files,
            "pairs": [
                {
                    "query": query,
                    "passage": passage,
                    "pair": tokenizer(query, passage)["input_ids"],
                    "alone": tokenizer(passage)["input_ids"],
                }
                for query, passage in PAIRS
            ],
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    target = Path(parser.parse_args().out)
    made = {name: read(files) for name, files in kinds().items()}
    target.write_text(json.dumps(made, indent=1) + "\n", encoding="ascii")
