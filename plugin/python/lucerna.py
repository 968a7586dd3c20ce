"""Lucerna from Python: the folders that it writes as frames and arrays, and a session with a running ranker.

    import lucerna

    study = lucerna.load_study("studies/cacm-heads")
    study.head_map("nDCG@10")                       # layers x heads

    with lucerna.Session("minilm", "bundled") as session:
        session.rank("1", "zero blocks.2.attn.hook_z head=5").measures

This one file is all there is: copy it, or put its folder on the path. It needs numpy, pandas and safetensors; `Session`
needs requests too, and `Reranker` PyTerrier. docs/notebooks.md goes from candidates to a figure.
"""

from __future__ import annotations

import base64
import csv
import collections
import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import warnings
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = [
    "LucernaError",
    "Patching",
    "Ranked",
    "Explanation",
    "Recording",
    "Reranker",
    "Session",
    "Study",
    "load_patching",
    "load_recording",
    "load_study",
]


class LucernaError(Exception):
    """What could not be done, and why.

    Attributes:
        status: the status of the server's answer; None where no server was asked.
        column: where the fault is in a spec, from 1; None where nothing has a column.
    """

    def __init__(self, message: str, status: int | None = None, column: int | None = None):
        super().__init__(message)
        self.status = status
        self.column = column


# ---- Folders ----

_LOADERS = {"study": "load_study", "patching study": "load_patching", "recording": "load_recording"}


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise LucernaError(f"{path}: cannot be read: {e}") from e
    if not isinstance(value, dict):
        raise LucernaError(f"{path}: is no JSON object")
    return value


def _journal(path: Path) -> list[dict[str, Any]]:
    """The lines of a journal; a last one that is torn is left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as e:
        raise LucernaError(f"{path}: cannot be read: {e}") from e
    whole = [line for line in lines[:-1] if line]
    parsed = []
    for number, line in enumerate(whole, 1):
        try:
            parsed.append(json.loads(line))
        except ValueError as e:
            if number < len(whole):
                raise LucernaError(f"{path}: line {number} is not JSON") from e
    return parsed


def _settled(folder: Path) -> tuple[str | None, bool]:
    """What a folder holds, and whether it is finished."""
    if (folder / "study.json").exists():
        return "study", True
    if (folder / "manifest.json").exists():
        manifest = _json(folder / "manifest.json")
        if manifest.get("format") == "lucerna-recording":
            return "recording", True
        return ("patching study" if "axes" in manifest else None), True
    if (folder / "unfinished.json").exists():
        return "recording", False
    if (folder / "plan.json").exists() or (folder / "predictions.jsonl").exists():
        return "study", False
    if (folder / "journal.jsonl").exists():
        made = _journal(folder / "journal.jsonl")[:1]
        return {"patches": "patching study", "scores": "study"}.get(made[0].get("outcomes", "") if made else ""), False
    return None, True


def _done(folder: Path, kind: str) -> str:
    """How far unfinished work is."""
    if kind == "recording":
        index = folder / "index.jsonl"
        return f"{len(_journal(index)) if index.exists() else 0} inputs are recorded"
    key = "pair" if kind == "patching study" else "item"
    path = folder / "journal.jsonl"
    done = sum(key in line for line in _journal(path)) if path.exists() else 0
    if kind == "patching study":
        return f"{done} pairs are done"
    of = f" of {len(_json(folder / 'plan.json')['places']['topics'])}" if (folder / "plan.json").exists() else ""
    return f"{done}{of} topics are done"


def _open(path: str | os.PathLike[str], kind: str) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise LucernaError(f"{folder}: there is no such folder")
    if (folder / "shard.json").exists():
        shard = _json(folder / "shard.json")
        raise LucernaError(f"{folder}: holds shard {shard.get('shard')} alone; join all shards with `lucerna merge`")
    found, finished = _settled(folder)
    if found is None:
        raise LucernaError(f"{folder}: is none of Lucerna's studies, patching studies or recordings")
    if found != kind:
        raise LucernaError(f"{folder}: is a {found}, not a {kind}; use {_LOADERS[found]}")
    if not finished:
        raise LucernaError(
            f"{folder}: is not finished, {_done(folder, kind)}; wait for it, or give its command again with -resume"
        )
    return folder


# ---- Tables ----

# Everything else in a table is a 64-bit float.
_TEXTS = frozenset(
    "condition topic measure docid kind chosen_by vector direction method pair qid perturbation idf_band component token"
    " role stratum level statistic reason detail".split()
)
_WHOLE = frozenset(
    "layer attention_head unit position row grade topics documents swapped_pairs moved largest_move rank_before rank_after"
    " wins ties losses conditions pairs queries cells filler_tokens directions used".split()
)
_FLOATS = frozenset(
    "recipient donor patched score_before score_after empty_score full_score unrelated_score base_alone"
    " perturbed_alone".split()
)


def _table(path: Path) -> pd.DataFrame:
    """A table with texts as texts, whole numbers as such, and each number as it was written."""
    try:
        names = list(pd.read_csv(path, nrows=0).columns)
        numbers = [name for name in names if name not in _TEXTS]
        frame = pd.read_csv(
            path,
            dtype={name: "Int64" if name in _WHOLE else "float64" if name in numbers else str for name in names},
            keep_default_na=False,
            na_values={name: [""] for name in numbers},
            float_precision="round_trip",
        )
    except FileNotFoundError as e:
        raise LucernaError(f"{path}: is missing") from e
    except ValueError as e:
        raise LucernaError(f"{path}: is malformed: {e}") from e
    for name in names:
        if name in _FLOATS:
            frame[name] = frame[name].astype(np.float32)
        elif name in _WHOLE and not frame[name].isna().any():
            frame[name] = frame[name].astype(np.int64)
    return frame


def _optional(path: Path) -> pd.DataFrame | None:
    return _table(path) if path.exists() else None


def _read_qrels(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(
            path,
            sep=r"\s+",
            header=None,
            names=["qid", "iteration", "docno", "grade"],
            dtype=str,
            keep_default_na=False,
            quoting=csv.QUOTE_NONE,
        )
        if frame.duplicated(["qid", "docno"]).any():
            raise ValueError("a document is judged twice for a topic")
        grade = frame["grade"].astype("Int64")
        # As trec_eval has it, a negative grade is none.
        return frame.assign(grade=grade.mask(grade < 0))[["qid", "docno", "grade"]]
    except (OSError, ValueError) as e:
        raise LucernaError(f"{path}: are no judgments that can be read: {e}") from e


def _grid(frame: pd.DataFrame, values: str, row: str = "layer", column: str = "attention_head") -> np.ndarray:
    """Numbers by row and column, from 0; NaN where there is none."""
    rows, columns = frame[row].to_numpy(np.int64), frame[column].to_numpy(np.int64)
    if frame.duplicated([row, column]).any():
        raise LucernaError(f"several numbers stand at one {row} and {column}")
    grid = np.full((rows.max(initial=-1) + 1, columns.max(initial=-1) + 1), np.nan)
    grid[rows, columns] = frame[values].to_numpy(np.float64)
    return grid


# ---- Studies ----


@dataclass(frozen=True, repr=False)
class Study:
    """What a study did to rankings. Columns are those of docs/studies.md.

    Attributes:
        folder: where it is.
        manifest: study.json.
        conditions: a row for each condition: condition, label, kind, layer, head, dose, spec.
        topics: topics.csv, with kind, layer and head of the condition: a row for each condition, topic and measure.
        comparison: comparison.csv, with the same: a row for each condition and measure.
        ranks: ranks.csv: what happened to the order of each topic's documents.
        moves: moves.csv: the documents of the topics that changed most, with grades.
        heads, screen, agreement, doses: heads.csv and so on; None where the study has none.
        qrels: the judgments, as qid, docno and grade; None if they are no longer where the study found them.
    """

    folder: Path
    manifest: dict[str, Any]
    conditions: pd.DataFrame
    topics: pd.DataFrame
    comparison: pd.DataFrame
    ranks: pd.DataFrame
    moves: pd.DataFrame
    heads: pd.DataFrame | None
    screen: pd.DataFrame | None
    agreement: pd.DataFrame | None
    doses: pd.DataFrame | None
    qrels: pd.DataFrame | None

    def __repr__(self) -> str:
        model = self.manifest["model"]["label"]
        return f"<Study {self.folder}: {model}, {len(self.conditions)} conditions, {', '.join(self.measures)}>"

    @property
    def measures(self) -> list[str]:
        """Names of the measures; the first is the one that the report is about."""
        return list(self.manifest["measures"])

    def changes(self, measure: str | None = None) -> pd.DataFrame:
        """The change of a measure, the first if none is named: topics x conditions."""
        rows = self.topics[self.topics["measure"] == self._measure(measure)]
        order = [c for c in self.conditions["condition"] if c != "nothing"]
        return rows.pivot(index="topic", columns="condition", values="change")[order]

    def head_map(self, measure: str | None = None) -> np.ndarray:
        """The mean change of a measure by zeroing (or what the study did to) each head: layers x heads, float64.

        NaN where a head was not studied.
        """
        rows = self.comparison[
            (self.comparison["measure"] == self._measure(measure)) & (self.comparison["kind"] == "head")
        ]
        if rows.duplicated(["layer", "head"]).any():
            raise LucernaError(f"{self.folder}: changes its heads in several ways; take one from comparison")
        return _grid(rows, "change", column="head")

    def rankings(self, *conditions: str) -> pd.DataFrame:
        """The documents of each topic under some conditions, all if none is named, best first.

        Columns: condition, qid, docno, rank (from 1), score (float32, as the model gave it; NaN for documents that it did
        not read) and grade (missing if unjudged or negative).
        """
        known = set(self.conditions["condition"])
        for name in conditions:
            if name not in known:
                raise LucernaError(f"{self.folder}: has no condition {name}")
        order = list(self.conditions["condition"])
        frames = [self._ranking(order.index(name)) for name in conditions or order]
        frame = pd.concat(frames, ignore_index=True)
        if self.qrels is None:
            return frame.assign(grade=pd.array([pd.NA] * len(frame), dtype="Int64"))
        return frame.merge(self.qrels, how="left", on=["qid", "docno"])

    def _measure(self, name: str | None) -> str:
        if name is None:
            return self.measures[0]
        if name not in self.measures:
            raise LucernaError(f"{self.folder}: measures {', '.join(self.measures)}, not {name}")
        return name

    def _ranking(self, condition: int) -> pd.DataFrame:
        row = self.manifest["conditions"][condition]
        path = self.folder / row["run"]
        try:
            run = pd.read_csv(
                path, sep=" ", header=None, usecols=[0, 2, 3], names=["qid", "_", "docno", "rank", "printed", "tag"],
                dtype={"qid": str, "docno": str, "rank": np.int64}, keep_default_na=False, quoting=csv.QUOTE_NONE,
            )  # fmt: skip
        except FileNotFoundError as e:
            raise LucernaError(f"{path}: is missing") from e
        run.insert(0, "condition", row["id"])
        return run.merge(self._scores(condition), how="left", on=["qid", "docno"])

    def _scores(self, condition: int) -> pd.DataFrame:
        """What the model gave, from the journal: runs have six digits."""
        topics, docnos, served = self._places
        columns: list[tuple[list[str], list[str], np.ndarray]] = []
        own = self._plan["perItem"][condition]
        for item, row in self._outcomes.items():
            scores = np.frombuffer(base64.b64decode(row[condition]), dtype="<f4")
            where = topics.index(item)
            pairs = [(where, i) for i in range(len(docnos[where]))] if own else served[where]
            columns.append(([topics[t] for t, _ in pairs], [docnos[t][p] for t, p in pairs], scores))
        return pd.DataFrame(
            {
                "qid": [qid for qids, _, _ in columns for qid in qids],
                "docno": [docno for _, names, _ in columns for docno in names],
                "score": np.concatenate([scores for _, _, scores in columns] or [np.zeros(0, np.float32)]),
            }
        )

    @functools.cached_property
    def _plan(self) -> dict[str, Any]:
        return _json(self.folder / "plan.json")

    @functools.cached_property
    def _places(self) -> tuple[list[str], list[list[str]], list[list[tuple[int, int]]]]:
        """Topics, their documents, and for each topic the pairs whose scores its line of the journal has."""
        places = self._plan["places"]
        served = [[(p["topic"], p["place"]) for pairs in item for p in pairs] for item in places["served"]]
        return places["topics"], places["docnos"], served

    @functools.cached_property
    def _outcomes(self) -> dict[str, list[str]]:
        return {line["item"]: line["scores"] for line in _journal(self.folder / "journal.jsonl") if "item" in line}


def load_study(folder: str | os.PathLike[str], qrels: str | os.PathLike[str] | None = None) -> Study:
    """Reads the folder of a finished `study`.

    Args:
        folder: the folder.
        qrels: judgments for the grades of `Study.rankings`; else those of the study, if they are still where they were.

    Raises:
        LucernaError: if it is another folder, or the study is not finished.
    """
    path = _open(folder, "study")
    manifest = _json(path / "study.json")
    rows = [
        {"condition": c["id"], **{k: c[k] for k in ("label", "kind", "layer", "head", "dose", "spec")}}
        for c in manifest["conditions"]
    ]
    conditions = pd.DataFrame(rows).astype({"layer": "Int64", "head": "Int64", "dose": "float64"})
    parts = conditions[["condition", "kind", "layer", "head"]]
    return Study(
        folder=path,
        manifest=manifest,
        conditions=conditions,
        topics=_table(path / "topics.csv").merge(parts, how="left", on="condition"),
        comparison=_table(path / "comparison.csv").merge(parts, how="left", on="condition"),
        ranks=_table(path / "ranks.csv"),
        moves=_table(path / "moves.csv"),
        heads=_optional(path / "heads.csv"),
        screen=_optional(path / "screen.csv"),
        agreement=_optional(path / "agreement.csv"),
        doses=_optional(path / "dose-response.csv"),
        qrels=_read_qrels(Path(qrels)) if qrels is not None else _judged(manifest.get("qrels", {})),
    )


def _judged(source: Mapping[str, str]) -> pd.DataFrame | None:
    """The judgments that a study used, if they are where it found them."""
    path = Path(source.get("path", ""))
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == source.get("sha256"):
        return _read_qrels(path)
    warnings.warn(
        f"the study's judgments are no longer at {path}, so rankings have no grades; give qrels=", stacklevel=3
    )
    return None


# ---- Patching studies ----


@dataclass(frozen=True, repr=False)
class Patching:
    """What patches did to scores, pair by pair. Columns are those of docs/patching.md.

    Attributes:
        folder: where it is.
        manifest: manifest.json.
        axes: the axes of a cell and the labels along each, as strings; positions are not among them.
        pairs: pairs.csv: a row for each direction and pair, with its grade, in the order of the arrays' first axis.
        aggregates: aggregates.csv: statistics of each cell with intervals.
        controls, excluded: controls.csv and excluded.csv.
        agreement: agreement.csv; None without estimates beside exact effects.
        patched: by direction and method, such as ("denoise", "exact"), the scores with each cell patched: float32, pairs x
            axes, and positions last where the sweep has them; NaN where a pair has no such position.
        scores: by direction, the scores of recipient and donor: float32, pairs x 2.
        roles: by direction, the roles of the recipients' tokens: pairs x positions, int8 indices into `role_names`, -1 past
            the end; empty without positions.
    """

    folder: Path
    manifest: dict[str, Any]
    axes: dict[str, list[str]]
    pairs: pd.DataFrame
    aggregates: pd.DataFrame
    controls: pd.DataFrame
    excluded: pd.DataFrame
    agreement: pd.DataFrame | None
    patched: dict[tuple[str, str], np.ndarray]
    scores: dict[str, np.ndarray]
    roles: dict[str, np.ndarray]

    def __repr__(self) -> str:
        sweep, model = self.manifest["settings"]["sweep"], self.manifest["model"]["label"]
        return f"<Patching {self.folder}: {model}, {sweep}, {self.manifest['counts']['swept']} pairs, {list(self.patched)}>"

    @property
    def role_names(self) -> list[str]:
        """What the numbers of `roles` mean."""
        return list(self.manifest["roles"])

    def effects(self, direction: str | None = None, method: str | None = None) -> np.ndarray:
        """(patched - recipient) / (donor - recipient): float64, with the axes of `patched`.

        NaN for pairs that are excluded. Without arguments it is of the first direction and method.
        """
        direction, method = self._way(direction, method)
        patched = self.patched[direction, method].astype(np.float64)
        shape = (-1,) + (1,) * (patched.ndim - 1)
        recipient, donor = (self.scores[direction][:, i].astype(np.float64).reshape(shape) for i in (0, 1))
        used = self.pairs.loc[self.pairs["direction"] == direction, "used"].to_numpy().reshape(shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(used, (patched - recipient) / (donor - recipient), np.nan)

    def cells(self) -> pd.DataFrame:
        """effects.csv: a row for each pair, direction, method and cell, with the token where the sweep has positions."""
        return _table(self.folder / "effects.csv")

    def head_map(
        self,
        statistic: str = "ratio-of-sums",
        direction: str | None = None,
        method: str | None = None,
        level: str | None = None,
        stratum: str | None = None,
    ) -> np.ndarray:
        """A statistic of the effects of each head over pairs: layers x heads, float64.

        Args:
            level: a perturbation where the study has several, a grade or a band of IDF; all pairs if there is one alone.
            stratum: what the level is of, such as `grade`, where several have one of that name.
        """
        rows = self.aggregate(statistic, direction, method, level, stratum)
        if list(self.axes) != ["layer", "head"] or "role" in rows:
            raise LucernaError(f"{self.folder}: is a sweep of {', '.join(self.axes)}, not of heads; see aggregate()")
        return _grid(rows, "value")

    def aggregate(
        self,
        statistic: str = "ratio-of-sums",
        direction: str | None = None,
        method: str | None = None,
        level: str | None = None,
        stratum: str | None = None,
    ) -> pd.DataFrame:
        """The rows of one statistic, direction, method and level of `aggregates`: one for each cell."""
        direction, method = self._way(direction, method)
        frame = self.aggregates
        if statistic not in set(frame["statistic"]):
            raise LucernaError(f"{self.folder}: has {', '.join(frame['statistic'].unique())}, not {statistic}")
        frame = frame[
            (frame["direction"] == direction) & (frame["method"] == method) & (frame["statistic"] == statistic)
        ]
        levels = list(dict.fromkeys(frame["level"]))
        if level is None and "all" not in levels:
            raise LucernaError(f"{self.folder}: has no list of all pairs; give level=, one of {', '.join(levels)}")
        rows = frame[frame["level"] == (level or "all")]
        if stratum is not None:
            rows = rows[rows["stratum"] == stratum]
        if rows.empty:
            raise LucernaError(f"{self.folder}: has the levels {', '.join(levels)}, not {level}")
        strata = list(dict.fromkeys(rows["stratum"]))
        if len(strata) > 1:
            raise LucernaError(f"{self.folder}: has a level {level} of {' and of '.join(strata)}; give stratum=")
        return rows.reset_index(drop=True)

    def tokens(self) -> pd.DataFrame:
        """What the model reads of each pair: a row for each pair, version (base, perturbed) and position.

        Columns: pair, version, position, token, segment (0 or 1, -1 for a special token) and role.
        """
        frames = []
        for line in _journal(self.folder / "journal.jsonl"):
            for version in ("base", "perturbed"):
                if version in line:
                    read = line[version]
                    frames.append(
                        pd.DataFrame(
                            {
                                "pair": line["pair"],
                                "version": version,
                                "position": range(len(read["pieces"])),
                                "token": read["pieces"],
                                "segment": read["segments"],
                                "role": read["roles"],
                            }
                        )
                    )
        return pd.concat(frames, ignore_index=True)

    def _way(self, direction: str | None, method: str | None) -> tuple[str, str]:
        for way in self.patched:
            if direction in (None, way[0]) and method in (None, way[1]):
                return way
        raise LucernaError(f"{self.folder}: has {list(self.patched)}, not ({direction!r}, {method!r})")


def load_patching(folder: str | os.PathLike[str]) -> Patching:
    """Reads the folder of a finished `patch`. Arrays stay on disk until they are used.

    Raises:
        LucernaError: if it is another folder, or the study is not finished.
    """
    path = _open(folder, "patching study")
    manifest = _json(path / "manifest.json")
    pairs = _table(path / "pairs.csv")
    arrays = {array["file"]: _array(path / array["file"], array) for array in manifest["arrays"]}
    methods = {method.replace(":", "-"): method for method in manifest["settings"]["methods"]}
    patched: dict[tuple[str, str], np.ndarray] = {}
    scores: dict[str, np.ndarray] = {}
    roles: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        kind, direction, *method = name[: -len(".npy")].split(".")
        if kind == "patched":
            patched[direction, methods[method[0]] if method else "exact"] = array
        else:
            (scores if kind == "scores" else roles)[direction] = array
    return Patching(
        folder=path,
        manifest=manifest,
        axes={axis["name"]: axis["labels"] for axis in manifest["axes"]},
        pairs=pairs.assign(used=pairs["used"] == 1),
        aggregates=_table(path / "aggregates.csv"),
        controls=_table(path / "controls.csv"),
        excluded=_table(path / "excluded.csv"),
        agreement=_optional(path / "agreement.csv"),
        patched=patched,
        scores=scores,
        roles=roles,
    )


def _array(path: Path, described: Mapping[str, Any]) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as e:
        raise LucernaError(f"{path}: cannot be read: {e}") from e
    if list(array.shape) != described["shape"]:
        raise LucernaError(f"{path}: has the shape {list(array.shape)}, not {described['shape']} as the manifest says")
    return array


# ---- Recordings ----


@dataclass(frozen=True, repr=False)
class Recording:
    """Recorded activations. Fields are those of docs/recording.md.

    Attributes:
        folder: where it is.
        manifest: manifest.json.
        inputs: a row for each input of the model, in the order of recording: side, qid, id, docid, score (float32), grade,
            tokens (how many it has), kept (how many positions were kept) and truncated. A query has no id, docid, score or
            grade.
    """

    folder: Path
    manifest: dict[str, Any]
    inputs: pd.DataFrame
    _lines: list[dict[str, Any]] = field(repr=False)
    _files: dict[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        model = self.manifest["model"]["label"]
        return f"<Recording {self.folder}: {model}, {len(self.inputs)} inputs, {len(self.points)} points>"

    @property
    def points(self) -> list[str]:
        """Names of the points that were recorded."""
        return [point["name"] for point in self.manifest["points"]]

    def tokens(self) -> pd.DataFrame:
        """The tokens of all inputs, a row for each.

        Columns: input (a row of `inputs`), position, kept, token, token_id, role, segment, word, start, end. The last two
        are places in the text in UTF-16, where a character beyond U+FFFF, such as an emoji, has two.
        """
        lines = self._lines
        lengths = [len(line["tokens"]) for line in lines]
        frame = {
            "input": np.repeat(np.arange(len(lines)), lengths),
            "position": _joined(range(n) for n in lengths),
            "kept": _joined(np.isin(np.arange(n), line["positions"]) for n, line in zip(lengths, lines)),
            "token": [token for line in lines for token in line["tokens"]],
            "token_id": _joined(line["token_ids"] for line in lines),
            "role": [role for line in lines for role in line["roles"]],
        }
        for name in ("segment", "word", "start", "end"):
            frame[name] = _joined(line[name + "s"] for line in lines)
        return pd.DataFrame(frame)

    def get(self, id: str, point: str, side: str | None = None) -> np.ndarray:
        """What was kept of a point for one input, as it was written (float32, or float16 with -half).

        Shapes: [positions, ...] for most points; [positions, head, tokens] for attention; the point's own shape where it
        has no positions. A point's gradients are at the point's name with `.grad`.

        Args:
            id: of a pair or passage, such as `1/L0040`; with side="query", of a topic, or of one of its passages, whose
                score a gradient is of.
            side: `query` for what a bi-encoder read of the query.
        """
        plain = point.removesuffix(".grad")
        rows = self._rows(plain)
        # A query has the gradients of the score of each passage.
        passages = side == "query" and plain != point
        line = self._line(id, None if passages else side)
        name = f"{side or line['side']}/{point}"
        if rows.endswith("by_key") or passages:
            return self._tensor(line["shard"], f"{name}/{line['item']}")
        tensor = self._tensor(line["shard"], name)
        if rows == "whole":
            return tensor[line["item"]]
        return tensor[line["row"] : line["row"] + self._count(line)]

    def matrix(self, point: str, side: str | None = None) -> tuple[np.ndarray, pd.DataFrame]:
        """All that was kept of a point, with what each row is of.

        Args:
            side: `query`, `passage` or `pair`; if left out, that of the passages or pairs.

        Returns:
            The array [rows, ...], and a frame with as many rows: the columns of `inputs`, and those of `tokens` where the
            point has a row for each position.
        """
        rows = self._rows(point.removesuffix(".grad"))
        if rows.endswith("by_key"):
            raise LucernaError(f"{point} has an array of its own for each input; use get")
        side = side or next(s for s in self.inputs["side"] if s != "query")
        chosen = np.flatnonzero((self.inputs["side"] == side).to_numpy())
        if not len(chosen):
            raise LucernaError(f"{self.folder}: has no input of the side {side}")
        there = [line for line in (self._lines[i] for i in chosen) if rows == "whole" or self._count(line)]
        if not there:
            raise LucernaError(f"{self.folder}: no input of the side {side} has a position that was kept")
        shards = list(dict.fromkeys(line["shard"] for line in there))
        arrays = [self._tensor(shard, f"{side}/{point}") for shard in shards]
        frame = self.inputs.iloc[chosen].rename_axis("input").reset_index()
        if rows == "by_position":
            if self.manifest["positions"].split(":")[0] == "mean":
                frame = frame[frame["kept"] > 0]
            else:
                tokens = self.tokens()
                frame = frame.drop(columns=["tokens", "kept"]).merge(
                    tokens[tokens["kept"]].drop(columns="kept"), on="input"
                )
        return np.concatenate(arrays), frame.reset_index(drop=True)

    def _count(self, line: Mapping[str, Any]) -> int:
        """How many rows an input has."""
        kept = len(line["positions"])
        return min(kept, 1) if self.manifest["positions"].split(":")[0] == "mean" else kept

    def _rows(self, point: str) -> str:
        for known in self.manifest["points"]:
            if known["name"] == point:
                return known["rows"]
        raise LucernaError(f"{self.folder}: has no point {point}; it has {', '.join(self.points)}")

    def _line(self, id: str, side: str | None) -> dict[str, Any]:
        found = self._numbers.get(("", id))
        if side == "query":
            qid = id if found is None else self._lines[found]["qid"]
            found = self._numbers.get(("query", qid))
        if found is None:
            raise LucernaError(f"{self.folder}: has no {side or 'passage or pair'} {id}")
        return self._lines[found]

    @functools.cached_property
    def _numbers(self) -> dict[tuple[str, str], int]:
        return {
            ("query", line["qid"]) if line["side"] == "query" else ("", line["id"]): i
            for i, line in enumerate(self._lines)
        }

    def _tensor(self, shard: str, name: str) -> np.ndarray:
        if shard not in self._files:
            from safetensors import safe_open

            self._files[shard] = safe_open(self.folder / shard, framework="np")
        try:
            return self._files[shard].get_tensor(name)
        except Exception as e:  # Whatever safetensors raises for a name that it does not know.
            raise LucernaError(f"{self.folder / shard}: has no tensor {name}") from e


def _joined(parts: Iterable[Any]) -> np.ndarray:
    arrays = [np.asarray(part) for part in parts]
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)


def load_recording(folder: str | os.PathLike[str]) -> Recording:
    """Reads the index of a finished `record`. Activations stay on disk until they are used.

    Raises:
        LucernaError: if it is another folder, the recording is not finished, or one of its files has another size.
    """
    path = _open(folder, "recording")
    manifest = _json(path / "manifest.json")
    for part in [manifest["index"], *manifest["shards"]]:
        file = path / part["file"]
        size = file.stat().st_size if file.exists() else None
        if size != part["bytes"]:
            raise LucernaError(
                f"{file}: has {size} bytes, not {part['bytes']}" if size is not None else f"{file}: is missing"
            )
    lines = _journal(path / manifest["index"]["file"])
    inputs = pd.DataFrame(
        {
            **{name: [line.get(name) for line in lines] for name in ("side", "qid", "id", "docid")},
            "score": np.array([line.get("score", np.nan) for line in lines], np.float32),
            "grade": pd.array([line.get("grade") for line in lines], dtype="Int64"),
            "tokens": [len(line["tokens"]) for line in lines],
            "kept": [len(line["positions"]) for line in lines],
            "truncated": [line["truncated"] for line in lines],
        }
    )
    return Recording(path, manifest, inputs, lines)


# ---- Sessions ----


@dataclass(frozen=True)
class Ranked:
    """A ranking before and after the model, and after the changed model where there is one.

    Attributes:
        topic, query: what was ranked for; the topic is empty for a query of your own.
        spec: what was done to the model, as Lucerna prints specs.
        docs: the documents that the model read, in the first stage's order. Columns: docno, grade (missing if unjudged),
            snippet, and for each of first, plain and changed the rank (from 1) and the score (float32).
        measures: by measure, its value of the first stage, of the plain and of the changed model, and the change: of the
            whole ranking. Empty without judgments.
        swapped_pairs: how many pairs of documents the change put in another order; None without a change.
        notes: what the spec touched, and what it did not.
    """

    topic: str
    query: str
    spec: str
    docs: pd.DataFrame
    measures: pd.DataFrame
    swapped_pairs: int | None
    notes: list[str]


@dataclass(frozen=True)
class Explanation:
    """What a score is made of. Words and biases add up to it, and so do components, embeddings and biases.

    Attributes:
        score: what the plain model gives.
        words: columns side (pair; or query and passage), word, source (query, passage, or empty for a special token) and
            adds.
        components: columns side, component (such as L3H7 or L3mlp) and adds.
        rest: by side, what adds to the score otherwise: biases and rounding beside the words; embeddings, straight_biases
            and straight_rounding beside the components.
        unread: the end of the passage, if the model does not read it.
    """

    score: np.float32
    words: pd.DataFrame
    components: pd.DataFrame
    rest: pd.DataFrame
    unread: str


class Session:
    """A running `lucerna explore`, which it starts, or which listens at an address. Loads the model once.

        with lucerna.Session("e5-small-v2-q", "dl19", level=2) as session:
            session.rank("1037798", "zero blocks.2.attn.hook_z head=5").measures

    Args:
        model: a model, as `-model` takes it; minilm if left out.
        collection: a collection, as `-collection` takes it; the bundled one if left out.
        url: the address of a server that runs already, with its token if it has one, in place of all else.
        program: the script `lucerna` or `lucerna.jar`; else the variable LUCERNA, the clone that this file is in, or
            `lucerna` on the PATH.
        verbose: whether what the program says goes to standard error.
        patience: seconds until it must listen. It may build, fetch and index first.
        options: more options of `explore`: `level=2`, `run="run.txt"`, `index="indexes/mine"`, `depth=200`.

    Attributes:
        url: where it listens.
        about: the model, the collection, the names of measures, and so on.
        topics: the collection's topics: qid and query.
        cells: the parts that can be cut: layer, head (missing for an MLP), name and spec.

    Raises:
        LucernaError: if the program is not found or ends, or the server does not answer.
    """

    def __init__(
        self,
        model: str | None = None,
        collection: str | None = None,
        *,
        url: str | None = None,
        program: str | os.PathLike[str] | None = None,
        verbose: bool = False,
        patience: float = 900,
        **options: Any,
    ):
        try:
            import requests
        except ImportError as e:
            raise LucernaError("a session needs requests: pip install requests") from e
        if url is not None and (model, collection, program, options) != (None, None, None, {}):
            raise LucernaError("give url alone: model and collection are the server's")
        self._process = None
        if url is None:
            named = {"model": model, "collection": collection, **options}
            command = [*_program(program), "explore", "-port", "0", *_options(named)]
            self._process = _Process(command, verbose)
            url = self._process.address(patience)
        address = urllib.parse.urlsplit(url)
        if address.scheme not in ("http", "https") or not address.netloc:
            raise LucernaError(f"{url!r} is no address; one is like http://127.0.0.1:8765/")
        self.url = f"{address.scheme}://{address.netloc}/"
        self._http = requests.Session()
        self._http.trust_env = False  # No proxy is asked for this machine.
        self._http.headers["Content-Type"] = "application/json"
        for token in urllib.parse.parse_qs(address.query).get("token", []):
            self._http.headers["Authorization"] = f"Bearer {token}"
        try:
            self.about: dict[str, Any] = self._call("model")
            self.topics = pd.DataFrame(self._call("topics"), columns=["id", "query"]).rename(columns={"id": "qid"})
        except BaseException:
            self.close()
            raise
        self.cells = pd.DataFrame(self.about["cells"], columns=["layer", "head", "name", "spec"]).astype(
            {"head": "Int64"}
        )

    def __repr__(self) -> str:
        return f"<Session {self.url}: {self.about['model']['label']} on {self.about['collection']}>"

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *ignored: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the program, if the session started it. Once is enough."""
        self._http.close()
        if self._process is not None:
            self._process.end()

    def rank(
        self, topic: str | None = None, spec: str = "", *, query: str | None = None, depth: int | None = None
    ) -> Ranked:
        """Ranks a topic's candidates, or those of a query where the collection has an index.

        Args:
            spec: what is done to the model, as `-intervene` takes it; nothing if empty.
            depth: how many documents the model reads; `about["depth"]` if left out, which is 100 unless the server was
                told otherwise.
        """
        answer = self._call("rank", {"topic": _id(topic), "query": query, "depth": depth, "spec": spec})
        docs = pd.DataFrame(
            [{"docno": d["docno"], "grade": d["grade"], "snippet": d["snippet"], **_places(d)} for d in answer["docs"]],
            columns=["docno", "grade", "snippet", *_places({})],
        )
        docs = docs.astype({name: "Int64" if "score" not in name else "float32" for name in ["grade", *_places({})]})
        measures = pd.DataFrame(answer["measures"], columns=["name", "first", "plain", "changed"]).set_index("name")
        measures = measures.astype("float64").assign(change=lambda m: m["changed"] - m["plain"])
        changes = answer["changes"] or {}
        return Ranked(
            answer["topic"],
            answer["query"],
            answer["spec"],
            docs,
            measures,
            changes.get("swappedPairs"),
            answer["notes"],
        )

    def rerank(self, candidates: pd.DataFrame, spec: str = "") -> pd.DataFrame:
        """Scores candidates of your own, and ranks them.

        The documents of one query go through the model together, in the order of the rows, as in `rerank`: the scores are
        those of the command, to the bit.

        Args:
            candidates: columns qid, query, docno and text, at most 1000 rows of a query, which has at most 2000
                characters; others are kept.
            spec: what is done to the model; nothing if empty.

        Returns:
            The same rows with score (float32) and rank (from 1), in the order of the queries and then of the ranks.
        """
        missing = [name for name in ("qid", "query", "docno", "text") if name not in candidates]
        if missing:
            raise LucernaError(f"the candidates lack {', '.join(missing)}; they have {', '.join(map(str, candidates))}")
        frame = candidates.reset_index(drop=True)
        scores = np.zeros(len(frame), np.float32)
        ranks = np.zeros(len(frame), np.int64)
        groups = frame.groupby("qid", sort=False, dropna=False, observed=True).indices
        for qid, rows in groups.items():
            scores[rows] = self._scores(str(qid), frame.iloc[rows], spec)
            ranks[rows] = _ranks(scores[rows], frame["docno"].iloc[rows])
        number = {qid: i for i, qid in enumerate(groups)}
        order = np.lexsort((ranks, frame["qid"].map(number).to_numpy()))
        return frame.assign(score=scores, rank=ranks).iloc[order].reset_index(drop=True)

    def _scores(self, qid: str, rows: pd.DataFrame, spec: str) -> np.ndarray:
        for name in ("query", "docno", "text"):
            if rows[name].isna().any():
                raise LucernaError(f"a candidate of topic {qid} has no {name}")
        queries = rows["query"].unique()
        if len(queries) > 1:
            raise LucernaError(f"topic {qid} has two queries: {queries[0]!r} and {queries[1]!r}")
        passages = [{"docno": str(d), "text": t} for d, t in zip(rows["docno"], rows["text"])]
        asked = {"topic": qid, "query": str(queries[0]), "passages": passages, "spec": spec}
        return np.array(self._call("score", asked)["scores"], np.float32)

    def heads(
        self,
        topic: str | None = None,
        *,
        query: str | None = None,
        depth: int | None = None,
        exact: bool = False,
        mlps: bool = False,
    ) -> pd.DataFrame:
        """What zeroing each head alone would do to a topic's ranking.

        Args:
            depth: how many documents the model reads; as of `rank`.
            exact: whether each head is zeroed in turn, which takes a ranking for each; else the change is estimated to first
                order from gradients.
            mlps: whether the MLPs are among them; their head is missing.

        Returns:
            A row for each, in the order of layers: layer, head, name, spec, the change of each measure where the topic has
            judgments, and swapped_pairs. `frame.pivot(index="layer", columns="head", values="nDCG@10")` makes a map of it.
        """
        cells = self.cells if mlps else self.cells[self.cells["head"].notna()]
        if exact:
            rows = [self._exact(topic, query, depth, spec) for spec in cells["spec"]]
        else:
            answer = self._call("estimates", {"topic": _id(topic), "query": query, "depth": depth})
            names = self.about["measures"]
            every = [
                {**dict(zip(names, cell["changes"])), "swapped_pairs": cell["swappedPairs"]} for cell in answer["cells"]
            ]
            rows = [every[i] for i in cells.index] if every else []
        return cells.reset_index(drop=True).join(pd.DataFrame(rows))

    def _exact(self, topic: str | None, query: str | None, depth: int | None, spec: str) -> dict[str, float]:
        ranked = self.rank(topic, spec, query=query, depth=depth)
        return {**ranked.measures["change"], "swapped_pairs": ranked.swapped_pairs}

    def passage(self, docno: str, topic: str = "") -> str:
        """A document's text as the model reads it."""
        where = urllib.parse.urlencode({"topic": topic, "docno": docno})
        return self._call(f"passage?{where}")["text"]

    def explain(
        self, topic: str | None = None, docno: str = "", *, query: str | None = None, text: str | None = None
    ) -> Explanation:
        """Says what the plain model's score of a passage is made of.

        Args:
            topic: a topic, or query: a text of your own.
            docno: a document of the collection, or text: a passage of your own.
        """
        passage = _given({"docno": _id(docno), "text": text, "query": None if text is None else query})
        answer = self._call("explain", {"topic": _id(topic), "query": query, "passages": [passage]})["passages"][0]
        words, components, rest = [], [], []
        for side in answer["sides"]:
            name = side["side"]
            words += [{"side": name, "word": w["text"], "source": w["from"], "adds": w["adds"]} for w in side["words"]]
            components += [{"side": name, "component": c["name"], "adds": c["adds"]} for c in side["components"]]
            rest.append(
                {
                    "side": name,
                    "biases": side["biases"],
                    "rounding": side["rounding"],
                    "embeddings": side["embeddings"],
                    "straight_biases": side["straightBiases"],
                    "straight_rounding": side["straightRounding"],
                }
            )
        return Explanation(
            np.float32(answer["score"]),
            pd.DataFrame(words),
            pd.DataFrame(components),
            pd.DataFrame(rest).set_index("side"),
            answer["unread"],
        )

    def _call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Asks the API; waits a while if many are waiting."""
        import requests

        sent = None
        if body is not None:
            # UTF-8 cannot hold half a surrogate pair; JSON can, as the escape that Python writes too.
            sent = json.dumps(_given(body), ensure_ascii=False, default=_plain).encode(errors="backslashreplace")
        for pause in (0.5, 1, 2, 4, 8, 0):
            try:
                answer = self._http.request(
                    "GET" if sent is None else "POST",
                    f"{self.url}api/v1/{path}",
                    data=sent,
                    timeout=(10, 120),
                    allow_redirects=False,
                )
            except requests.RequestException as e:
                said = self._process.last_words() if self._process is not None else ""
                nobody = ": nothing listens there" if isinstance(e, requests.ConnectionError) else f": {e}"
                raise LucernaError(f"{self.url} does not answer{said or nobody}") from e
            if answer.status_code != 429 or not pause:
                break
            time.sleep(pause)
        try:
            value = answer.json()
        except ValueError as e:
            raise LucernaError(f"{self.url} is no server of Lucerna's", answer.status_code) from e
        if answer.status_code != 200:
            error = value.get("error", {}) if isinstance(value, dict) else {}
            raise LucernaError(
                error.get("message", f"status {answer.status_code}"), answer.status_code, error.get("column")
            )
        return value


def _id(value: Any) -> str | None:
    """Ids are texts, also those of a frame that has numbers."""
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    """A number of numpy's as JSON has it."""
    if isinstance(value, np.generic):
        return value.item()
    raise LucernaError(f"{value!r} cannot be sent: it is neither a text nor a number")


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not left out."""
    return {name: value for name, value in fields.items() if value is not None}


def _places(doc: Mapping[str, Any]) -> dict[str, Any]:
    """Ranks and scores of a document in one row."""
    row = {}
    for which in ("first", "plain", "changed"):
        place = doc.get(which) or {}
        row[f"{which}_rank"] = place.get("rank")
        row[f"{which}_score"] = place.get("score")
    return row


def _ranks(scores: np.ndarray, docnos: Iterable[str]) -> np.ndarray:
    """Ranks from 1, as trec_eval and Lucerna order: by score, ties by docno, both descending."""
    names = [str(docno).encode() for docno in docnos]
    order = sorted(range(len(names)), key=lambda i: (scores[i], names[i]), reverse=True)
    ranks = np.empty(len(names), np.int64)
    ranks[order] = np.arange(1, len(names) + 1)
    return ranks


def _program(named: str | os.PathLike[str] | None) -> list[str]:
    """How the program is started."""
    given = named or os.environ.get("LUCERNA")
    clone = Path(__file__).resolve().parents[2] / "lucerna" if len(Path(__file__).resolve().parents) > 2 else None
    if given is None and clone is not None and clone.is_file():
        given = clone
    given = given or shutil.which("lucerna")
    if given is None:
        raise LucernaError("Lucerna is not found; give program=, the script `lucerna` or lucerna.jar, or set LUCERNA")
    path = Path(given).resolve()
    if not path.is_file():
        raise LucernaError(f"{given}: there is no such program")
    if path.suffix != ".jar":
        return [str(path)]
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if java is None:
        raise LucernaError("there is no java on the PATH, and JAVA_HOME is not set")
    return [java, "-XX:+UseSerialGC", "-jar", str(path)]


def _options(named: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for name, value in named.items():
        if value is True:
            words.append(f"-{name}")
        elif value is not None and value is not False:
            several = value if isinstance(value, (list, tuple)) else [value]
            words += [word for one in several for word in (f"-{name}", str(one))]
    return words


class _Process:
    """The program, which ends with this process, and what it says."""

    def __init__(self, command: Sequence[str], verbose: bool):
        self._lines: collections.deque[str] = collections.deque(maxlen=40)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                **_undisturbed(),
            )
        except OSError as e:
            raise LucernaError(f"{command[0]}: cannot be started: {e}") from e
        self._said = threading.Thread(target=_listen, args=(self._process.stderr, self._lines, verbose), daemon=True)
        self._said.start()
        # Neither a session that is forgotten nor the end of Python leaves it behind.
        self.end = weakref.finalize(self, _end, self._process, self._said)

    def address(self, patience: float) -> str:
        """What it prints when it listens."""
        timer = threading.Timer(patience, self._process.kill)
        timer.daemon = True
        timer.start()
        late = time.monotonic() + patience
        line = ""
        try:
            for said in self._process.stdout or ():
                if said.startswith("http"):
                    line = said.strip()
                    break
                self._lines.append(said.rstrip())
        except BaseException:
            self.end()
            raise
        finally:
            timer.cancel()
        if line:
            return line
        try:
            self._process.wait(10)  # It has closed its output.
        except subprocess.TimeoutExpired:
            pass
        said = self.last_words()
        self.end()
        raise LucernaError(f"explore did not start{f' within {patience:g} s' if time.monotonic() >= late else said}")

    def last_words(self) -> str:
        """If it has ended, what it said last."""
        if self._process.poll() is None:
            return ""
        self._said.join(5)
        said = [line for line in self._lines if not line.startswith(("WARNING", "SLF4J"))]
        return f": it ended with code {self._process.returncode}: " + " / ".join(said[-3:])


def _undisturbed() -> dict[str, Any]:
    """An interrupt is for Python alone; the program is ended by `_end`."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"preexec_fn": functools.partial(signal.signal, signal.SIGINT, signal.SIG_IGN)}


def _listen(stream: Iterable[str], lines: collections.deque[str], verbose: bool) -> None:
    for line in stream:
        lines.append(line.rstrip())
        if verbose:
            print(line, end="", file=sys.stderr)


def _end(process: subprocess.Popen[str], said: threading.Thread) -> None:
    with process:  # Closes what is read of it.
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        said.join(5)


# ---- PyTerrier ----


def Reranker(session: Session, spec: str = "") -> Any:
    """A PyTerrier transformer that gives candidates the scores of a session's model.

        bm25 >> pt.text.get_text(dataset, "text") >> lucerna.Reranker(session)
        pt.Experiment([lucerna.Reranker(session), lucerna.Reranker(session, "zero blocks.2.attn.hook_z head=5")], ...)

    It takes frames with qid, query, docno and text, and sets score and rank (from 0, as PyTerrier counts).

    Args:
        session: whose model ranks; its collection does not matter.
        spec: what is done to the model; nothing if empty.

    Raises:
        LucernaError: if PyTerrier is not installed.
    """
    return _reranker_class()(session, spec)


@functools.cache
def _reranker_class() -> type:
    try:
        import pyterrier as pt
    except ImportError as e:
        raise LucernaError("Reranker needs PyTerrier: pip install python-terrier") from e

    class Reranker(pt.Transformer):
        def __init__(self, session: Session, spec: str):
            self.session = session
            self.spec = spec

        def transform(self, inp: pd.DataFrame) -> pd.DataFrame:
            pt.validate.columns(inp, includes=["qid", "query", "docno", "text"])
            return pt.model.add_ranks(self.session.rerank(inp, self.spec))

        def __repr__(self) -> str:
            return f"Reranker({self.session!r}, {self.spec!r})"

    return Reranker
