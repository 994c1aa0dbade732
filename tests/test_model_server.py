"""The language model's whole path against a real OpenAI-compatible server: `transformers serve` with a tiny model.

The model is trained here, in seconds, to say one sentence; nothing is downloaded.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from scripted import Library

from rag.errors import ModelError
from rag.generation import OpenAIModel
from rag.types import Delta, Message
from rag.writing import ModelAnswerer, Written

torch = pytest.importorskip("torch", reason="torch is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
if not transformers.utils.import_utils.is_serve_available():
    pytest.skip("the server needs `pip install transformers[serving]`", allow_module_level=True)

SOURCE = "서울은 2025년 글로벌 AI 도시 지수에서 82점으로 2위에 올랐다."
REPLY = "서울은 2025년 글로벌 AI 도시 지수에서 82점으로 2위에 올랐습니다 [1]. 서울은 84점으로 1위에 올랐습니다 [1]."
WORD = " 계속"
BABBLE = "babble"  # in the last message: the model repeats one word and does not end
# The template leaves the messages out but for that word: so small a model could not read them.
TEMPLATE = "{% if 'babble' in messages[-1]['content'] %}<|babble|>{% else %}<|reply|>{% endif %}"
STARTUP = 60  # seconds


@dataclass
class Server:
    """A running server: its process and what `OpenAIModel` needs to reach it."""

    process: subprocess.Popen[bytes]
    url: str
    model: str

    def client(self) -> OpenAIModel:
        return OpenAIModel(self.model, self.url, timeout=30.0)


def train(folder: Path) -> None:
    """A Llama of about 140,000 parameters that says REPLY after `<|reply|>` and WORD for ever after `<|babble|>`."""
    bpe = tokenizers.ByteLevelBPETokenizer()
    special = ["<|end|>", "<|reply|>", "<|babble|>"]
    bpe.train_from_iterator([REPLY, WORD], vocab_size=600, min_frequency=1, special_tokens=special, show_progress=False)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer,
        eos_token=special[0],
        pad_token=special[0],
        additional_special_tokens=special[1:],
    )
    tokenizer.chat_template = TEMPLATE
    texts = [f"<|reply|>{REPLY}<|end|>", f"<|babble|>{WORD * 24}"]
    batches = [torch.tensor([tokenizer(text)["input_ids"]]) for text in texts]
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more only wait for each other on matrices this small
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=192, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=4096, eos_token_id=0, bos_token_id=None,
        pad_token_id=0,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(300):
        losses = [model(input_ids=batch, labels=batch).loss for batch in batches]
        optimizer.zero_grad()
        sum(losses).backward()
        optimizer.step()
        if max(loss.item() for loss in losses) < 0.02:
            break
    torch.set_num_threads(threads)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, ended by its own process handle."""
    folder = tmp_path_factory.mktemp("model")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        train(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home")}
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen([*command, *options], env=environ, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(port, process, folder / "server.log")
        yield Server(process, f"http://127.0.0.1:{port}/v1", str(folder))
    finally:
        process.kill()
        process.wait(timeout=10)
        log.close()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTUP
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def library() -> Library:
    made = Library()
    made.add(
        f"100개 도시를 비교했다. {SOURCE}", "ko", title="도시 지수", publisher="카운터포인트리서치", published="2025"
    )
    return made


def test_the_reply_streams_in_pieces(server: Server) -> None:
    pieces = list(server.client().stream([Message("user", "서울은?")]))
    assert "".join(pieces).strip() == REPLY
    assert len(pieces) > 3


def test_a_supported_sentence_is_shown_and_the_other_is_not(server: Server) -> None:
    docs = library()
    *deltas, draft = ModelAnswerer(server.client(), docs.locate).stream("서울은 몇 위?", "ko", docs.hits)
    assert isinstance(draft, Written)
    assert deltas == [Delta("서울은 2025년 글로벌 AI 도시 지수에서 82점으로 2위에 올랐습니다 [1].")]
    assert [citation.quote for citation in draft.citations] == [SOURCE]
    assert (draft.dropped, draft.usable) == (1, True)


def test_an_unknown_model_is_an_error(server: Server) -> None:
    with pytest.raises(ModelError, match=r"RAG_LLM_MODEL|error 4"):
        list(OpenAIModel("another", server.url).stream([Message("user", "서울은?")]))


def test_a_server_that_dies_in_mid_stream_is_an_error(server: Server) -> None:
    """The last test of the module: it ends the server."""
    pieces = server.client().stream([Message("user", BABBLE)])
    assert next(pieces)
    server.process.kill()
    with pytest.raises(ModelError, match="broke off"):
        list(pieces)
    docs = library()
    (draft,) = ModelAnswerer(server.client(), docs.locate).stream("서울은?", "ko", docs.hits)
    assert isinstance(draft, Written)
    assert "no connection" in draft.failure
