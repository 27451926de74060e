"""Figures: any plot, and the canvas, as SVG, PDF, PNG or CSV."""

from pathlib import Path
from typing import Any

from playground.errors import BadInput
from playground.experiment.atomic import write_atomically
from playground.export.catalogue import FORMATS, checked_format
from playground.export.tables import write_csv
from playground.ui.figures.metadata import Metadata, describe
from playground.ui.figures.paint import BACKGROUNDS, Background, image_of, pdf_bytes, png_bytes, svg_bytes


def render(
    thing: Any,
    path: Path | str,
    format: str = "",
    scale: float = 2.0,
    background: Background = "theme",
    metadata: Metadata | None = None,
) -> Path:
    """Write a figure of a plot, of a panel that holds a graphics view, or of a view, and return where it is.

    format: svg, pdf, png or csv; "" goes by the file's ending. scale: pixels of a PNG per pixel of the screen.
    background: `theme` as on the screen; `white` and `transparent` take the colours of the light theme.
    metadata: without any, what the thing's session says. Written at once or not at all.
    Raises BadInput for an unknown format or background, and where nothing can be written.
    """
    path = Path(path)
    format = checked_format(format or path.suffix.lstrip(".") or "none")
    if background not in BACKGROUNDS:
        raise BadInput("background", f"{background!r} is not a background", f"choose one of {', '.join(BACKGROUNDS)}")
    if metadata is None:
        metadata = describe(thing.session, title_of(thing)) if hasattr(thing, "session") else Metadata(title_of(thing))
    if format == "csv":
        return _write_table(thing, path, metadata)
    if format == "svg":
        data = svg_bytes(thing, background, metadata)
    elif format == "pdf":
        data = pdf_bytes(thing, background, metadata)
    else:
        data = png_bytes(thing, scale, background, metadata)
    return write_atomically(path, data)


def title_of(thing: Any) -> str:
    """What a plot or panel is called."""
    title = getattr(thing, "title", "")
    return title if isinstance(title, str) and title else str(getattr(thing, "accessibleName", str)())


def _write_table(thing: Any, path: Path, metadata: Metadata) -> Path:
    if not hasattr(thing, "export_data"):
        raise BadInput(title_of(thing) or "figure", "it has no numbers to write", "choose SVG, PDF or PNG")
    table = thing.export_data()
    if not table.columns:
        raise BadInput(title_of(thing), "there are no numbers yet", "train first, then export")
    return write_csv(path, table.columns, table.comments or (metadata.line(),))


__all__ = ["BACKGROUNDS", "FORMATS", "Background", "Metadata", "describe", "image_of", "render"]
