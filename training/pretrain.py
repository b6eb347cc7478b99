"""Pretraining a small Chinese encoder by span-masked language modelling.

The architecture is ModernBERT (Warner et al. 2024): in a trial on a small budget it left the plateau
of the first steps on which BERT of the same size stayed.

Spans of one to four tokens are masked (Joshi et al. 2020, SpanBERT) rather than single
characters, since a character inside a Chinese word is too easy to guess. The loss is computed
at the masked places only.
"""

import gzip
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from torch import nn
from transformers import (
    ModernBertConfig,
    ModernBertForMaskedLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from inference.normalize import normalize
from training.vocabulary import build_tokenizer

MASKED = 0.18  # share of the tokens
SPAN_LENGTHS = [1, 2, 3, 4]
SPAN_WEIGHTS = [0.4, 0.3, 0.2, 0.1]


@dataclass(frozen=True)
class Pretraining:
    """What a pretraining run is made of.

    Attributes:
        corpus: Text files (`*.txt`, `*.txt.gz`), one paragraph a line, or labelled items (`*.jsonl`),
            and how often each is read in one epoch.
        output: Folder for checkpoints and, at the end, the encoder with its tokenizer.
        layers, hidden: Size of the encoder; heads are of 64.
        length: Tokens in a training sequence.
        batch: Sequences in a step.
        steps: Optimiser steps.
        rate: Peak learning rate; linear warm-up, then linear decay.
        seed: Of the shuffling, the masks and the weights.
        compiled: Whether torch compiles the encoder first, which needs a C++ compiler; a quarter faster on two cores.
    """

    corpus: dict[Path, int]
    output: Path
    layers: int = 4
    hidden: int = 256
    length: int = 256
    batch: int = 16
    steps: int = 6400
    rate: float = 2e-3
    seed: int = 13
    compiled: bool = False


def read_lines(path: Path) -> Iterator[str]:
    """The normalised, non-empty lines of a text file, gzipped or not, or the texts of labelled items (`.jsonl`)."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            text = json.loads(line)["text"] if path.suffix == ".jsonl" else line
            if text.strip():
                yield normalize(text.strip()).text


def pack(lines: list[str], tokenizer: PreTrainedTokenizerFast, length: int) -> list[list[int]]:
    """Token sequences of exactly `length`, neighbouring lines joined by line ends, each in [CLS] … [SEP]."""
    newline = tokenizer.convert_tokens_to_ids("\n")
    encoded = tokenizer(lines, add_special_tokens=False, verbose=False)["input_ids"]
    stream = list(itertools.chain.from_iterable([*ids, newline] for ids in encoded))
    body = length - 2
    return [
        [tokenizer.cls_token_id, *stream[i : i + body], tokenizer.sep_token_id]
        for i in range(0, len(stream) - body + 1, body)
    ]


class SpanMasking:
    """Collator that masks spans anew each time a sequence is seen; labels are -100 elsewhere."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
        self.mask_id = tokenizer.mask_token_id
        self.random = random.Random(seed)

    def __call__(self, examples: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        ids = torch.tensor([e["input_ids"] for e in examples])
        hidden = torch.zeros_like(ids, dtype=torch.bool)
        rows, length = ids.shape
        for row in range(rows):
            wanted = int(MASKED * length)
            while wanted > 0:
                span = self.random.choices(SPAN_LENGTHS, SPAN_WEIGHTS)[0]
                start = self.random.randint(1, length - 1 - span)
                hidden[row, start : start + span] = True
                wanted -= span
        labels = ids.masked_fill(~hidden, -100)
        # One in ten is left as it is, so that the encoder also learns to represent what it sees.
        shown = torch.rand(ids.shape) < 0.1
        return {"input_ids": ids.masked_fill(hidden & ~shown, self.mask_id), "labels": labels}


class MaskedTrainer(Trainer):  # type: ignore[misc]
    """Trainer whose head runs at the masked places only, a sixth of the work of all places."""

    def compute_loss(
        self,
        model: ModernBertForMaskedLM,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        **_: object,
    ) -> torch.Tensor | tuple[torch.Tensor, dict[str, torch.Tensor]]:
        labels = inputs["labels"]
        places = labels != -100
        ids = inputs["input_ids"]
        states = model.model(ids, attention_mask=torch.ones_like(ids)).last_hidden_state[places]
        loss = nn.functional.cross_entropy(model.decoder(model.head(states)).float(), labels[places])
        return (loss, {"loss": loss}) if return_outputs else loss


def _tokenizer(folder: Path, lines: Iterable[str]) -> PreTrainedTokenizerFast:
    """The tokenizer of a run that was begun in a folder; else one made from the lines and saved there."""
    if not any(folder.glob("checkpoint-*")):
        PreTrainedTokenizerFast(
            tokenizer_object=build_tokenizer(lines),
            pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]",
            model_max_length=512,
        ).save_pretrained(folder)  # fmt: skip
    tokenizer: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return tokenizer


def pretrain(run: Pretraining) -> Path:
    """Pretrain an encoder and save it with its tokenizer; goes on from the last checkpoint if there is one.

    Going on, it keeps the vocabulary it began with, so steps and text may be added; text that is added
    changes which blocks are held out, so that the losses before and after are not quite comparable.

    Returns:
        The folder `run.output`, loadable by `transformers.AutoModel.from_pretrained`. Its
        `trainer_state.json` holds the loss curve, on training text and on held-out blocks.
    """
    lines = {path: list(read_lines(path)) for path in run.corpus}
    tokenizer = _tokenizer(run.output, itertools.chain.from_iterable(lines.values()))
    shuffle = random.Random(run.seed)
    training, held_out = [], []
    for path, times in run.corpus.items():
        blocks = pack(lines[path], tokenizer, run.length)
        # Whole blocks at the end of a file: laws hold near-duplicates side by side.
        cut = len(blocks) - min(len(blocks) // 50, 200)
        training += blocks[:cut] * times
        held_out += blocks[cut:]
    shuffle.shuffle(training)
    shuffle.shuffle(held_out)

    torch.manual_seed(run.seed)
    model = ModernBertForMaskedLM(
        ModernBertConfig(
            vocab_size=len(tokenizer), hidden_size=run.hidden, num_hidden_layers=run.layers,
            num_attention_heads=run.hidden // 64, intermediate_size=2 * run.hidden,
            max_position_embeddings=tokenizer.model_max_length, global_attn_every_n_layers=1,
            pad_token_id=tokenizer.pad_token_id, cls_token_id=tokenizer.cls_token_id,
            sep_token_id=tokenizer.sep_token_id, bos_token_id=tokenizer.cls_token_id,
            eos_token_id=tokenizer.sep_token_id,
        )
    )  # fmt: skip
    if run.compiled:
        model.model.compile()
    arguments = TrainingArguments(
        output_dir=str(run.output), max_steps=run.steps, per_device_train_batch_size=run.batch,
        per_device_eval_batch_size=run.batch, learning_rate=run.rate, warmup_steps=max(1, run.steps // 20),
        lr_scheduler_type="linear", weight_decay=0.01, adam_beta2=0.98, max_grad_norm=1.0, bf16=True, seed=run.seed,
        logging_steps=max(1, run.steps // 100), eval_strategy="steps", eval_steps=max(1, run.steps // 8),
        save_steps=max(1, run.steps // 8), save_total_limit=1, report_to=[], dataloader_drop_last=True,
        remove_unused_columns=False, disable_tqdm=True, label_names=["labels"],
        use_cpu=not torch.cuda.is_available(),
    )  # fmt: skip
    trainer = MaskedTrainer(
        model=model,
        args=arguments,
        data_collator=SpanMasking(tokenizer, run.seed),
        train_dataset=Dataset.from_dict({"input_ids": training}),
        eval_dataset=Dataset.from_dict({"input_ids": held_out[: 8 * run.batch]}),
    )
    resumable = any(run.output.glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=resumable)
    trainer.save_model()
    trainer.save_state()
    return run.output
