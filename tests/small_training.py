"""A bilingual sample, its sets and a teacher, all so small that every training stage takes seconds."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from training.recipe import Pairing, Plan, Recipe, Selection, Start, Vocabulary
from training.tokenizer import SPECIAL, piece_tokenizer

WHO = {
    "the baker": "제빵사",
    "a doctor": "의사",
    "the pilot": "조종사",
    "a singer": "가수",
    "the farmer": "농부",
    "a judge": "판사",
}
DOES = {"opened": "열었다", "closed": "닫았다", "painted": "칠했다", "repaired": "고쳤다", "measured": "재었다"}
WHAT = {"the old door": "낡은 문", "a red window": "빨간 창문", "the long bridge": "긴 다리", "a small boat": "작은 배"}
WHEN = {"in spring": "봄에", "in winter": "겨울에", "at noon": "정오에"}
HIDDEN = 32


def sentences() -> list[tuple[str, str]]:
    """Every combination, English and Korean."""
    choices = product(WHO.items(), DOES.items(), WHAT.items(), WHEN.items())
    return [
        (f"{who} {does} {what} {when}.", f"{자} {때} {것} {함}.")
        for (who, 자), (does, 함), (what, 것), (when, 때) in choices
    ]


def write_data(folder: Path) -> Path:
    """A folder as the real one: parallel, train, eval_dev; the first 40 sentences are for measuring."""
    rows = sentences()
    lines: list[str] = []
    for at, (english, korean) in enumerate(rows):
        source = ("town/news", "farm/docs#HT", "town/sql-docs")[at // 30 % 3 if at < 300 else 0]
        if at % 6 == 0:
            lines.append(f"town/news\tMIT\tReport on number {at} of the town\t마을 보고 {at}번")
        lines.append(f"{source}\tCC-BY-4.0\t{english}\t{korean}")
    lines.append("town/news#MT2020\tMIT\tThe machine wrote this line alone.\t이 줄은 기계가 혼자 썼다.")
    lines.append("sts\tCC-BY-SA-4.0\tA man is slicing an onion.\t한 남자가 양파를 썰고 있다.")
    (folder / "parallel").mkdir(parents=True)
    with gzip.open(folder / "parallel" / "docs.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    _write_sets(folder / "train", rows[40:])
    _write_eval(folder / "eval_dev", rows[:40])
    return folder


def write_own(folder: Path) -> Path:
    """A folder as that of what was written for the project."""
    for name in ("pairs", "answers", "readings"):
        (folder / name).mkdir(parents=True)
    lines = ["The mayor laughs.\t시장이 웃는다.", "Where is the mayor?\t시장은 어디 있나요?"]
    (folder / "pairs" / "town.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = sentences()[40:]
    asked = [
        f"{ko[:-1]} 사람은 누구인가요?\t{ko}\t{other}" for (_, ko), (_, other) in zip(rows, rows[50:80], strict=False)
    ]
    (folder / "answers" / "town.tsv").write_text("\n".join(asked) + "\n", encoding="utf-8")
    (folder / "readings" / "town.tsv").write_text("\n".join(_readings()) + "\n", encoding="utf-8")
    return folder


def _readings() -> Iterator[str]:
    """Twelve documents of four sentences, each answering who did it, and a question that none answers."""
    rows = sentences()[100:]
    for number in range(12):
        own = rows[number * 15 : number * 15 + 12 : 3]
        yield f"d\ttown-{number}\t마을 {number}\tTown {number}"
        yield from (f"s\t{at}\t{korean}\t{english}" for at, (english, korean) in enumerate(own, 1))
        yield from (f"q\t{at}\t누가 {ko[:-1]}나요?\tWho was it that {en[:-1]}?" for at, (en, ko) in enumerate(own, 1))
        yield f"q\t0\t{number}월의 시장은 누구인가요?\tWho was mayor in month {number}?"


def _write_sets(folder: Path, rows: list[tuple[str, str]]) -> None:
    for name in ("qa_strategyqa_ko_facts", "nli_ko", "para_ko"):
        (folder / name).mkdir(parents=True)
    asked = [{"question": f"{ko[:-1]} 것이 맞나요?", "context": f"{ko} {en}", "title": "마을"} for en, ko in rows[:60]]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in asked)
    (folder / "qa_strategyqa_ko_facts" / "qa.jsonl").write_text(text, encoding="utf-8")
    nli = ["sentence1\tsentence2\tgold_label"]
    for (_, first), (_, second) in zip(rows[:40], rows[40:80], strict=True):
        nli += [f"{first}\t그렇다. {first}\tentailment", f"{first}\t{second}\tcontradiction"]
    (folder / "nli_ko" / "xnli.dev.ko.tsv").write_text("\n".join(nli) + "\n", encoding="utf-8")
    pairs = ["id,qid1,qid2,question1,question2,is_duplicate"]
    pairs += [f"{n},1,2,{ko} 정말?,{ko} 그래?,{n % 2}" for n, (_, ko) in enumerate(rows[:80])]
    (folder / "para_ko" / "kor_pair_train.csv").write_text("\n".join(pairs) + "\n", encoding="utf-8")


def _write_eval(folder: Path, rows: list[tuple[str, str]]) -> None:
    for name in ("town_pairs", "town_questions"):
        (folder / name).mkdir(parents=True)
    (folder / "town_pairs" / "pairs.tsv").write_text("".join(f"{en}\t{ko}\n" for en, ko in rows), encoding="utf-8")
    asked = [{"question": f"{en[:-1]}?", "context": ko, "title": ""} for en, ko in rows[:8]]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in asked)
    (folder / "town_questions" / "qa.jsonl").write_text(text, encoding="utf-8")


def write_teacher(folder: Path) -> Path:
    """A BERT of two layers with random weights whose pieces are the English words."""
    words = sorted({word for english, _ in sentences() for word in english.rstrip(".").split()})
    signs = [f"{before}{sign}" for sign in "abcdefghijklmnopqrstuvwxyz0123456789.?" for before in ("", "##")]
    pieces = list(dict.fromkeys([*SPECIAL, *signs, *words, "umbrella"]))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * HIDDEN,
        initializer_range=0.3,
    )
    BertModel(config).save_pretrained(folder / "body")
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=piece_tokenizer(pieces), model_max_length=128, **names)
    tokenizer.save_pretrained(folder / "body")
    first = Transformer(str(folder / "body"))
    model = SentenceTransformer(modules=[first, Pooling(HIDDEN, "mean"), Normalize()], device="cpu")
    model.save_pretrained(str(folder / "teacher"), create_model_card=False)
    return folder / "teacher"


def small_recipe() -> Recipe:
    """The miniature, smaller still."""
    plan = Plan(epochs=1, batch=16, rate=5e-3, steps=6, pieces=32, save_every=2)
    return replace(
        Recipe.miniature(),
        selection=Selection(per_source=250, per_lean_source=20, per_template=1_000),
        vocabulary=Vocabulary(pieces=400, new_pieces=200, rarest=1),
        start=Start(layers=1),
        embeddings=replace(plan, steps=30, rate=2e-2),
        body=replace(plan, rates={"word_embeddings": 1e-2}),
        pairing=Pairing(per_kind=60, per_source=60),
        retrieval=replace(plan, rate=1e-4, pieces=64),
        static=replace(plan, steps=20),
        static_retrieval=plan,
        dimensions=(HIDDEN, HIDDEN // 2),
        measured=12,
    )
