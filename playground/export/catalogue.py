"""The plots by name, with what each shows. No Qt: the command line lists them without a display."""

from playground.errors import BadInput

PLOT_NAMES: dict[str, str] = {
    "loss": "training and test loss of every network against the training step, with the baselines",
    "metric": "the task's headline metric on the test data against the training step, with chance and baselines",
    "gates": "the gates and the cell state of one layer over the probe sequence",
    "hidden": "the hidden state of one layer, units against time",
    "prediction": "the target and every network's prediction over the probe sequence",
    "gradient": "the norm of the loss's gradient at each time step: how far the error travels back",
}
CANVAS = "network"  # the canvas is exported like a plot
CELL = "cell"  # and so is the inside of a cell: of the last network, the layer with the most gates
FORMATS: dict[str, str] = {
    "svg": "scalable drawing, text stays text",
    "pdf": "page for print, text stays text",
    "png": "picture in pixels",
    "csv": "the numbers that are drawn",
}


def plot_names(name: str) -> list[str]:
    """`all`, or one name, as a list. Raises BadInput for a name that is not a plot."""
    if name == "all":
        return list(PLOT_NAMES)
    if name not in PLOT_NAMES:
        raise BadInput("plot", f"there is no plot {name!r}", f"choose one of {', '.join(PLOT_NAMES)} or all")
    return [name]


def checked_format(name: str) -> str:
    """The format in lower case. Raises BadInput for one that is not written."""
    if name.lower() not in FORMATS:
        raise BadInput("format", f"{name!r} is not a format of figures", f"choose one of {', '.join(FORMATS)}")
    return name.lower()
