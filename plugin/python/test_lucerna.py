"""Tests of lucerna.py against the program itself. `python -m unittest -v` in this folder; needs what lucerna.py needs.

The program is found as lucerna.py finds it. PyTerrier and matplotlib are used if they are installed.
"""

import ast
import contextlib
import csv
import dataclasses
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import safetensors

import lucerna

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "notebooks.md"
CUT = "zero blocks.2.attn.hook_z head=5; zero blocks.4.hook_mlp_out"

PASSAGES = {
    "bees": "A bee sees ultraviolet marks on petals and smells flowers from afar.",
    "hive": "Inside the hive a bee dances to tell where the flowers are.",
    "wasps": "Wasps visit flowers late in summer, when a bee seldom does.",
    "lamp": "A lamp gives light by burning oil that its wick draws up.",
    "wick": "The wick of an oil lamp is cotton, trimmed so that the flame does not smoke.",
    "NA": "Oil floats on water, and so does the light of a lamp on a pond at night.",
}
QUERIES = {"1": "how does a bee find flowers", "007": "what burns in an oil lamp", "null": "light of the flame"}
GRADES = {
    ("1", "bees"): 3,
    ("1", "hive"): 2,
    ("1", "lamp"): 0,
    ("007", "lamp"): 2,
    ("007", "wick"): 1,
    ("null", "wick"): 1,
}

folder: Path
session: lucerna.Session


def run(*words: object) -> str:
    """Runs a command of the program in the folder of the tests."""
    command = [*lucerna._program(None), *map(str, words)]
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def candidates() -> pd.DataFrame:
    """Every passage for every query, in another order for each."""
    names = list(PASSAGES)
    return pd.DataFrame(
        [
            {"qid": qid, "query": query, "docno": docno, "text": PASSAGES[docno], "score": float(10 - i), "first": i}
            for shift, (qid, query) in enumerate(QUERIES.items())
            for i, docno in enumerate(names[shift:] + names[:shift])
        ]
    )


def setUpModule() -> None:
    global folder, session
    folder = Path(tempfile.mkdtemp(prefix="lucerna-python-"))
    unittest.addModuleCleanup(shutil.rmtree, folder)
    with open(folder / "requests.jsonl", "w", encoding="utf-8") as out:
        for qid, rows in candidates().groupby("qid", sort=False):
            found = [{"docid": r.docno, "score": r.score, "doc": {"contents": r.text}} for r in rows.itertuples()]
            out.write(json.dumps({"query": {"qid": qid, "text": QUERIES[qid]}, "candidates": found}) + "\n")
    judged = "".join(f"{qid} 0 {docno} {grade}\n" for (qid, docno), grade in GRADES.items())
    (folder / "qrels.txt").write_text(judged, encoding="utf-8")
    candidates_of = ["-input", "requests.jsonl", "-model", "minilm"]
    run(
        "study",
        *candidates_of,
        "-qrels",
        folder / "qrels.txt",
        "-conditions",
        "heads:2",
        "-conditions",
        f"spec:{CUT} name=cut",
        "-output",
        "study",
    )
    run("perturb", *candidates_of, "-qrels", "qrels.txt", "-perturbation", "TFC1", "-output", "pairs.jsonl")
    patch = ["patch", "-model", "minilm", "-pairs", "pairs.jsonl", "-floor", "0.01", "-rounds", "100"]
    run(*patch, "-sweep", "head", "-direction", "both", "-output", "heads")
    run(*patch, "-sweep", "block", "-method", "exact", "-method", "ig:2", "-maxPairs", "3", "-output", "blocks")
    points = "blocks.5.hook_normalized_resid_post,blocks.0.attn.hook_pattern,blocks.1.attn.hook_z"
    run(
        "record",
        *candidates_of,
        "-qrels",
        "qrels.txt",
        "-hooks",
        points,
        "-positions",
        "all",
        "-gradients",
        "-output",
        "recorded",
    )
    run(
        "record",
        *candidates_of,
        "-hooks",
        "blocks.1.attn.hook_z",
        "-positions",
        "mean:match",
        "-half",
        "-output",
        "means",
    )
    run("rerank", *candidates_of, "-intervene", CUT, "-output", "cut.jsonl")
    session = lucerna.Session("minilm", input=folder / "requests.jsonl", qrels=folder / "qrels.txt")
    unittest.addModuleCleanup(session.close)


class FolderTest(unittest.TestCase):
    def refused(self, message: str, load, *given: object) -> None:
        with self.assertRaises(lucerna.LucernaError) as caught:
            load(*given)
        self.assertRegex(str(caught.exception), message)

    def copy(self, name: str, *without: str) -> Path:
        to = Path(tempfile.mkdtemp(dir=folder)) / name
        shutil.copytree(folder / name, to)
        for file in without:
            (to / file).unlink()
        return to

    def same_numbers(self, frame: pd.DataFrame, path: Path) -> None:
        """Every number and every text of a table came back."""
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), len(frame))
        self.assertTrue(rows)
        for name in rows[0]:
            single = frame[name].dtype == np.float32
            for text, value in zip((row[name] for row in rows), frame[name]):
                if isinstance(value, str):
                    self.assertEqual(text, value)
                elif pd.isna(value):
                    self.assertEqual("", text)
                else:
                    self.assertEqual(float(np.float32(text)) if single else float(text), value)


class StudyTest(FolderTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.study = lucerna.load_study(folder / "study")

    def test_tables(self) -> None:
        for name in ("topics", "comparison", "ranks", "moves"):
            self.same_numbers(getattr(self.study, name), folder / "study" / f"{name}.csv")
        self.assertEqual(["nDCG@10", "AP", "RR", "Judged@10"], self.study.measures)
        self.assertEqual({"nothing", "head", "spec"}, set(self.study.conditions["kind"]))
        self.assertIsNone(self.study.heads)

    def test_names_that_look_like_others(self) -> None:
        self.assertEqual(set(QUERIES), set(self.study.topics["topic"]))
        self.assertIn("NA", set(self.study.rankings("nothing")["docno"]))

    def test_maps(self) -> None:
        heads = self.study.head_map("AP")
        self.assertEqual((3, 12), heads.shape)
        self.assertTrue(np.isnan(heads[:2]).all())
        rows = self.study.comparison
        for head in range(12):
            row = rows[(rows["condition"] == f"L2H{head}") & (rows["measure"] == "AP")]
            self.assertEqual(row["change"].item(), heads[2, head])
        changes = self.study.changes("AP")
        self.assertEqual((3, 13), changes.shape)
        np.testing.assert_allclose(heads[2], changes[[f"L2H{i}" for i in range(12)]].mean(), atol=1e-15)

    def test_rankings_are_what_the_model_gives(self) -> None:
        frame = self.study.rankings("cut", "nothing")
        self.assertEqual(np.float32, frame["score"].dtype)
        for condition, spec in (("nothing", ""), ("cut", CUT)):
            own = frame[frame["condition"] == condition]
            ranked = session.rerank(candidates(), spec)
            pd.testing.assert_frame_equal(
                own[["qid", "docno", "rank", "score"]].reset_index(drop=True),
                ranked[["qid", "docno", "rank", "score"]],
                check_dtype=False,
                check_exact=True,
            )
            for row in own.itertuples():
                self.assertEqual(GRADES.get((row.qid, row.docno)), None if pd.isna(row.grade) else row.grade)
        self.assertEqual(14 * 18, len(self.study.rankings()))

    def test_judgments(self) -> None:
        moved = self.copy("study")
        manifest = json.loads((moved / "study.json").read_text())
        manifest["qrels"]["sha256"] = "0" * 64
        (moved / "study.json").write_text(json.dumps(manifest))
        with self.assertWarnsRegex(UserWarning, "no longer at .*qrels.txt"):
            self.assertTrue(lucerna.load_study(moved).rankings("cut")["grade"].isna().all())
        self.assertTrue(lucerna.load_study(moved, folder / "qrels.txt").rankings("cut")["grade"].notna().any())
        (qid, docno), _ = next(iter(GRADES.items()))
        qrels = moved / "negative.txt"
        qrels.write_text(f'{qid} 0 {docno} -2\n{qid} 0 "other 1\n')
        self.assertTrue(lucerna.load_study(moved, qrels).rankings("cut")["grade"].isna().all())
        qrels.write_text(f"{qid} 0 {docno} 1\n{qid} 0 {docno} 2\n")
        self.refused("judged twice", lucerna.load_study, moved, qrels)

    def test_refusals(self) -> None:
        self.refused("there is no such folder", lucerna.load_study, folder / "none")
        self.refused("is none of Lucerna's", lucerna.load_study, folder)
        self.refused("is a patching study, not a study; use load_patching", lucerna.load_study, folder / "heads")
        self.refused("is a recording", lucerna.load_study, folder / "recorded")
        self.refused("ranks.csv: is missing", lucerna.load_study, self.copy("study", "ranks.csv"))
        self.refused("has no condition L9H9", self.study.rankings, "L9H9")
        self.refused("measures nDCG@10, .*, not P@5", self.study.head_map, "P@5")
        shard = self.copy("study", "study.json")
        (shard / "shard.json").write_text('{"shard": "3/20"}')
        self.refused("holds shard 3/20 alone; join all shards", lucerna.load_study, shard)
        broken = self.copy("study")
        (broken / "study.json").write_text("{")
        self.refused("study.json: cannot be read", lucerna.load_study, broken)

    def test_a_study_at_work(self) -> None:
        begun = self.copy("study", "study.json", "topics.csv", "comparison.csv")
        journal = begun / "journal.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join(lines[:3]) + lines[3][:40])
        self.refused("is not finished, 2 of 3 topics are done; wait for it", lucerna.load_study, begun)
        journal.write_bytes(lines[0] + b"{torn\n" + lines[2])
        self.refused("line 2 is not JSON", lucerna.load_study, begun)


class PatchingTest(FolderTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.heads = lucerna.load_patching(folder / "heads")
        cls.blocks = lucerna.load_patching(folder / "blocks")

    def test_tables(self) -> None:
        for name in ("pairs", "aggregates", "controls"):
            self.same_numbers(getattr(self.heads, name), folder / "heads" / f"{name}.csv")
        self.same_numbers(self.blocks.agreement, folder / "blocks" / "agreement.csv")
        self.same_numbers(self.blocks.cells(), folder / "blocks" / "effects.csv")
        self.assertEqual(3, self.heads.pairs["grade"].max())

    def test_arrays_are_the_table(self) -> None:
        cells = self.heads.cells()
        for way, array in self.heads.patched.items():
            own = cells[(cells["direction"] == way[0]) & (cells["method"] == way[1])]
            np.testing.assert_array_equal(own["patched"].to_numpy().reshape(array.shape), array)
            np.testing.assert_array_equal(own["effect"].to_numpy().reshape(array.shape), self.heads.effects(*way))
        self.assertEqual([("denoise", "exact"), ("noise", "exact")], list(self.heads.patched))
        self.assertFalse(self.heads.pairs["used"].all())

    def test_arrays_with_positions(self) -> None:
        self.assertEqual([("denoise", "exact"), ("denoise", "ig:2")], list(self.blocks.patched))
        cells = self.blocks.cells()
        number = {pair: i for i, pair in enumerate(self.blocks.pairs["pair"])}
        array, roles = self.blocks.patched["denoise", "ig:2"], self.blocks.roles["denoise"]
        for row in cells[cells["method"] == "ig:2"].itertuples():
            component = self.blocks.axes["component"].index(row.component)
            self.assertEqual(row.patched, array[number[row.pair], component, row.layer, row.position])
            self.assertEqual(row.role, self.blocks.role_names[roles[number[row.pair], row.position]])
        lengths = (roles >= 0).sum(axis=1)
        self.assertEqual(lengths.max(), array.shape[-1])
        self.assertTrue(np.isnan(array[lengths.argmin(), ..., lengths.min() :]).all())

    def test_tokens(self) -> None:
        tokens = self.blocks.tokens()
        base = tokens[(tokens["pair"] == self.blocks.pairs["pair"][0]) & (tokens["version"] == "base")]
        roles = self.blocks.roles["denoise"][0]
        self.assertEqual([self.blocks.role_names[r] for r in roles if r >= 0], list(base["role"]))
        self.assertEqual(("[CLS]", "cls", -1), tuple(base[["token", "role", "segment"]].iloc[0]))

    def test_maps(self) -> None:
        heads = self.heads.head_map("median", "noise")
        self.assertEqual((6, 12), heads.shape)
        used = self.heads.pairs.loc[self.heads.pairs["direction"] == "noise", "used"].to_numpy()
        np.testing.assert_allclose(np.median(self.heads.effects("noise")[used], axis=0), heads, rtol=1e-12)
        self.refused("not of heads", self.blocks.head_map)
        every = self.heads.aggregates[self.heads.aggregates["level"] == "all"]
        none = [every.assign(stratum=of, level="none") for of in ("grade", "idf")]
        both = dataclasses.replace(self.heads, aggregates=pd.concat([*none, self.heads.aggregates]))
        self.refused("a level none of grade and of idf; give stratum=", lambda: both.head_map(level="none"))
        np.testing.assert_array_equal(
            self.heads.head_map(), both.head_map(level="none", stratum="idf"), err_msg="by stratum"
        )
        self.refused("has ratio-of-sums, .*, not mean", self.heads.head_map, "mean")
        self.refused("has .*, not \\('back', None\\)", self.heads.effects, "back")

    def test_refusals(self) -> None:
        self.refused("is a study, not a patching study; use load_study", lucerna.load_patching, folder / "study")
        begun = self.copy("heads", "manifest.json")
        self.refused("is not finished, \\d+ pairs are done", lucerna.load_patching, begun)
        short = self.copy("heads")
        array = short / "patched.noise.npy"
        array.write_bytes(array.read_bytes()[:-1])
        self.refused("patched.noise.npy: cannot be read", lucerna.load_patching, short)
        np.save(array, np.zeros((2, 2), np.float32))
        self.refused("has the shape \\[2, 2\\], not", lucerna.load_patching, short)


class RecordingTest(FolderTest):
    HIDDEN = "blocks.5.hook_normalized_resid_post"
    Z = "blocks.1.attn.hook_z"
    PATTERN = "blocks.0.attn.hook_pattern"

    @classmethod
    def setUpClass(cls) -> None:
        cls.recording = lucerna.load_recording(folder / "recorded")

    def test_inputs(self) -> None:
        lines = [
            json.loads(line) for line in (folder / "recorded" / "index.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        inputs = self.recording.inputs
        self.assertEqual(3 + 18, len(inputs))
        for line, row in zip(lines, inputs.itertuples()):
            self.assertEqual((line["side"], line["qid"], len(line["tokens"])), (row.side, row.qid, row.tokens))
            self.assertEqual("score" in line, not np.isnan(row.score))
            if "score" in line:
                self.assertEqual(np.float32(line["score"]), row.score)
                self.assertEqual(GRADES.get((row.qid, row.docid)), None if pd.isna(row.grade) else row.grade)

    def test_the_score_is_the_cosine_of_what_was_recorded(self) -> None:
        for row in self.recording.inputs.dropna(subset="id").itertuples():
            query = self.recording.get(row.id, self.HIDDEN, side="query").mean(0)
            passage = self.recording.get(row.id, self.HIDDEN).mean(0)
            cosine = query @ passage / np.linalg.norm(query) / np.linalg.norm(passage)
            self.assertAlmostEqual(cosine, row.score, delta=1e-6)
        np.testing.assert_array_equal(
            self.recording.get("007", self.HIDDEN, "query"), self.recording.get("007/NA", self.HIDDEN, "query")
        )

    def test_a_matrix_has_its_tokens(self) -> None:
        rows, frame = self.recording.matrix(self.HIDDEN)
        self.assertEqual(len(rows), len(frame))
        self.assertEqual(np.float32, rows.dtype)
        for (id, number), own in frame.groupby(["id", "input"]):
            np.testing.assert_array_equal(self.recording.get(id, self.HIDDEN), rows[own.index])
            self.assertEqual("[CLS]", own["token"].iloc[0])
            self.assertEqual(self.recording.inputs["docid"][number], own["docid"].iloc[0])
        queries, frame = self.recording.matrix(self.Z, "query")
        self.assertEqual((12, 32), queries.shape[1:])
        self.assertEqual(set(QUERIES), set(frame["qid"]))

    def test_attention_and_gradients(self) -> None:
        pattern = self.recording.get("1/bees", self.PATTERN)
        tokens = self.recording.inputs.set_index("id")["tokens"]["1/bees"]
        self.assertEqual((tokens, 12, tokens), pattern.shape)
        np.testing.assert_allclose(pattern.sum(-1), 1, atol=1e-6)
        for side in (None, "query"):
            z, gradient = (self.recording.get("1/bees", name, side) for name in (self.Z, self.Z + ".grad"))
            self.assertEqual(z.shape, gradient.shape)
            self.assertTrue(gradient.any())
        self.refused("use get", self.recording.matrix, self.PATTERN)

    def test_gradients_of_a_query_are_of_each_passage(self) -> None:
        lines = (folder / "recorded" / "index.jsonl").read_text(encoding="utf-8").splitlines()
        for line in map(json.loads, lines):
            if line["side"] != "query":
                with safetensors.safe_open(folder / "recorded" / line["shard"], framework="np") as shard:
                    expected = shard.get_tensor(f"query/{self.Z}.grad/{line['item']}")
                np.testing.assert_array_equal(expected, self.recording.get(line["id"], self.Z + ".grad", "query"))
        self.refused("has no passage or pair 1$", self.recording.get, "1", self.Z + ".grad", "query")

    def test_tokens(self) -> None:
        tokens = self.recording.tokens()
        self.assertEqual(self.recording.inputs["tokens"].sum(), len(tokens))
        self.assertTrue(tokens["kept"].all())
        row = tokens[(tokens["input"] == 1) & (tokens["position"] == 1)].iloc[0]
        text = PASSAGES[self.recording.inputs["docid"][1]]
        self.assertEqual(text[row["start"] : row["end"]].lower(), row["token"])

    def test_means_in_sixteen_bits(self) -> None:
        means = lucerna.load_recording(folder / "means")
        rows, frame = means.matrix(self.Z)
        self.assertEqual((np.float16, len(frame)), (rows.dtype, len(rows)))
        self.assertLess(0, len(frame))
        self.assertEqual((1, 12, 32), means.get(frame["id"].iloc[-1], self.Z).shape)
        np.testing.assert_array_equal(means.get(frame["id"].iloc[-1], self.Z)[0], rows[-1])
        for line in means._lines:
            line["positions"] = []
        self.refused("no input of the side passage has a position that was kept", means.matrix, self.Z)

    def test_refusals(self) -> None:
        self.refused("has no passage or pair 9/x", self.recording.get, "9/x", self.Z)
        self.refused("has no query x", self.recording.get, "x", self.Z, "query")
        self.refused("has no point blocks.9; it has", self.recording.get, "1/bees", "blocks.9")
        self.refused(
            "has no tensor passage/blocks.1.attn.hook_z.grad",
            lucerna.load_recording(folder / "means").matrix,
            self.Z + ".grad",
        )
        self.refused("use load_recording", lucerna.load_study, folder / "recorded")
        short = self.copy("recorded")
        with open(short / "shard-00000.safetensors", "ab") as file:
            file.write(b"x")
        self.refused("shard-00000.safetensors: has \\d+ bytes, not \\d+", lucerna.load_recording, short)
        self.refused(
            "shard-00000.safetensors: is missing",
            lucerna.load_recording,
            self.copy("recorded", "shard-00000.safetensors"),
        )
        begun = self.copy("recorded", "manifest.json")
        (begun / "unfinished.json").write_text("{}")
        self.refused("is not finished, 21 inputs are recorded", lucerna.load_recording, begun)


class SessionTest(FolderTest):
    def test_numbers_are_those_of_the_command(self) -> None:
        lines = [json.loads(line) for line in (folder / "cut.jsonl").read_text(encoding="utf-8").splitlines()]
        written = {
            (line["query"]["qid"], found["docid"]): np.float32(found["score"])
            for line in lines
            for found in line["candidates"]
        }
        ranked = session.rerank(candidates(), CUT)
        self.assertEqual(written, {(row.qid, row.docno): row.score for row in ranked.itertuples()})

    def test_rerank_keeps_rows(self) -> None:
        mixed = candidates().sample(frac=1, random_state=1).set_index("first")
        ranked = session.rerank(mixed)
        self.assertEqual(list(mixed["qid"].unique()), list(ranked["qid"].unique()))
        self.assertEqual([*mixed.columns, "rank"], list(ranked.columns))
        for _, rows in ranked.groupby("qid"):
            self.assertEqual(list(range(1, 7)), list(rows["rank"]))
            self.assertTrue(rows["score"].is_monotonic_decreasing)
        twins = candidates().head(2).assign(text="The same.")
        self.assertEqual(["hive", "bees"], list(session.rerank(twins)["docno"]))
        self.assertEqual(
            ["score", "rank"], list(session.rerank(mixed.head(0)[["qid", "query", "docno", "text"]]).columns[-2:])
        )

    def test_rank_and_rerank_agree(self) -> None:
        own = session.rerank(candidates()).set_index(["qid", "docno"])
        cut = session.rerank(candidates(), CUT).set_index(["qid", "docno"])
        for qid in QUERIES:
            ranked = session.rank(qid, CUT)
            self.assertEqual(QUERIES[qid], ranked.query)
            for row in ranked.docs.itertuples():
                self.assertEqual(own["score"][qid, row.docno], row.plain_score)
                self.assertEqual(cut["rank"][qid, row.docno], row.changed_rank)
                self.assertEqual(GRADES.get((qid, row.docno)), None if pd.isna(row.grade) else row.grade)
        study = lucerna.load_study(folder / "study").changes("AP")["cut"]
        self.assertEqual({q: session.rank(q, CUT).measures["change"]["AP"] for q in QUERIES}, dict(study))
        plain = session.rank("1")
        self.assertTrue(plain.docs["changed_score"].isna().all())
        self.assertIsNone(plain.swapped_pairs)

    def test_heads(self) -> None:
        exact = session.heads("1", exact=True)
        self.assertEqual(72, len(exact))
        for name in ("L0H0", "L5H11"):
            row = exact[exact["name"] == name].iloc[0]
            ranked = session.rank("1", row["spec"])
            self.assertEqual(ranked.measures["change"]["AP"], row["AP"])
            self.assertEqual(ranked.swapped_pairs, row["swapped_pairs"])
        estimates = session.heads("1", mlps=True)
        self.assertEqual((78, list(exact.columns)), (len(estimates), list(estimates.columns)))
        self.assertEqual((6, 12), session.heads("1").pivot(index="layer", columns="head", values="nDCG@10").shape)

    def test_explain_adds_up(self) -> None:
        score = session.rank("1").docs.set_index("docno")["plain_score"]["bees"]
        for told in (session.explain("1", "bees"), session.explain(query=QUERIES["1"], text=PASSAGES["bees"])):
            self.assertAlmostEqual(score, told.score, delta=1e-6)
            for side in ("query", "passage"):
                rest = told.rest.loc[side]
                words = told.words.loc[told.words["side"] == side, "adds"].sum()
                self.assertAlmostEqual(told.score, words + rest["biases"] + rest["rounding"], delta=1e-9)
                parts = told.components.loc[told.components["side"] == side, "adds"].sum()
                straight = rest["embeddings"] + rest["straight_biases"] + rest["straight_rounding"]
                self.assertAlmostEqual(told.score, parts + straight, delta=1e-9)
        self.assertEqual(PASSAGES["bees"], session.passage("bees", "1"))

    def test_what_is_left_out_is_not_sent(self) -> None:
        with mock.patch.object(session._http, "request", wraps=session._http.request) as request:
            session.explain("1", "bees")
        self.assertEqual(
            {"topic": "1", "passages": [{"docno": "bees"}]}, json.loads(request.call_args.kwargs["data"])
        )

    def test_numbers_of_numpy(self) -> None:
        ranked = session.rank(np.int64(1), depth=np.int64(3))
        self.assertEqual(("1", 3), (ranked.topic, len(ranked.docs)))
        pd.testing.assert_frame_equal(session.rank("1", depth=3).docs, ranked.docs)
        self.refused("cannot be sent: it is neither", session.rank, "1", object())
        self.refused("the body is malformed", lambda: session.rank("1", depth=2.5))

    def test_categories_without_rows(self) -> None:
        named = candidates()
        known = pd.Categorical(named["qid"], categories=["none", *QUERIES, "other"])
        for frame in (named.assign(qid=known), named.head(6).assign(qid=known[:6])):
            plain = session.rerank(frame.assign(qid=frame["qid"].astype(str)))
            pd.testing.assert_frame_equal(plain.drop(columns="qid"), session.rerank(frame).drop(columns="qid"))

    def test_texts_are_sent_in_utf_8(self) -> None:
        # 3.75 MB; twice as much as escapes.
        self.assertEqual(5, len(session.rerank(candidates().head(5).assign(text="\u8702" * 250_000))))

        def scores(text: str) -> list[float]:
            return session._call("score", {"query": "bee", "passages": [{"docno": "d", "text": text}]})["scores"]

        self.assertEqual(scores("\U0001f41d bee"), scores("\ud83d\udc1d bee"))
        self.assertEqual(scores("\ufffd bee"), scores("\ud83d bee"))

    def test_refusals(self) -> None:
        frame = candidates()
        self.refused("lack text; they have qid, query, docno", session.rerank, frame.drop(columns="text"))
        self.refused("a candidate of topic 1 has no text", session.rerank, frame.assign(text=None))
        self.refused("topic 1 has two queries", session.rerank, frame.assign(query=frame["text"]))
        self.refused("document bees is given twice", session.rerank, pd.concat([frame, frame]))
        self.refused("the query is missing", session.rerank, frame.assign(query=" "))
        self.refused("query has 2001 characters; 2000 are allowed", session.rerank, frame.assign(query="q" * 2001))
        many = pd.DataFrame({"qid": "1", "query": "q", "docno": range(1001), "text": "t"})
        self.refused("passages must be 1..1000, got 1001", session.rerank, many)
        self.refused("more than 4194304 bytes", session.rerank, many.head(5).assign(text="t" * 1_000_000))
        self.refused("there is no topic 9", session.rank, "9")
        self.refused("command line only", session.rank, "1", "add blocks.1.hook_resid_pre vector=/etc/passwd#v")
        with self.assertRaises(lucerna.LucernaError) as caught:
            session.rerank(frame, "zero blocks.2.attn.hook_zz")
        self.assertEqual((400, 6), (caught.exception.status, caught.exception.column))
        self.assertIn("nearest: blocks.2.attn.hook_z", str(caught.exception))

    def test_starting(self) -> None:
        self.refused("did not start: it ended with code 4: .*none/such", lucerna.Session, "./none/such")
        with self.assertRaisesRegex(lucerna.LucernaError, "code 2: .*-level must be 0 or more, got -1"):
            lucerna.Session(level=-1)
        with self.assertRaisesRegex(lucerna.LucernaError, "give url alone"):
            lucerna.Session("minilm", url=session.url)
        with self.assertRaisesRegex(lucerna.LucernaError, "is no address"):
            lucerna.Session(url="localhost:8765")
        with self.assertRaisesRegex(lucerna.LucernaError, "there is no such program"):
            lucerna.Session(program=folder / "lucerna.jar")
        with lucerna.Session(url=session.url) as other:
            self.assertEqual(session.about, other.about)
        session.rank("1")

    def test_ends_with_python(self) -> None:
        program = (
            "import lucerna, os, signal, time\n"
            f"session = lucerna.Session(input={str(folder / 'requests.jsonl')!r})\n"
            "os.kill(session._process._process.pid, signal.SIGINT)\n"
            "print(session._process._process.pid, len(session.rank('1').docs), flush=True)\n"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=HERE, capture_output=True, text=True, timeout=120)
        self.assertEqual(("", 0), (done.stderr, done.returncode))
        pid, docs = done.stdout.split()
        self.assertEqual("6", docs)
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid), 0)

    def test_a_program_that_was_killed(self) -> None:
        with lucerna.Session(input=folder / "requests.jsonl") as other:
            other._process._process.kill()
            other._process._process.wait()
            self.refused("does not answer: it ended with code -9", other.rank, "1")
        other.close()


@unittest.skipUnless(importlib.util.find_spec("pyterrier"), "PyTerrier is not installed")
class RerankerTest(unittest.TestCase):
    def test_experiment(self) -> None:
        import pyterrier as pt

        first = pt.Transformer.from_df(candidates())
        topics = pd.DataFrame({"qid": list(QUERIES), "query": list(QUERIES.values())})
        qrels = pd.DataFrame([{"qid": q, "docno": d, "label": grade} for (q, d), grade in GRADES.items()])
        plain, cut = first >> lucerna.Reranker(session), first >> lucerna.Reranker(session, CUT)
        table = pt.Experiment([first, plain, cut], topics, qrels, ["ndcg_cut_10", "map"], ["first", "plain", "cut"])
        for name, which in (("ndcg_cut_10", "nDCG@10"), ("map", "AP")):
            own = pd.DataFrame([session.rank(qid, CUT).measures.loc[which] for qid in QUERIES])
            np.testing.assert_allclose(own[["first", "plain", "changed"]].mean(), table[name], atol=1e-12)

    def test_frames(self) -> None:
        import pyterrier as pt

        reranker = lucerna.Reranker(session)
        ranked = reranker(candidates())
        self.assertEqual(set(range(6)), set(ranked["rank"]))
        self.assertEqual(18, len(ranked))
        best = session.rerank(candidates().head(6))["docno"][0]
        self.assertEqual([best], list((reranker % 1)(candidates().head(6))["docno"]))
        self.assertEqual(0, len(reranker(candidates().head(0))))
        self.assertIn("rank", pt.inspect.transformer_outputs(reranker, list(candidates().columns)))
        with self.assertRaisesRegex(Exception, "text"):
            reranker(candidates().drop(columns="text"))


@unittest.skipUnless(importlib.util.find_spec("matplotlib"), "matplotlib is not installed")
class PageTest(unittest.TestCase):
    """The page's commands and cells are run in their order, and print what it shows."""

    def test_page(self) -> None:
        place = Path(tempfile.mkdtemp(dir=folder))
        names: dict[str, object] = {}
        before = os.getcwd()
        os.environ["MPLBACKEND"] = "agg"
        os.chdir(place)
        try:
            for kind, text in blocks(PAGE.read_text(encoding="utf-8")):
                if kind == "command":
                    words = text.replace("\\\n", " ")
                    program = " ".join(map(str, lucerna._program(None)))
                    for line in words.splitlines():
                        command = line.strip().replace("./lucerna", program, 1)
                        done = subprocess.run(
                            command, shell=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
                        )
                        self.assertEqual(0, done.returncode, f"{command}\n{done.stderr}")
                elif kind == "python":
                    skipped = "import pyterrier" in text and not importlib.util.find_spec("pyterrier")
                    shown = "" if skipped else execute(text, names)
                elif not skipped:
                    self.assertEqual(text.rstrip(), shown.rstrip())
            self.assertTrue(list(place.glob("*.svg")))
        finally:
            with contextlib.suppress(KeyError):
                names["session"].close()
            os.chdir(before)


def blocks(page: str) -> list[tuple[str, str]]:
    """Commands (indented), cells (python) and what they print (text), in order."""
    pattern = re.compile(r"^```(python|text)\n(.*?)^```$|^((?:    [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
    found = []
    for match in pattern.finditer(page):
        if match[1]:
            found.append((match[1], match[2]))
        elif match[3].strip().startswith("./lucerna"):
            found.append(("command", match[3]))
    return found


def execute(cell: str, names: dict[str, object]) -> str:
    """Runs a cell as a notebook does: the value of a last expression is printed."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last is not None else None
        if value is not None:
            print(repr(value))
    return printed.getvalue()


if __name__ == "__main__":
    unittest.main(verbosity=2)
