"""The torch backend reads the shipped weights and says what the ONNX backend says."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("spacy")

from annotations.items import read_split
from inference.normalize import normalize
from inference.patterns import PatternTagger
from inference.tagging import Backend, Tagger, TaggerError, load_tagger, softmax
from inference.torch_tagging import TorchTagger
from models.tagger import shipped

GOLD = Path(__file__).parents[2] / "annotations" / "gold"


@pytest.mark.slow
def test_eight_bit_weights_say_what_full_precision_says() -> None:
    small, full = Tagger(shipped()), TorchTagger(shipped())
    same, gaps = [], []
    for item in read_split(GOLD, "dev")[-15:]:
        text = normalize(item.text).text
        count = len(small.config.labels)
        stretches = [(0, len(text))]
        for (number, a), (other, b) in zip(
            small.score(text, stretches), full.score(text, stretches), strict=True
        ):
            assert number == other
            same.append(a[:count].argmax() == b[:count].argmax())
            gaps.append(np.abs(softmax(a[:count]) - softmax(b[:count])).max())
    assert len(same) > 300
    assert np.mean(same) > 0.985
    assert np.mean(gaps) < 0.03


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "kind"), [("onnx", Tagger), ("torch", TorchTagger), ("rules", PatternTagger)]
)
def test_the_backend_is_chosen_by_name(backend: Backend, kind: type) -> None:
    text = "全年收到政府信息公开申请47件。"
    tagger = load_tagger(backend=backend)
    assert type(tagger) is kind
    (tagged,) = tagger.tag(text, [(0, len(text))])
    assert (tagged.label, tagged.number.value) == ("applications.received", 47)


def test_weights_that_are_not_there_are_told_with_what_to_do(tmp_path: Path) -> None:
    for name in ("tagger.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((shipped() / name).read_bytes())
    with pytest.raises(TaggerError, match=r"no torch weights .* use --backend onnx"):
        load_tagger(tmp_path, backend="torch")
    with pytest.raises(TaggerError, match="takes no model"):
        load_tagger(tmp_path, backend="rules")
