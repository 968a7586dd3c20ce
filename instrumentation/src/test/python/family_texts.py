"""Prompts, answers and texts of the families' references."""

from family_sentences import SENTENCES

PLAIN = dict(text="query: {query} document: {passage}")
MONOT5 = dict(text="Query: {query} Document: {passage} Relevant:")
RANKLLAMA = dict(first="query: {query}", second="document: {passage}")
QWEN3 = dict(
    parts=[
        "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the"
        ' Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n',
        "<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n"
        "<Query>: {query}\n<Document>: {passage}",
        "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    ]
)
BGE_GEMMA = dict(
    parts=[
        "<bos>",
        "A: {query}",
        "\n",
        "B: {passage}",
        "\n",
        "Given a query A and a passage B, determine whether the passage contains an answer to the query"
        " by providing a prediction of either 'Yes' or 'No'.",
    ]
)
# The prompts of Qwen3-Reranker, bge-reranker-v2-gemma and RankLLaMA.
OWN_PROMPTS = {
    "qwen3-causal": QWEN3,
    "gemma-causal": BGE_GEMMA,
    "gemma2-causal": BGE_GEMMA,
    "llama-rank": RANKLLAMA,
    "mistral-rank": RANKLLAMA,
}


def draw_prompt(name, family, rng):
    if family.scorer == "t5":
        return MONOT5
    if family.scorer in ("causal", "rank"):
        return rng.choice([PLAIN, OWN_PROMPTS.get(name, PLAIN)])
    return None


def draw_words(name, family, rng):
    if family.scorer == "t5":
        return ["false", "true"]
    if family.scorer == "causal":
        return ["no", "yes"] if name == "qwen3-causal" or rng.random() < 0.5 else ["No", "Yes"]
    return None


def draw_text(rng, words):
    pool = " ".join(rng.sample(SENTENCES, 12)).split()
    return " ".join(rng.choice(pool) for _ in range(words))


def draw_pairs(rng):
    lengths = [2, rng.randint(24, 40), rng.randint(3, 12), rng.randint(8, 20)]
    return [[draw_text(rng, rng.randint(1, 6)), draw_text(rng, n)] for n in lengths]


def answer_ids(fast, words):
    ids = [fast(word, add_special_tokens=False)["input_ids"] for word in words]
    if any(len(one) != 1 for one in ids):
        raise ValueError(f"{words} are not one token each: {ids}")
    return [one[0] for one in ids]


def call_in_words(family, prompt):
    if family.scorer == "cross":
        return "tokenizer(query, passage) with token types, padded right"
    if prompt is None:
        return "tokenizer(passage), padded right"
    ways = {
        "text": "tokenizer(text), padded right",
        "first": "tokenizer(first, second), padded right",
        "parts": "ids of the parts, each without special tokens, one after the other, padded right",
    }
    start = "; decoder_input_ids = [[decoder_start_token_id]]" if family.scorer == "t5" else ""
    return ways[next(iter(prompt))] + start
