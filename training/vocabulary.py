"""The tokenizer of the project's own encoder: one token a character, numbers by their shape.

A digit says nothing about what is counted, so digits are folded: 29310 becomes the one token
`00000` and 99.93 the token `00.0`. Any other base model brings its own tokenizer instead.
"""

from collections import Counter
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LONGEST = 8  # digits; longer numbers look alike
NUMBERS = ["0" * n for n in range(1, LONGEST + 1)] + ["0" * n + ".0" for n in range(1, LONGEST + 1)]


def build_tokenizer(lines: Iterable[str], least: int = 5) -> Tokenizer:
    """A character tokenizer whose vocabulary are the characters seen at least `least` times in `lines`.

    Lines are normalised text (`inference.normalize`). Newlines are tokens, other spaces are not:
    a line end separates headings from prose, a space in Chinese text means nothing.
    """
    counts = Counter(c for line in lines for c in line.lower())
    characters = sorted(c for c, n in counts.items() if n >= least and not c.isspace() and not c.isdigit())
    vocabulary = [*SPECIAL, "\n", *NUMBERS, *characters]

    tokenizer = Tokenizer(
        models.WordLevel({token: i for i, token in enumerate(vocabulary)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex(r"(?<=[0-9])[, ](?=[0-9]{3}(?![0-9]))"), ""),
            normalizers.Replace(Regex(r"[0-9]"), "0"),
            normalizers.Replace(Regex(rf"0{{{LONGEST},}}"), "0" * LONGEST),
            normalizers.Replace(Regex(r"(?<=0)\.0+"), ".0"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\S\n]+"), "removed"),
            pre_tokenizers.Split(Regex(r"0+(?:\.0)?|[\s\S]"), "isolated"),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer
