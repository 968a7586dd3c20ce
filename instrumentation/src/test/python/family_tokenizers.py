"""Small tokenizers of each kind that rankers have, trained on family_sentences.

Every kind has the normalizer, pre-tokenizer, model, special tokens and post-processor of the real
checkpoints of its families; only the vocabulary is small. KINDS names them.
"""

import io
import json
import os
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors, trainers
from transformers import PreTrainedTokenizerFast

from family_sentences import ANSWERS, SENTENCES, training_lines

QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3_SPLIT = QWEN_SPLIT.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
# What the sentencepiece models of the real checkpoints do with NFKC tables of 300 KB, in nine lines.
CHARACTER_RULES = [
    ("\u00a0", " "), ("\u3000", " "), ("\t", " "), ("\n", " "), ("\ufb01", "fi"), ("\uff21", "A"),
    ("\u00bd", "1/2"), ("e\u0301", "\u00e9"), ("\u2026", "..."),
]


class Kind:
    """A tokenizer and the roles of its special tokens, such as pad_token."""

    def __init__(self, tokenizer, roles, pair_types, max_length):
        self.tokenizer = tokenizer
        self.roles = roles
        self.pair_types = pair_types
        self.max_length = max_length

    def id(self, role):
        return self.tokenizer.token_to_id(self.roles[role]) if role in self.roles else None

    def fast(self):
        return PreTrainedTokenizerFast(
            tokenizer_object=self.tokenizer,
            model_input_names=["input_ids"]
            + (["token_type_ids"] if self.pair_types else [])
            + ["attention_mask"],
            model_max_length=self.max_length,
            **self.roles,
        )


def template(tokenizer, single, pair):
    marks = {part.split(":")[0] for part in (single + " " + pair).split() if not part.startswith("$")}
    return processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(m, tokenizer.token_to_id(m)) for m in sorted(marks)]
    )


def special(tokenizer, *tokens, **shape):
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, **shape) for t in tokens])


def bert_roles():
    names = dict(unk="[UNK]", sep="[SEP]", pad="[PAD]", cls="[CLS]", mask="[MASK]")
    return {f"{role}_token": token for role, token in names.items()}


def roberta_roles(unk="<unk>"):
    names = dict(bos="<s>", eos="</s>", sep="</s>", cls="<s>", unk=unk, pad="<pad>", mask="<mask>")
    return {f"{role}_token": token for role, token in names.items()}


def wordpiece_model(small, first, last, unknown):
    words = sorted({w for line in SENTENCES for w in line.lower().split() if w.isalpha()})
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    kept = [w for w in words if len(w) < 4] if small else words[::2]
    endings = ["##s", "##ed", "##ing", "##er", "##ght", "##ip"]
    vocab = first + list(letters) + list(".,:;!?'()-") + ["##" + c for c in letters] + endings + kept
    vocab += [answer.lower() for answer in ANSWERS] + last
    ids = {token: i for i, token in enumerate(dict.fromkeys(vocab))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token=unknown, max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    return tokenizer


def wordpiece(small=False):
    first = ["[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = wordpiece_model(small, first, [], "[UNK]")
    special(tokenizer, "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    tokenizer.post_processor = template(
        tokenizer, "[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1"
    )
    return Kind(tokenizer, bert_roles(), True, 512)


def wordpiece_mpnet(small=False):
    tokenizer = wordpiece_model(small, ["<s>", "<pad>", "</s>", "<unk>", "[UNK]"], ["<mask>"], "[UNK]")
    special(tokenizer, "<s>", "<pad>", "</s>", "<unk>", "[UNK]")
    special(tokenizer, "<mask>", lstrip=True)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>"))
    )
    return Kind(tokenizer, roberta_roles("[UNK]"), False, 512)


def byte_level(small, first, last, pre_tokenizer, normalizer=None, ignore_merges=False):
    """Byte-level BPE; the small ones have only the bytes of ASCII text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    if small:
        ascii_text = "".join(map(chr, range(32, 127))) + "\n"
        level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        alphabet = sorted(set(level.pre_tokenize_str(ascii_text)[0][0]))
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizer
    trained.train_from_iterator(
        training_lines(small),
        trainers.BpeTrainer(
            vocab_size=170 if small else 420, initial_alphabet=alphabet, show_progress=False
        ),
    )
    model = json.loads(trained.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    vocab = {token: i for i, token in enumerate(first + pieces + last)}
    merges = [tuple(merge) for merge in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def bpe_roberta(small=False):
    tokenizer = byte_level(
        small, ["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"], pre_tokenizers.ByteLevel(add_prefix_space=False)
    )
    special(tokenizer, "<s>", "<pad>", "</s>", "<unk>")
    special(tokenizer, "<mask>", lstrip=True)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False
    )
    return Kind(tokenizer, roberta_roles(), False, 512)


def bpe_modernbert(small=False):
    marks = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    tokenizer = byte_level(
        small,
        ["|||IP_ADDRESS|||", "<|padding|>"],
        ["<|endoftext|>"] + marks,
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        normalizers.NFC(),
    )
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in (4, 3, 2)])
    tokenizer.add_tokens([AddedToken("|||IP_ADDRESS|||", normalized=True)])
    special(tokenizer, "<|padding|>", "<|endoftext|>", *marks[:4])
    special(tokenizer, "[MASK]", lstrip=True)
    tokenizer.post_processor = template(
        tokenizer, "[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1"
    )
    return Kind(tokenizer, bert_roles(), False, 8192)


def splits(pattern):
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def bpe_qwen(small=False):
    tokenizer = byte_level(small, [], [], splits(QWEN_SPLIT), normalizers.NFC())
    special(tokenizer, "<|endoftext|>", "<|im_start|>", "<|im_end|>")
    tokenizer.add_tokens([AddedToken(t, normalized=False) for t in ("<think>", "</think>")])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return Kind(tokenizer, dict(eos_token="<|im_end|>", pad_token="<|endoftext|>"), False, 131072)


def bpe_llama3(small=False):
    tokenizer = byte_level(small, [], [], splits(LLAMA3_SPLIT), ignore_merges=True)
    special(tokenizer, "<|begin_of_text|>", "<|end_of_text|>", "<|finetune_right_pad_id|>")
    bos = "<|begin_of_text|>"
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            template(tokenizer, f"{bos}:0 $A:0", f"{bos}:0 $A:0 {bos}:1 $B:1"),
        ]
    )
    roles = dict(bos_token=bos, eos_token="<|end_of_text|>", pad_token="<|finetune_right_pad_id|>")
    return Kind(tokenizer, roles, False, 131072)


def byte_fallback(small, first, unknown):
    """Sentencepiece's BPE: spaces are \u2581 and a character without a piece becomes its bytes."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    trained.train_from_iterator(
        training_lines(small),
        trainers.BpeTrainer(vocab_size=170 if small else 300, show_progress=False),
    )
    model = json.loads(trained.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    # The small ones have the byte of a new line and those of one accented letter.
    codes = [0x0A, 0xC3, 0xA9] if small else range(256)
    tokens = first + [f"<0x{code:02X}>" for code in codes] + pieces
    return Tokenizer(
        models.BPE(
            vocab={token: i for i, token in enumerate(tokens)},
            merges=[tuple(merge) for merge in model["merges"]],
            unk_token=unknown,
            fuse_unk=True,
            byte_fallback=True,
        )
    )


def spm_llama(small=False):
    tokenizer = byte_fallback(small, ["<unk>", "<s>", "</s>"], "<unk>")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    special(tokenizer, "<unk>", "<s>", "</s>", "<pad>")
    tokenizer.post_processor = template(tokenizer, "<s>:0 $A:0", "<s>:0 $A:0 <s>:1 $B:1")
    return Kind(
        tokenizer, dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>"), False, 4096
    )


def spm_gemma(small=False):
    tokenizer = byte_fallback(small, ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"], "<unk>")
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    special(tokenizer, "<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>")
    tokenizer.post_processor = template(tokenizer, "<bos>:0 $A:0", "<bos>:0 $A:0 <bos>:1 $B:1")
    roles = dict(bos_token="<bos>", eos_token="<eos>", unk_token="<unk>", pad_token="<pad>")
    return Kind(tokenizer, roles, False, 8192)


def sentencepiece(small):
    """Pieces with scores, and the normalizer's compiled table, as sentencepiece makes them."""
    import sentencepiece as spm
    from sentencepiece import sentencepiece_model_pb2

    model = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as rules:
        for source, target in CHARACTER_RULES:
            codes = ["".join(f"{ord(c):X} " for c in side).strip() for side in (source, target)]
            rules.write("\t".join(codes) + "\n")
        rules.flush()
        spm.SentencePieceTrainer.train(
            sentence_iterator=iter(training_lines(small)),
            model_writer=model,
            model_type="unigram",
            vocab_size=150 if small else 300,
            character_coverage=1.0,
            normalization_rule_tsv=rules.name,
            num_threads=1,
            hard_vocab_limit=False,
            minloglevel=2,
        )
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    pieces = [(piece.piece, piece.score) for piece in proto.pieces if piece.type == 1]
    return pieces, proto.normalizer_spec.precompiled_charsmap


def unigram(small, first, last, unknown):
    pieces, table = sentencepiece(small)
    known = {piece for piece, _ in pieces}
    # The trainer may split a rare answer; a ranker needs each as one piece.
    pieces += [("\u2581" + answer, -4.0) for answer in ANSWERS if "\u2581" + answer not in known]
    vocab = [(t, 0.0) for t in first] + pieces + [(t, 0.0) for t in last]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=first.index(unknown), byte_fallback=False))
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    return tokenizer, normalizers.Precompiled(table)


def words_then_metaspace():
    return pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )


def unigram_xlmr(small=False):
    tokenizer, table = unigram(small, ["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"], "<unk>")
    tokenizer.normalizer = table
    tokenizer.pre_tokenizer = words_then_metaspace()
    special(tokenizer, "<s>", "<pad>", "</s>", "<unk>")
    special(tokenizer, "<mask>", lstrip=True)
    tokenizer.post_processor = template(tokenizer, "<s> $A </s>", "<s> $A </s> </s> $B </s>")
    return Kind(tokenizer, roberta_roles(), False, 512)


def unigram_t5(small=False):
    extra = [f"<extra_id_{i}>" for i in range(3, -1, -1)]
    tokenizer, table = unigram(small, ["<pad>", "</s>", "<unk>"], extra, "<unk>")
    tokenizer.normalizer = table
    tokenizer.pre_tokenizer = words_then_metaspace()
    special(tokenizer, "<pad>", "</s>", "<unk>", *extra)
    tokenizer.post_processor = template(tokenizer, "$A </s>", "$A </s> $B </s>")
    return Kind(tokenizer, dict(eos_token="</s>", unk_token="<unk>", pad_token="<pad>"), False, 512)


def unigram_deberta(small=False):
    tokenizer, table = unigram(small, ["[PAD]", "[CLS]", "[SEP]", "[UNK]"], ["[MASK]"], "[UNK]")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Strip(), table, normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(prepend_scheme="always")])
    special(tokenizer, "[PAD]", "[CLS]", "[SEP]", "[MASK]")
    tokenizer.add_special_tokens([AddedToken("[UNK]", normalized=True)])
    tokenizer.post_processor = template(
        tokenizer, "[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1"
    )
    return Kind(tokenizer, bert_roles(), True, 512)


KINDS = {
    "wordpiece": wordpiece,
    "wordpiece-mpnet": wordpiece_mpnet,
    "bpe-roberta": bpe_roberta,
    "bpe-modernbert": bpe_modernbert,
    "bpe-qwen": bpe_qwen,
    "bpe-llama3": bpe_llama3,
    "spm-llama": spm_llama,
    "spm-gemma": spm_gemma,
    "unigram-xlmr": unigram_xlmr,
    "unigram-t5": unigram_t5,
    "unigram-deberta": unigram_deberta,
}
