"""The plots by name, with what each shows. No Qt: the command line lists them without a display."""

from playground.errors import BadInput

PLOT_NAMES: dict[str, str] = {
    "loss": "training and test loss of every network against the training step, with the baselines",
    "metric": "the task's headline metric on the test data against the training step, with chance and baselines",
    "lag_curve": "the share of seeds that solve the task against its lag, as runs in the background find it",
    "sequence": "the inputs of the probe sequence, whose points can be dragged, or its text",
    "prediction": "the target and every network's prediction over the probe sequence",
    "gates": "the gates and the cell state of one layer over the probe sequence",
    "hidden": "the values of any node of one layer, units against time",
    "text": "the sequence as text, each symbol shaded by the value of one unit",
    "trajectory": "the state of a layer in its first principal components, with the fixed points of its map",
    "selection": "units that stay on across chosen steps, and where else they do, on the probe and in the test data",
    "saturation": "the share of each gate's values that are nearly shut or nearly open, against the training step",
    "histograms": "how activations, weights or gradients of a gate are spread, against the training step",
    "gradient": "the norm of the loss's gradient at each time step: how far the error travels back",
    "gradient_history": "the same norm at every time step and at every moment of the training, as a heatmap",
    "connectivity": "how much each past input matters to an output at the chosen step, on a text as the text itself",
    "unit_gradient": "the loss's gradient for every unit of a node at each time step, signed",
    "itemised": "the gradient at each time step, taken apart by the step whose error it comes from",
    "clipping": "the norm of the gradient of all weights at each training step, before and after clipping",
    "spectrum": "eigenvalues of the recurrent matrices in the complex plane, with their largest singular values",
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
