"""The training pipeline: every stage really runs, on a sample and a teacher that take seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from small_training import HIDDEN, sentences, small_recipe, write_data, write_own, write_teacher

from rag.embedding import SentenceEncoder
from rag.errors import InputError
from rag.evaluation.beir import CORPUS, read_questions
from rag.evaluation.beir import read_rows as read_texts
from rag.evaluation.converters import Question, QuestionSet
from training import exporting, pairing, readings, selecting, tokenizer
from training.__main__ import main
from training.distilling import TeacherLoss, contrast, rows_of
from training.guarding import Guard
from training.initialising import MODEL, companions, occurrences, translated
from training.measuring import shortened, texts
from training.pairing import passages, read_examples
from training.pipeline import RUN, Sources, materials, run, start, vary
from training.recipe import ABLATIONS, Pairing, Plan, Recipe, Selection
from training.selecting import Pair, fault, read_rows, read_written, select, template
from training.stages import STAMP, Workshop, is_whole, read_json
from training.teaching import read_vectors
from training.trainer import fit, open_student
from training.variance import spread

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*", "ignore::DeprecationWarning", "ignore::FutureWarning")
NOBODY = Guard([])


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    folder = tmp_path_factory.mktemp("sources")
    return Sources(write_data(folder / "data"), write_teacher(folder), write_own(folder / "written"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def stages(sources: Sources, shop: Workshop) -> dict[str, Path]:
    recipe = small_recipe()
    made = materials(recipe, sources, shop)
    start(recipe, sources, shop, made, static=False)
    return made


@pytest.fixture(scope="module")
def made(sources: Sources, shop: Workshop, stages: dict[str, Path]) -> Path:
    return run(small_recipe(), sources, shop)


# --- selecting


def test_rows_are_left_out_for_a_reason(sources: Sources, stages: dict[str, Path]) -> None:
    counts = selecting.read_counts(stages["selected"])
    dropped = counts["dropped"]
    assert isinstance(dropped, dict)
    assert dropped["machine translation"] == dropped["similarity pairs"] == 1
    assert dropped["in a development set"] == 40
    assert dropped["too many of one source"] > 0
    pairs = selecting.read_pairs(stages["selected"])
    assert len(pairs) == counts["kept"]
    own = [sources.written / "pairs", stages["read"] / readings.PAIRS]
    read = [*read_rows(sources.data / "parallel"), *chain.from_iterable(map(read_written, own))]
    assert counts["read"] == len(pairs) + sum(dropped.values()) == len(read)
    assert counts["by_licence"] == Counter(pair.licence for pair in pairs)
    assert Counter(pair.repository for pair in pairs)["town/sql-docs"] == 20  # a reference manual
    assert not {pair.english for pair in pairs} & {english for english, _ in sentences()[:40]}


def test_scarce_pairs_are_taken_before_others_and_seen_more_often(stages: dict[str, Path], sources: Sources) -> None:
    rows = [Pair("town/docs", "MIT", en, ko) for en, ko in sentences()[:20]]
    own = list(read_written(sources.written / "pairs"))
    asked = Pair("town/docs", "MIT", "Who painted the door?", "누가 문을 칠했나요?")
    kept, dropped = select([*rows, asked, *own], NOBODY, Selection(limit=12, per_template=1_000))
    assert (len(kept), dropped["limit"]) == (12, 11)
    assert {asked, *own} < set(kept)
    seen = Counter(rows_of(stages["selected"], copies=3, english=0)["korean"]["text"])
    assert all(seen[pair.korean] == 3 for pair in own)
    assert {seen[pair.korean] for pair in selecting.read_pairs(stages["selected"]) if not pair.is_scarce} == {1}


@pytest.mark.parametrize(
    ("english", "korean", "reason"),
    [
        ("The roof is red.", "지붕이 빨갛다.", ""),
        ("The roof is red.", "The roof is red.", "language"),
        ("지붕 roof", "지붕", "language"),
        ("=== 12 / 34 === a", "지붕이 빨갛다.", "signs"),
        ("x", "지붕", "length"),
        ("Yes.", "네, 이 지붕은 아주 오래전부터 빨갛다.", "ratio"),
    ],
)
def test_what_makes_a_pair_unfit(english: str, korean: str, reason: str) -> None:
    assert fault(Pair("s", "MIT", english, korean)) == reason


def test_rows_of_one_make_are_few(tmp_path: Path) -> None:
    rows = [
        Pair("s", "MIT", f"Returns the value of Field{n} in table {n}.", f"테이블 {n}의 필드{n} 값을 돌려준다.")
        for n in range(9)
    ]
    assert len({template(row.english) for row in rows}) == 1
    kept, dropped = select(rows, NOBODY, Selection(per_template=2))
    assert (kept, dropped["template"]) == (rows[:2], 7)


def test_machine_translations_are_taken_as_far_as_wished() -> None:
    rows = [Pair("s#MT2021", "MIT", f"{en} Number {n}", f"{ko} {n}번") for n, (en, ko) in enumerate(sentences()[:200])]
    settings = Selection(per_template=1_000)
    assert select(rows, NOBODY, settings)[0] == []
    assert 40 < len(select(rows, NOBODY, replace(settings, machine_share=0.5))[0]) < 160
    assert len(select(rows, NOBODY, replace(settings, machine_share=1.0))[0]) == 200


def test_the_guard_knows_equal_texts_and_eight_words_in_a_row() -> None:
    guard = Guard(["The Roof, is red!", "one two three four five six seven eight nine"])
    assert guard.touches("the roof is RED")
    assert not guard.touches("the roof is red today")
    assert guard.touches("He counted: two three four five six seven eight nine, and stopped.")
    assert not guard.touches("two three four five six seven eight then")


def test_a_folder_with_queries_is_guarded_and_shortened_too(tmp_path: Path) -> None:
    asked = [
        Question(f"Who bakes bread number {n}?", f"Baker {n} bakes the bread of the town each day.") for n in range(9)
    ]
    QuestionSet("bread", tuple(asked)).write(tmp_path / "sets" / "bread")
    (tmp_path / "sets" / "words.tsv").write_text("bread\t빵\nwater\t물\n", encoding="utf-8")
    guard = Guard.from_folder(tmp_path / "sets")
    assert guard.touches("빵")
    assert guard.touches("Who bakes bread number 3?")
    assert guard.touches("It is baker 4 bakes the bread of the town.")
    assert not guard.touches("")
    short = shortened(tmp_path / "sets", tmp_path / "short", 4)
    assert len(read_questions(short / "bread")[1]) == len(list(read_texts(short / "bread" / CORPUS))) == 4
    assert texts(short)[:4] == [question.text for question in asked[:4]]
    assert texts(short)[4:] == ["빵", "물"]


def test_wrong_data_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "no such folder" in capsys.readouterr().err
    with pytest.raises(InputError, match="no pairs here"):
        list(read_rows(tmp_path))


# --- pieces and start


def test_pieces_know_both_languages(stages: dict[str, Path], sources: Sources) -> None:
    own = tokenizer.load_pieces(stages["pieces"])
    for english, korean in sentences()[40:]:
        assert "[UNK]" not in own.encode(english).tokens
        assert "[UNK]" not in own.encode(korean).tokens
    assert own.encode("ＴＨＥ Baker").tokens == ["[CLS]", "the", "baker", "[SEP]"]
    origins = tokenizer.origins(stages["pieces"])
    teacher = SentenceTransformer(str(sources.teacher), device="cpu").tokenizer.get_vocab()
    assert origins[own.token_to_id("baker")] == teacher["baker"]
    assert set(teacher) - set(own.get_vocab()) == set()  # those that no pair shows as well
    assert origins[own.token_to_id("제빵사")] == -1
    assert len(origins) == own.get_vocab_size() <= small_recipe().vocabulary.pieces


def test_a_new_piece_starts_from_what_it_translates(stages: dict[str, Path]) -> None:
    own = tokenizer.load_pieces(stages["pieces"])
    pairs = [Pair("s", "MIT", english, korean) for english, korean in sentences()]
    ids = {word: own.token_to_id(word) for word in ("baker", "painted", "noon", "제빵사", "칠했다", "정오에")}
    old = np.array([ids["baker"], ids["painted"], ids["noon"]])
    new = np.array([ids["제빵사"], ids["칠했다"], ids["정오에"]])
    vectors = np.zeros((own.get_vocab_size(), 3), np.float32)
    vectors[old] = np.eye(3)
    assert translated(vectors, new, old, own, pairs).argmax(axis=1).tolist() == [0, 1, 2]


def test_dice_squared_by_hand() -> None:
    own = tokenizer.piece_tokenizer([*tokenizer.SPECIAL, "a", "b", "가"])
    korean = occurrences(own, ["가", "가", "가"], 8)[:, [7]]
    english = occurrences(own, ["a", "a b", "b b"], 8)[:, [5, 6]]
    best, weights = companions(korean, english)
    assert dict(zip(best[0].tolist(), weights[0].tolist(), strict=True)) == pytest.approx({0: 0.5, 1: 0.5})
    _, none = companions(occurrences(own, ["가", "", ""], 8)[:, [7]], occurrences(own, ["", "a", "b"], 8)[:, [5, 6]])
    assert none.sum() == 0


# --- learning


def test_teacher_vectors_are_those_of_the_english_side(stages: dict[str, Path], sources: Sources) -> None:
    vectors = read_vectors(stages["vectors"])
    pairs = selecting.read_pairs(stages["selected"])
    assert (vectors.shape, vectors.dtype) == ((len(pairs), HIDDEN), np.float16)
    again = SentenceTransformer(str(sources.teacher), device="cpu").encode(
        [pairs[7].english], normalize_embeddings=True
    )
    assert vectors[7] == pytest.approx(again[0], abs=2e-3)


def test_the_loss_by_hand() -> None:
    axes = torch.eye(2)
    assert contrast(axes, axes).item() == pytest.approx(float(np.log1p(np.exp(-20))), abs=1e-6)
    alike = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert contrast(alike, alike).item() == 0  # rows that mean the same do not repel each other


def test_a_third_of_the_batches_is_english(stages: dict[str, Path]) -> None:
    rows = rows_of(stages["selected"], copies=1, english=1 / 3)
    assert len(rows["english"]) == pytest.approx(len(rows["korean"]) / 2, abs=1)
    pairs = selecting.read_pairs(stages["selected"])
    assert [pairs[n].english for n in rows["english"]["label"]] == list(rows["english"]["text"])
    assert list(rows_of(stages["selected"], copies=1, english=0)) == ["korean"]


def test_stage_one_moves_new_pieces_only_and_the_loss_falls(
    made: Path, shop: Workshop, stages: dict[str, Path]
) -> None:
    (before,), (after,) = shop.root.glob("started-*/model"), shop.root.glob("embeddings-*/model")
    old, now = load_file(before / "model.safetensors"), load_file(after / "model.safetensors")
    moved = {name for name in old if not torch.equal(old[name], now[name])}
    assert moved == {"embeddings.word_embeddings.weight"}
    rows = (old[name := moved.pop()] != now[name]).any(dim=1)
    assert not rows[torch.tensor(tokenizer.origins(stages["pieces"])) >= 0].any()
    losses = [entry["loss"] for entry in read_json(after.parent / "losses.json")]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


class Power(torch.nn.Module):
    """A loss that fails after so many batches, as a machine does."""

    def __init__(self, loss: torch.nn.Module, batches: int) -> None:
        super().__init__()
        self.loss, self.left, self.model = loss, batches, loss.model

    def forward(self, features: Iterable[dict[str, torch.Tensor]], labels: torch.Tensor) -> torch.Tensor:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.loss(features, labels)


def test_an_interrupted_stage_ends_as_if_it_had_not_been(
    stages: dict[str, Path], made: Path, shop: Workshop, tmp_path: Path
) -> None:
    (start,) = shop.root.glob("started-*")
    plan = Plan(epochs=1, batch=16, rate=1e-3, steps=6, pieces=32, save_every=2)
    outcome = []
    for name, cuts in (("whole", [99]), ("broken", [3, 99])):
        for batches in cuts:
            model = open_student(start, plan, seed=3)
            loss = Power(TeacherLoss(model, read_vectors(stages["vectors"])), batches)
            try:
                fit(model, rows_of(stages["selected"], copies=1, english=1 / 3), loss, tmp_path / name, plan, seed=3)
            except KeyboardInterrupt:
                assert (tmp_path / name / "checkpoints" / "checkpoint-2").is_dir()
        outcome.append(load_file(tmp_path / name / "model" / "model.safetensors"))
    for name, weights in outcome[0].items():
        torch.testing.assert_close(weights, outcome[1][name], msg=name)


# --- pairs of query and passage


def test_headings_stand_above_their_sentences() -> None:
    lines = [
        ("Opening hours", "여는 시간"),
        ("It opens at nine.", "아홉 시에 연다."),
        ("It closes at six.", "여섯 시에 닫는다."),
    ]
    rows = [Pair("s", "MIT", english, korean) for english, korean in lines]
    first, run_, last = passages([*rows, Pair("s#MT1", "MIT", "Not this one at all.", "이것은 아니다.")])
    assert (first.heading, first.body) == (last.heading, last.body) == (None, ())
    assert run_.heading == rows[0]
    assert run_.body == tuple(rows[1:])


def test_every_kind_of_pair_is_made(stages: dict[str, Path], sources: Sources) -> None:
    for kind in pairing.KINDS:
        columns = read_examples(stages["paired"], kind)
        assert len(columns["anchor"]) >= 16, kind
        assert ("negative" in columns) == (kind in ("inference", "answers"))
    asked = read_examples(stages["paired"], "paraphrases")
    numbers = {f"{ko} 정말?": n for n, (_, ko) in enumerate(sentences()[40:120])}
    assert {numbers[text] % 2 for text in asked["anchor"]} == {0}  # 0 means the same in that set
    guard = Guard.from_folder(sources.data / "eval_dev")
    assert not any(guard.touches(text) for text in read_examples(stages["paired"], "sections")["positive"])


def test_a_context_lacks_its_own_sentence(sources: Sources) -> None:
    long = [
        Pair("s", "MIT", f"{en} It was a long and windy day for {n} people.", f"{ko} {n}명에게 바람이 센 날이었다.")
        for n, (en, ko) in enumerate(sentences()[:8])
    ]
    import random

    found = list(pairing.context(pairing.Run(None, tuple(long)), Pairing(), random.Random(5)))
    assert len(found) == 2
    assert all(each.anchor not in each.positive for each in found)


# --- the whole


def test_a_run_makes_a_model_that_the_product_loads(made: Path) -> None:
    report = json.loads((made / MODEL / RUN).read_text(encoding="utf-8"))
    weights = load_file(made / "model" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    loaded = SentenceTransformer(str(made / "model"), device="cpu")
    assert {own.dtype for own in loaded.parameters()} == {torch.float32}
    assert loaded.prompts == {"query": "", "document": ""}
    assert SentenceEncoder(str(made / "model")).encode_queries(["제빵사"]).shape == (1, HIDDEN)
    measured = {(row["set"], row["measure"]) for row in report["measured"]["rows"]}
    assert ("town_pairs/pairs", "accuracy 1 to 2") in measured
    assert ("town_questions", "fused nDCG@10") in measured
    assert {measure for _, measure in measured} >= {"dense nDCG@10", "lexical nDCG@10", "fused nDCG@10"}
    assert report["measured"]["query_ms"] > 0


def test_the_card_tells_what_was_measured(made: Path) -> None:
    report = json.loads((made / MODEL / RUN).read_text(encoding="utf-8"))
    card = (made / "model" / "README.md").read_text(encoding="utf-8")
    assert report["facts"]["sha256"] in card
    for licence, count in report["pairs"]["by_licence"].items():
        assert f"| {licence} | {count:,} |" in card
    for row in report["measured"]["rows"]:
        assert f"| {row['set']} | {row['measure']} | {100 * row['value']:.1f} | {row['size']:,} |" in card
    assert str(made) not in card
    assert "None of the sets with published numbers" in card  # so none is shown


def test_what_is_done_is_taken_over(made: Path, sources: Sources, shop: Workshop) -> None:
    again = Workshop(shop.root)
    assert run(small_recipe(), sources, again) == made
    assert again.made == []
    (exported,) = shop.root.glob("exported-*")
    (exported / exporting.FACTS).write_text("{}", encoding="utf-8")
    assert not is_whole(exported)
    run(small_recipe(), sources, again)
    assert again.made == ["exported"]  # the same bytes again, so measuring need not be


def test_ablations_share_what_they_have_in_common(made: Path, sources: Sources, shop: Workshop) -> None:
    recipe = small_recipe().without(*ABLATIONS)
    assert recipe.name == "miniature-no-dice-no-embedding-stage-no-english-no-retrieval"
    again = Workshop(shop.root)
    bare = run(recipe, sources, again)
    assert again.made == ["started", "body", "exported", "scored", "measured"]
    card = (bare / "model" / "README.md").read_text(encoding="utf-8")
    assert "| miniature, seed" in card  # beside the run with everything


def test_the_static_student_and_its_spread_over_seeds(sources: Sources, shop: Workshop) -> None:
    folders = vary(small_recipe(), sources, Workshop(shop.root), 2, static=True)
    assert len(folders) == 2
    assert read_json(folders[0] / MODEL / RUN)["facts"]["static"]
    assert "over seeds" in (text := (folders[1] / "model" / "README.md").read_text(encoding="utf-8")).lower()
    assert "mean ± standard deviation" in text
    assert SentenceEncoder(str(folders[0] / "model")).encode_passages(["a red window"]).shape == (1, HIDDEN)


def test_spread_by_hand() -> None:
    runs = [[{"set": "s", "measure": "m", "value": value}] for value in (0.2, 0.4, 0.6)]
    assert spread(runs) == [{"set": "s", "measure": "m", "runs": 3, "mean": 0.4, "deviation": 0.2}]


def test_a_model_too_large_is_not_shipped(shop: Workshop, made: Path, tmp_path: Path) -> None:
    (student,) = shop.root.glob("embeddings-*")
    with pytest.raises(InputError, match="MB"):
        exporting.build(tmp_path, student, ["", ""], megabytes=0.01)


def test_the_command_makes_a_model_and_says_where(sources: Sources, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "training", "--miniature", "--student", "static", "--data", str(sources.data)]
    command += ["--teacher", str(sources.teacher), "--out", str(tmp_path), "--without", "retrieval"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder,) = map(Path, done.stdout.splitlines())
    assert (folder / "model" / "README.md").is_file()
    assert {path.parent.name.partition("-")[0] for path in tmp_path.glob(f"*/{STAMP}")} >= {
        "selected",
        "vectors",
        "body",
        "measured",
    }
    assert Recipe.miniature().seed == Recipe().seed


def test_a_run_goes_on_from_a_finished_model(
    sources: Sources, shop: Workshop, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = Workshop(shop.root)
    recipe = small_recipe().without("embedding-stage", "retrieval")
    onward = run(recipe, replace(sources, student=made / MODEL), again)
    assert "pieces" not in again.made
    report = read_json(onward / MODEL / RUN)
    assert report["before"] == read_json(made / MODEL / RUN)
    assert set(report["scored"]) == {"cosine", "matrix"}
    card = (onward / MODEL / "README.md").read_text(encoding="utf-8")
    assert "### Recipe `miniature`" in card
    assert f"{report['readings']['documents']:,} with {report['readings']['questions']:,} questions" in card
    encoder = SentenceEncoder(str(onward / MODEL))
    (vector,) = encoder.encode_queries(["누가 문을 열었나요?"])
    assert encoder.asking(vector[None]).shape == (1, len(vector))
    assert not np.allclose(encoder.asking(vector[None])[0], 14 * vector, atol=0.1)
    assert main(["--data", str(sources.data), "--onward"]) == 2
    assert "--from MODEL" in capsys.readouterr().err
