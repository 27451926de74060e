"""What a remedy does, on its button and in its tooltip; and whether it helped."""

from playground.training.doctor.findings import Finding
from playground.training.doctor.remedies import Remedy
from playground.training.doctor.thresholds import THRESHOLDS
from playground.training.doctor.treatment import Treatment
from playground.ui.doctor.words import kind_word, number, percent, tr


def button(remedy: Remedy) -> str:
    """A few words for the button."""
    v = {name: number(value) for name, value in remedy.values.items()}
    texts = {
        "clip": tr("Clip at {norm}"), "lower_rate": tr("Rate {rate}"), "raise_rate": tr("Rate {rate}"),
        "tame": tr("Rate {rate}, and clip"), "whole": tr("Back through all steps"),
        "chrono": tr("Forget bias for lag {lag}"),
        "gated": tr("LSTM instead"), "orthogonal": tr("Orthogonal start"), "middle": tr("Start half open"),
        "identity": tr("Identity start"), "tanh": tr("tanh, not ReLU"), "stop": tr("Stop at step {step}"),
        "fewer": tr("{units} units"), "more": tr("{units} units"), "decay": tr("Weight decay {decay}"),
        "dropout": tr("Dropout {share}"),
    }  # fmt: skip
    return texts[remedy.id].format(**v)


def explain(remedy: Remedy) -> str:
    """What it does and why, for the tooltip."""
    v = {name: number(value) for name, value in remedy.values.items()}
    texts = {
        "clip": tr("Gradients longer than {norm}, the usual norm measured here, are shortened to it (Pascanu 2013)."),
        "lower_rate": tr("The learning rate becomes {rate}, so that an update is about 0.3 % of the weights."),
        "raise_rate": tr("The learning rate becomes {rate}, so that an update is about 0.3 % of the weights."),
        "tame": tr("The learning rate becomes {rate}, and no gradient is longer than the clip norm, 1 at most."),
        "whole": tr("No truncated BPTT: the gradient goes back to the first step."),
        "chrono": tr(
            "Biases of gates that keep the memory are drawn for lags of about {lag} steps, those of gates that write "
            "into it the other way round (Tallec and Ollivier 2018)."
        ),
        "gated": tr("An LSTM takes the cell's place; its gates keep the memory for about {lag} steps."),
        "orthogonal": tr("Recurrent matrices begin orthogonal: they neither shrink nor stretch (Saxe et al. 2014)."),
        "middle": tr("The bias begins at 0 and the weights small: the gate is half open and can learn."),
        "identity": tr("Recurrent weights begin as the identity, biases at 0 (Le et al. 2015)."),
        "tanh": tr("The rectifier becomes tanh, which is silent on neither side."),
        "stop": tr("Training stops at step {step}, where the test loss was lowest (Prechelt 1998)."),
        "fewer": tr("A quarter of the units in each layer: {units} in the last. Less room to learn by heart."),
        "more": tr("Four times as many units in each layer: {units} in the last."),
        "decay": tr("AdamW with a weight decay of {decay}: weights that are not needed fade."),
        "dropout": tr("While training, {share} of each layer's outputs are left out at random."),
    }
    text = texts[remedy.id].format(**v)
    if remedy.begins_again:
        text += " " + tr("The run begins again at step 0, of all networks.")
    return text + " " + tr("Undo takes it back.")


def outcome(treatment: Treatment) -> str:
    """Whether it helped, with the number before and after."""
    if treatment.outcome == "waiting" or treatment.after is None:
        return tr("it is judged after {0} more training steps").format(number(THRESHOLDS["after"].value))
    before, after = measured(treatment.before), measured(treatment.after)
    compared = tr("{0} (before: {1})").format(after, before) if before and after else ""
    text = {
        "helped": tr("helped"), "better": tr("helped a little"), "no": tr("has not helped so far"),
    }[treatment.outcome]  # fmt: skip
    return f"{text}: {compared}" if compared else text


def measured(finding: Finding) -> str:
    """The one number of a finding that a remedy is to change, in words."""
    v = finding.values
    if finding.kind == "not_finite":
        return tr("not finite at step {0}").format(number(v["step"])) if finding.alarms else tr("all values are finite")
    if finding.verdict == "moot" and finding.kind != "rate_high":
        return tr("solved")
    if not v:
        return ""
    texts = {
        "vanishing": lambda: tr("the gradient reaches lag {0}").format(number(v["lag"])),
        "exploding": lambda: _norm(v),
        "dead_gate": lambda: tr("{0} shut").format(percent(v["shut"])),
        "saturated_gate": lambda: tr("{0} at an end").format(percent(v["shut"] + v["open"])),
        "dead_units": lambda: tr("{0} dead").format(number(v["dead"])),
        "rate_high": lambda: tr("loss {0}").format(number(v["level"])),
        "rate_low": lambda: tr("updates of {0}").format(percent(v["ratio"])),
        "overfitting": lambda: tr("test loss {0} above its lowest").format(percent(v["rise"])),
        "plateau": lambda: tr("loss {0} in {1} steps").format(_signed(-v["fall"]), number(v["steps"])),
    }
    return texts[finding.kind]()


def _norm(v: dict[str, float]) -> str:
    if v["clip"]:
        return tr("norm {0} times the clip norm").format(number(v["part"]))
    return tr("leaps of {0} times the usual norm").format(number(v["leap"]))


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + percent(value)


def treated(treatment: Treatment) -> str:
    """What was done about what."""
    return f"{button(treatment.remedy)} · {kind_word(treatment.before.kind)}"
