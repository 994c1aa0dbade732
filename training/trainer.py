"""One training stage on sentence-transformers' own trainer: the same on CPU and GPU, repeatable, resumed at its last checkpoint."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from datasets import DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from transformers import PrinterCallback, set_seed

from training.batching import DistinctBatchSampler, LengthBatchSampler
from training.initialising import MODEL
from training.recipe import Plan
from training.stages import tell, write_json
from training.teaching import device

LOSSES = "losses.json"
_CHECKPOINTS = "checkpoints"


def open_student(folder: Path, plan: Plan, seed: int) -> SentenceTransformer:
    """The model of a finished stage, ready to be trained on texts of the plan's length."""
    set_seed(seed)
    model = SentenceTransformer(str(folder / MODEL), device=device())
    if not is_static(model):
        model.max_seq_length = plan.pieces
    return model.float()


def is_static(model: SentenceTransformer) -> bool:
    """Whether the model is a bag of pieces."""
    return isinstance(model[0], StaticEmbedding)


def fit(
    model: SentenceTransformer,
    rows: DatasetDict,
    loss: torch.nn.Module | dict[str, torch.nn.Module],
    folder: Path,
    plan: Plan,
    seed: int,
    prompts: Mapping[str, Mapping[str, str]] | None = None,
    *,
    distinct: bool = False,
) -> None:
    """Train, and write the model and its losses into the folder; `distinct` keeps equal texts out of one batch."""
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder / _CHECKPOINTS),
        num_train_epochs=plan.epochs,
        max_steps=plan.steps or -1,
        per_device_train_batch_size=plan.batch,
        learning_rate=plan.rate,
        learning_rate_mapping={} if is_static(model) else dict(plan.rates),
        warmup_steps=0.05,
        lr_scheduler_type="linear",
        weight_decay=0.0,
        max_grad_norm=1.0,
        batch_sampler=DistinctBatchSampler if distinct else LengthBatchSampler,
        prompts={name: dict(own) for name, own in (prompts or {}).items()},
        **_hardware(model),
        **_habits(plan, seed),
    )
    trainer = SentenceTransformerTrainer(model=model, args=arguments, train_dataset=rows, loss=loss)
    trainer.remove_callback(PrinterCallback)  # losses go to a file
    found = last_checkpoint(folder / _CHECKPOINTS)
    if found:
        tell(f"goes on from {found.name}")
    trainer.train(resume_from_checkpoint=str(found) if found else None)
    model.save_pretrained(str(folder / MODEL), create_model_card=False)
    write_json(folder / LOSSES, [entry for entry in trainer.state.log_history if "loss" in entry])
    shutil.rmtree(folder / _CHECKPOINTS)


def _hardware(model: SentenceTransformer) -> dict[str, Any]:
    """A static model has hardly anything to compute, so nothing is gained by half precision."""
    gpu = device() == "cuda"
    return {
        "use_cpu": not gpu,
        "bf16": gpu and torch.cuda.is_bf16_supported() and not is_static(model),
        "dataloader_num_workers": 4 if gpu else 0,
        "dataloader_pin_memory": gpu,
    }


def _habits(plan: Plan, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "data_seed": seed,
        "save_steps": plan.save_every,
        "save_total_limit": 2,
        "logging_steps": max(1, min(100, plan.save_every // 5)),
        "report_to": "none",
        "disable_tqdm": True,
        "log_level": "error",
    }


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end."""
    whole = [state.parent for state in folder.glob("checkpoint-*/trainer_state.json")]
    return max(whole, key=lambda path: int(path.name.partition("-")[2]), default=None)
