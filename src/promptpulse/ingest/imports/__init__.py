"""Files of calls: exports, traces of research, any CSV. Exactly once, however often they are imported."""

from promptpulse.ingest.imports.formats import FORMATS, MS_PER_OUTPUT_TOKEN, Estimate, Format, Options, named
from promptpulse.ingest.imports.mapping import Mapping, mapped, read_mapping
from promptpulse.ingest.imports.run import ImportReport, import_file
from promptpulse.ingest.imports.targets import Sent, Write, direct_writer, http_writer

__all__ = [
    "FORMATS", "MS_PER_OUTPUT_TOKEN", "Estimate", "Format", "ImportReport", "Mapping", "Options", "Sent", "Write",
    "direct_writer", "http_writer", "import_file", "mapped", "named", "read_mapping",
]  # fmt: skip
