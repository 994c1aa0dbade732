"""The student's word pieces: the teacher's Latin ones, and Korean ones learned from the pairs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer, normalizers
from tokenizers.decoders import WordPiece as WordPieceDecoder
from tokenizers.models import WordPiece
from tokenizers.normalizers import NFKC, BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer
from transformers import PreTrainedTokenizerFast

from training.recipe import Vocabulary
from training.selecting import read_pairs
from training.stages import read_json, write_json

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_FILE, _ORIGINS = "tokenizer.json", "origins.json"
_UNUSED = re.compile(r"\[unused\d+\]$")
_LONGEST = 512  # pieces of a text that the body has places for


def build(folder: Path, selected: Path, teacher: Path, settings: Vocabulary) -> None:
    """The stage: writes tokenizer.json, and for each piece its number in the teacher's vocabulary or -1."""
    pairs = read_pairs(selected)
    english, korean = [pair.english for pair in pairs], [pair.korean for pair in pairs]
    model = Tokenizer.from_file(str(teacher / _FILE))
    known = model.get_vocab()
    fresh = learned(korean, known, settings)
    room = settings.pieces - len(SPECIAL) - len(fresh)
    pieces = [*SPECIAL, *occurring(model, [*english, *korean], room), *fresh]
    piece_tokenizer(pieces).save(str(folder / _FILE))
    write_json(folder / _ORIGINS, [known.get(piece, -1) for piece in pieces])


def normalizer() -> normalizers.Sequence:
    """Lower case and unified forms; accents stay, because stripping them takes Hangul syllables apart."""
    return normalizers.Sequence([NFKC(), BertNormalizer(strip_accents=False, lowercase=True)])


def learned(texts: Iterable[str], known: dict[str, int], settings: Vocabulary) -> list[str]:
    """Word pieces of the texts that the teacher lacks, most useful first."""
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer(), BertPreTokenizer()
    trainer = WordPieceTrainer(
        vocab_size=settings.new_pieces + len(SPECIAL),
        min_frequency=settings.rarest,
        special_tokens=list(SPECIAL),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    found = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])  # the trainer's order is by use
    return [piece for piece, _ in found if piece not in known and piece not in SPECIAL]


def occurring(model: Tokenizer, texts: Sequence[str], most: int) -> list[str]:
    """The teacher's pieces that the texts show, single signs always, most frequent first, then its other Latin ones; in its order.

    English of another field than the pairs' has pieces that they never show, and the teacher knows their meaning.
    """
    model.no_truncation()
    model.no_padding()
    count = Counter(piece for row in model.encode_batch(texts, add_special_tokens=False) for piece in row.tokens)
    plain = [piece for piece in model.get_vocab() if len(piece.removeprefix("##")) == 1 and piece.isascii()]
    for piece in SPECIAL:
        count.pop(piece, None)
    known = sorted(model.get_vocab(), key=model.get_vocab().__getitem__)  # the teacher's order is by use
    latin = [piece for piece in known if piece.isascii() and piece not in SPECIAL and not _UNUSED.match(piece)]
    ranked = dict.fromkeys([*sorted(plain), *(piece for piece, _ in count.most_common()), *latin])
    return sorted(list(ranked)[:most], key=model.get_vocab().__getitem__)


def piece_tokenizer(pieces: Sequence[str]) -> Tokenizer:
    """A WordPiece tokenizer of these pieces, numbered in their order, with [CLS] and [SEP] around a text."""
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer(), BertPreTokenizer()
    tokenizer.decoder = WordPieceDecoder()
    tokenizer.add_special_tokens(list(SPECIAL))
    ends = [(piece, vocabulary[piece]) for piece in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", ends)
    return tokenizer


def load_pieces(folder: Path) -> Tokenizer:
    """The tokenizer of a finished stage."""
    return Tokenizer.from_file(str(folder / _FILE))


def load_for_body(folder: Path) -> PreTrainedTokenizerFast:
    """The same as transformers wants it."""
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=load_pieces(folder), model_max_length=_LONGEST, **names
    )


def origins(folder: Path) -> list[int]:
    """For each piece its number in the teacher's vocabulary, or -1 for a new one."""
    return [int(number) for number in read_json(folder / _ORIGINS)]
