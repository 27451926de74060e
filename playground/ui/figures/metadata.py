"""Where a figure comes from: experiment, seed and settings, as every figure carries them."""

import json
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import msgspec

CREATOR = "RNN Playground"
NAMESPACE = "urn:rnn-playground:figure"


@dataclass(frozen=True)
class Metadata:
    """title: of the plot. name, seed: of the experiment. settings: task, networks and training as compact JSON."""

    title: str = ""
    name: str = ""
    seed: int = 0
    settings: str = "{}"

    @property
    def heading(self) -> str:
        """Experiment and plot in one line."""
        return " – ".join(part for part in (self.name, self.title) if part)

    def line(self) -> str:
        """Everything in one line, for a table's comment."""
        return f"{self.heading}; seed {self.seed}; {CREATOR}; settings {self.settings}"

    def texts(self) -> dict[str, str]:
        """Key → text, as PNG text chunks have them."""
        return {
            "Title": self.heading,
            "Description": f"seed {self.seed}",
            "Software": CREATOR,
            "Experiment": self.name,
            "Seed": str(self.seed),
            "Settings": self.settings,
        }

    def svg(self) -> str:
        """A metadata element."""
        return (
            f'<metadata><figure xmlns="{NAMESPACE}"><title>{escape(self.title)}</title>'
            f"<experiment>{escape(self.name)}</experiment><seed>{self.seed}</seed>"
            f"<settings>{escape(self.settings)}</settings></figure></metadata>"
        )

    def xmp(self) -> str:
        """An XMP packet for a PDF: title, description, creator tool."""
        subject = escape(f"seed {self.seed}; settings {self.settings}")
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
            'xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
            f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(self.heading)}</rdf:li></rdf:Alt></dc:title>'
            f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>'
            f"<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool>"
            '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
        )


def describe(session: Any, title: str) -> Metadata:
    """What a session's present document says of itself. The window's own settings (`view`) are left out."""
    experiment = session.experiment
    settings = {key: _in_full(getattr(experiment, key)) for key in ("task", "networks", "cells", "training")}
    text = json.dumps(settings, separators=(",", ":"), ensure_ascii=False)
    return Metadata(title, experiment.name, experiment.seed, text)


def _in_full(value: Any) -> Any:
    """Plain values of a document's part, also those that a file leaves out because they are usual."""
    if isinstance(value, msgspec.Struct):
        config = value.__struct_config__
        tag = {config.tag_field: config.tag} if config.tag_field else {}
        return tag | {name: _in_full(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple | list):
        return [_in_full(part) for part in value]
    if isinstance(value, dict):
        return {key: _in_full(part) for key, part in value.items()}
    return value
