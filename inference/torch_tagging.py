"""Running a tagger with torch: the same weights in full precision, for comparison and for GPUs."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoModelForTokenClassification

from inference.tagging import Floats, Tagger, TaggerError


class TorchTagger(Tagger):
    """A model loaded from a folder that also holds its torch weights (`config.json`, `model.safetensors`)."""

    def _load(self, folder: Path, threads: int) -> None:
        if not (folder / "model.safetensors").exists():
            raise TaggerError(f"{folder} holds no torch weights (model.safetensors); use --backend onnx")
        if threads:
            torch.set_num_threads(threads)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        model = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32)
        self._model = model.eval().to(self._device)

    def _run(self, inputs: dict[str, npt.NDArray[np.int64]]) -> Floats:
        with torch.inference_mode():
            tensors = {name: torch.from_numpy(array).to(self._device) for name, array in inputs.items()}
            scores: Floats = self._model(**tensors).logits.cpu().numpy()
        return scores
