"""Whether a sentence answers a question, told from their vectors alone.

A question and the sentence that answers it are about the same but not alike, and a sentence about the same need not
answer. A bilinear form, learned beside the encoder, tells them apart: log-odds = sentence . (matrix question) + constant.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from rag.types import Vectors

FILE = "answers.safetensors"  # in the folder of an encoder that has learned one
PLAIN = 14.0  # scale of a cosine as log-odds, for encoders that have not


def save_matrix(folder: Path, matrix: Vectors) -> None:
    """Write a matrix of shape (dimensions, dimensions), in half precision, into an encoder's folder."""
    save_file({"matrix": matrix.astype(np.float16)}, folder / FILE)


def load_matrix(folder: Path) -> Vectors | None:
    """The matrix in an encoder's folder, shape (dimensions, dimensions); None where there is none."""
    if not (folder / FILE).is_file():
        return None
    return np.asarray(load_file(folder / FILE)["matrix"], np.float32)
