"""Fine-tuning an encoder into a tagger: every number gets a label or none, and a period."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from torch import nn
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
    Trainer,
    TrainingArguments,
)

from annotations.items import Item
from models.tagger import PERIODS
from training.augment import augment
from training.data import IGNORED, class_names, features, join

_PERIOD_WEIGHT = 0.3  # of the period's loss beside the label's
_SMOOTHING = 0.05


@dataclass(frozen=True)
class Finetuning:
    """What a fine-tuning run is made of.

    Attributes:
        base: Folder or hub name of an encoder with a fast tokenizer.
        output: Folder for the fine-tuned weights.
        epochs: Passes over the data; each joins the items anew.
        batch: Windows in a step.
        rate: Peak learning rate.
        max_tokens: Longest window, special tokens included.
        hidden: Share of the context tokens hidden at each sight.
        augmented: Share of the items told another way at each sight (`training.augment`).
        seed: Of the joining, the shuffling and the new weights.
    """

    base: str
    output: Path
    epochs: int = 10
    batch: int = 16
    rate: float = 4e-4
    max_tokens: int = 256
    hidden: float = 0.08
    augmented: float = 0.5
    seed: int = 13


class Hiding:
    """Collator that pads, and hides some of the words around the numbers, each time others.

    With few labelled sentences a model learns their wording by heart; words that come and go teach it
    to use what else is there.
    """

    def __init__(self, pad: int, mask: int, share: float, seed: int) -> None:
        self.pad, self.mask, self.share = pad, mask, share
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, examples: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        length = max(len(e["input_ids"]) for e in examples)

        def padded(name: str, value: int) -> torch.Tensor:
            return torch.tensor([e[name] + [value] * (length - len(e[name])) for e in examples])

        ids, labels = padded("input_ids", self.pad), padded("labels", IGNORED)
        attention = (torch.arange(length) < torch.tensor([[len(e["input_ids"])] for e in examples])).long()
        hidden = torch.rand(ids.shape, generator=self.generator) < self.share
        ids = ids.masked_fill(hidden & (labels == IGNORED) & attention.bool(), self.mask)
        return {
            "input_ids": ids,
            "attention_mask": attention,
            "labels": labels,
            "periods": padded("periods", IGNORED),
        }


class TaggerTrainer(Trainer):  # type: ignore[misc]
    """Trainer with two losses: labels of all numbers, periods of those that count something."""

    def compute_loss(
        self,
        model: PreTrainedModel,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        **_: object,
    ) -> torch.Tensor | tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The weighted sum of the two."""
        labels, periods = inputs["labels"], inputs["periods"]
        scores = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
        count = scores.shape[-1] - len(PERIODS)
        places = labels != IGNORED
        loss = nn.functional.cross_entropy(
            scores[places][:, :count].float(), labels[places], label_smoothing=_SMOOTHING
        )
        counted = periods != IGNORED
        if counted.any():
            loss = loss + _PERIOD_WEIGHT * nn.functional.cross_entropy(
                scores[counted][:, count:].float(), periods[counted]
            )
        return (loss, {"loss": loss}) if return_outputs else loss


def finetune(run: Finetuning, items: list[Item]) -> Path:
    """Fine-tune, and save model, tokenizer and the settings of the run (`run.json`).

    Returns:
        The folder `run.output`.
    """
    tokenizer = AutoTokenizer.from_pretrained(run.base)
    backend: Tokenizer = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    names = [*class_names(), *PERIODS]
    torch.manual_seed(run.seed)
    model = AutoModelForTokenClassification.from_pretrained(
        run.base, num_labels=len(names), id2label=dict(enumerate(names)), ignore_mismatched_sizes=True,
        dtype=torch.float32,
    )  # fmt: skip
    draw = random.Random(run.seed)
    examples: list[dict[str, list[int]]] = []
    for _ in range(run.epochs):
        told = [augment(item, draw) if draw.random() < run.augmented else item for item in items]
        examples += features(join(told, draw), backend, run.max_tokens)
    mask = tokenizer.mask_token_id if tokenizer.mask_token_id is not None else tokenizer.unk_token_id
    steps = max(1, len(examples) // run.batch)
    arguments = TrainingArguments(
        output_dir=str(run.output / "checkpoints"), num_train_epochs=1, per_device_train_batch_size=run.batch,
        learning_rate=run.rate, warmup_steps=max(1, steps // 10), lr_scheduler_type="linear", weight_decay=0.01,
        max_grad_norm=1.0, bf16=True, use_cpu=not torch.cuda.is_available(), seed=run.seed,
        logging_steps=max(1, steps // 50), save_strategy="no", report_to=[], remove_unused_columns=False,
        disable_tqdm=True,
    )  # fmt: skip
    trainer = TaggerTrainer(
        model=model,
        args=arguments,
        data_collator=Hiding(tokenizer.pad_token_id, mask, run.hidden, run.seed),
        train_dataset=Dataset.from_list(examples),
    )
    trainer.train()
    run.output.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(run.output)
    tokenizer.save_pretrained(run.output)
    (run.output / "run.json").write_text(
        json.dumps({**run.__dict__, "output": str(run.output)}, indent=1), "utf-8"
    )
    return run.output
