"""nianbao (年报): one trustworthy record from each government-information-disclosure annual report.

>>> import nianbao
>>> record = nianbao.extract("report.txt")
>>> record.document.report_year
2023
"""

from inference.extract import Failure, extract, program_version
from inference.reading import ReadError, SourceText, read
from inference.tagging import TaggerError
from models.record import Check, Document, Fact, NarrativeEvidence, Record, TableEvidence, Warning

__version__ = program_version()
__all__ = [
    "Check",
    "Document",
    "Fact",
    "Failure",
    "NarrativeEvidence",
    "ReadError",
    "Record",
    "SourceText",
    "TableEvidence",
    "TaggerError",
    "Warning",
    "extract",
    "read",
]
