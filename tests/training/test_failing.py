"""An error and its message say the same."""

import pytest

from playground.errors import BadInput
from playground.training.failing import as_error, failed
from playground.training.finite import NotFinite, Origin
from playground.training.messages import decode_event, encode


@pytest.mark.parametrize(
    "error",
    [
        NotFinite("RNN", 7, "gradient", Origin("layer1/h", 3)),
        NotFinite("RNN", 7, "loss", Origin("layer1/back.h", 0, 2)),
        NotFinite("RNN", 7, "weights"),
    ],
)
def test_what_was_not_finite_arrives_whole(error: NotFinite) -> None:
    back = as_error(decode_event(encode(failed(4, error, False))))  # type: ignore[arg-type]
    assert isinstance(back, NotFinite) and str(back) == str(error)
    assert (back.network, back.step, back.quantity, back.origin) == (error.network, 7, error.quantity, error.origin)


def test_any_other_error() -> None:
    back = as_error(failed(4, BadInput("task.lag", "found -1", "give 2 or more"), True))
    assert type(back) is BadInput and str(back) == str(BadInput("task.lag", "found -1", "give 2 or more"))
