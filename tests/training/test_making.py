"""A tagger made from nothing, small: every step of `nianbao train all`, and any other base with its own tokenizer."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from inference.normalize import normalize
from inference.tagging import Tagger
from models.tagger import PERIODS, TaggerConfig
from nianbao.cli import app

pytest.importorskip("transformers")
pytestmark = pytest.mark.slow

SENTENCES = [
    ("全年收到政府信息公开申请{}件。", "applications.received"),
    ("举办政务公开培训班{}期。", "capacity.trainings"),
    ("全县共有行政村{}个。", None),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sentences with ever other numbers, as train, dev and test."""
    folder = tmp_path_factory.mktemp("gold")
    for split, first in (("train", 1), ("dev", 200), ("test", 300)):
        lines = []
        for number in range(first, first + 60):
            pattern, label = SENTENCES[number % 3]
            start = pattern.index("{")
            end = start + len(str(number)) + 1
            figure = {"label": label, "start": start, "end": end, "value": str(number), "unit": pattern[start + 2],
                      "qualifier": "exact", "period": "year"}  # fmt: skip
            lines.append(json.dumps({"text": pattern.format(number), "figures": [figure] if label else []}))
        (folder / f"{split}.jsonl").write_text("\n".join(lines), "utf-8")
    (folder / "splits.yaml").write_text("train: [train]\ndev: [dev]\ntest: [test]\n", "utf-8")
    return folder


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["train", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_everything_from_text_to_a_tagger(data: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("\n".join(p.format(n) for n in range(400) for p, _ in SENTENCES), "utf-8")
    output = tmp_path / "tagger"
    arguments = ["--corpus", f"{corpus}:2", "--output", output, "--data", data]
    size = ["--steps", "8", "--epochs", "6", "--hidden", "64"]
    program = Path(sys.executable).with_name("nianbao")
    subprocess.run([program, "train", "all", *arguments, *size], check=True, capture_output=True)

    tagger = Tagger(output)
    text = normalize("全年收到政府信息公开申请47件。").text
    assert len(tagger.score(text, [(0, len(text))])) == 1
    card = (output / "README.md").read_text("utf-8")
    assert f"nianbao train all --corpus {corpus}:2" in card
    assert "| test | 40 |" in card
    assert "held-out loss" in card
    for backend in ("onnx", "torch"):
        arguments = [
            "--gold",
            data / "dev.jsonl",
            "--model",
            output,
            "--backend",
            backend,
            "--output",
            tmp_path / backend,
        ]
        result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)])
        assert result.exit_code == 0, result.output
        report = json.loads((tmp_path / backend / "report.json").read_text("utf-8"))
        assert sum(row["gold"] for row in report["labels"]) == 40

    # An exported tagger is a base as well, though its weights are halves.
    run("finetune", "--base", output, "--output", tmp_path / "next", "--data", data, "--epochs", 1)
    assert TaggerConfig.load(tmp_path / "next").labels == tagger.config.labels


def test_any_other_base_with_its_own_tokenizer(data: Path, tmp_path: Path) -> None:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import AutoModelForTokenClassification, BertConfig, BertModel, PreTrainedTokenizerFast

    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *sorted(set("".join(p for p, _ in SENTENCES) + "0123456789")),
    ]
    backend = Tokenizer(models.WordLevel({t: i for i, t in enumerate(vocabulary)}, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    base = tmp_path / "bert"
    PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]"
    ).save_pretrained(base)
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
        )
    ).save_pretrained(base)

    output = tmp_path / "tagger"
    run("finetune", "--base", base, "--output", output, "--data", data, "--epochs", 1)
    assert TaggerConfig.load(output).labels[0] == "O"

    # The exported scores are those of the torch model, up to eight-bit weights.
    weights = output.with_name("tagger-torch")
    model = AutoModelForTokenClassification.from_pretrained(weights).eval()
    text = "举办政务公开培训班5期。"
    encoded = Tokenizer.from_file(str(output / "tokenizer.json")).encode(text)
    with torch.no_grad():
        scores = model(input_ids=torch.tensor([encoded.ids])).logits[0].numpy()
    ((number, row),) = Tagger(output).score(text, [(0, len(text))])
    inside = [k for k, (a, b) in enumerate(encoded.offsets) if a < number.end and number.start < b]
    assert row.shape == (model.config.num_labels,) == (1 + 67 + len(PERIODS),)
    assert np.abs(row - scores[inside].mean(axis=0)).max() < 0.1


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        (None, "splits.yaml: No such file"),
        ("train: [x]\n", "x.jsonl: No such file"),
        ("dev: [x]\n", "no files for the split 'train'"),
        ("train: []\n", "the split 'train' holds no labelled items"),
    ],
)
def test_data_that_is_not_there_is_told_in_a_sentence_before_anything_runs(
    tmp_path: Path, splits: str | None, message: str
) -> None:
    if splits:
        (tmp_path / "splits.yaml").write_text(splits, "utf-8")
    result = CliRunner().invoke(
        app, ["train", "finetune", "--base", "x", "--output", str(tmp_path / "out"), "--data", str(tmp_path)]
    )
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "out").exists()
