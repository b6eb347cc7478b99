"""What the whole suite shares."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from inference.tagging import Tagger
from models.labels import load_labels
from models.tagger import NO_LABEL, PERIODS, TaggerConfig

# The same examples on every run and no time limits: a test fails for what the code does, nothing else.
settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def tagger_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagger of the real shape with random weights: what it says means nothing, that it runs does."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from training.vocabulary import build_tokenizer

    folder = tmp_path_factory.mktemp("tagger")
    tokenizer = build_tokenizer(
        ["全年收到政府信息公开申请件,主动公开信息条次;行政复议诉讼。%()年月日"], least=1
    )
    labels = (NO_LABEL, *load_labels())
    torch.manual_seed(1)
    config = transformers.ModernBertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=512, pad_token_id=0, cls_token_id=2, sep_token_id=3,
        bos_token_id=2, eos_token_id=3, num_labels=len(labels) + len(PERIODS), attn_implementation="eager",
        reference_compile=False,
    )  # fmt: skip
    model = transformers.ModernBertForTokenClassification(config).eval()

    class Scores(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

    ids = torch.tensor([[2, 5, 6, 7, 3], [2, 5, 3, 0, 0]])
    axes = {0: "batch", 1: "length"}
    # Tracing takes a tenth of the time that torch.export takes, and is enough for a model of one layer.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Scores(), (ids, (ids > 0).long()), folder / "model.onnx", dynamo=False,
            input_names=["input_ids", "attention_mask"], output_names=["scores"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "scores": axes},
        )  # fmt: skip
    tokenizer.save(str(folder / "tokenizer.json"))
    TaggerConfig("tiny", "0", labels, max_tokens=256).save(folder)
    return folder


@pytest.fixture(scope="session")
def tagger(tagger_folder: Path) -> Tagger:
    """The tagger of `tagger_folder`, loaded."""
    return Tagger(tagger_folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven by playwright; tests of pages are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("no chromium is installed")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
