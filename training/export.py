"""From a fine-tuned model to the folder that inference runs: ONNX, tokenizer, configuration."""

import shutil
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import AutoModelForTokenClassification, AutoTokenizer

from models.tagger import PERIODS, TaggerConfig


class _Scores(nn.Module):  # type: ignore[misc]
    """A token classifier that gives its scores alone, as ONNX wants it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return scores


def export(folder: Path, output: Path, name: str, version: str, max_tokens: int) -> Path:
    """Write a tagger that ONNX Runtime can run, with its torch weights in half precision beside it.

    The weights of the ONNX model are 8-bit integers; activations are quantised as they come.

    Args:
        folder: Of the fine-tuned model.
        output: Folder to write, made anew.
        name, version: What records will say of the model.
        max_tokens: Longest input the tagger will be given.
    """
    model = AutoModelForTokenClassification.from_pretrained(folder, attn_implementation="eager").eval()
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    # For the torch backend, and to go on from with more labels; ONNX gets the same rounded weights.
    model.half().save_pretrained(output)
    model.float()
    ids = torch.tensor([[2, 5, 6, 7, 3], [2, 5, 3, 0, 0]])
    dynamic = {
        0: torch.export.Dim("batch", min=1, max=1024),
        1: torch.export.Dim("length", min=2, max=max_tokens),
    }
    full = output / "full.onnx"
    torch.onnx.export(
        _Scores(model).eval(), (ids, (ids > 0).long()), full, dynamo=True, external_data=False,
        input_names=["input_ids", "attention_mask"], output_names=["scores"],
        dynamic_shapes={"input_ids": dynamic, "attention_mask": dynamic},
    )  # fmt: skip
    quantize_dynamic(full, output / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    AutoTokenizer.from_pretrained(folder).save_pretrained(output)
    labels = [model.config.id2label[i] for i in range(model.config.num_labels - len(PERIODS))]
    TaggerConfig(name, version, tuple(labels), max_tokens).save(output)
    return output
