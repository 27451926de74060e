"""The slider over moments and the label that says it in fewer words."""

import pytest

from playground.training.looking_messages import LIVE
from playground.ui.theme import DARK, LIGHT
from playground.ui.widgets.fitting import FittingLabel
from playground.ui.widgets.moment_slider import MomentSlider


@pytest.fixture
def slider(qtbot) -> MomentSlider:
    made = MomentSlider()
    qtbot.addWidget(made)
    made.resize(300, 24)
    made.show()
    return made


def test_a_slider_without_moments_is_off(slider) -> None:
    slider.show_moments((), LIVE, None, LIGHT)
    assert not slider.isEnabled() and slider.notches() == []


def test_every_moment_has_a_place_and_live_is_at_the_end(slider) -> None:
    chosen = []
    slider.chosen.connect(chosen.append)
    slider.show_moments((0, 3, 10, 200), 10, None, LIGHT)
    assert slider.value() == 2 and chosen == []
    for place in (0, 4, 3):
        slider.setValue(place)
    assert chosen == [0, LIVE, 200]


def test_long_notches_stand_at_round_steps(slider) -> None:
    slider.show_moments((0, 1, 5, 9, 12, 99, 100, 500, 1200), LIVE, None, LIGHT)
    notches = slider.notches()
    assert [index for index, (_, long) in enumerate(notches) if long] == [0, 1, 4, 6, 8]
    assert [x for x, _ in notches] == sorted(x for x, _ in notches)


def test_many_moments_only_show_the_round_ones(slider) -> None:
    slider.show_moments(tuple(range(250)), LIVE, None, LIGHT)
    assert len(slider.notches()) == 4  # 0, 1, 10, 100


def test_what_it_is_compared_with_is_marked(slider) -> None:
    slider.show_moments((0, 5, 9), LIVE, None, DARK)
    plain = slider.grab().toImage()
    slider.show_moments((0, 5, 9), LIVE, 5, DARK)
    assert slider.grab().toImage() != plain


def test_a_label_says_as_much_as_there_is_room_for(qtbot) -> None:
    label = FittingLabel()
    qtbot.addWidget(label)
    texts = ("step 1,240 of 3,000 · loss 0.031", "1,240 / 3,000", "1,240")
    label.set_texts(texts)
    assert label.accessibleDescription() == texts[0]
    for text in texts:
        label.resize(label.fontMetrics().horizontalAdvance(text) + 6, 20)
        label.show()
        assert label.text() == text and label.toolTip() == ("" if text == texts[0] else texts[0])
    label.resize(4, 20)
    assert label.text() == texts[-1]
