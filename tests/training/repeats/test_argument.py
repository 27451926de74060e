"""The argument of 1997 as numbers: with noise as loud as the cue, how far back does a network reach?"""

import time

import pytest

from playground.experiment.files import examples, load
from playground.training.repeats.job import for_lags
from playground.training.repeats.pool import Pool
from playground.training.repeats.statistics import shares


@pytest.mark.slow
def test_a_plain_rnn_reaches_ten_steps_back_and_an_lstm_a_hundred() -> None:
    experiment = load(examples()["vanishing-gradient"])
    pool, found = Pool(), {}
    pool.start(for_lags(experiment, (10, 100), (1, 2, 3)))
    try:
        while pool.running:
            for job, outcome in pool.look():
                if outcome.done:
                    found.setdefault(job.net, {}).setdefault(job.lag, []).append(outcome)
            time.sleep(0.02)
    finally:
        pool.close()
    assert pool.problem == "" and pool.done == 12
    solved = {net: [(each.lag, each.solved) for each in shares(lags)] for net, lags in found.items()}
    assert solved == {"plain RNN": [(10, 3), (100, 0)], "LSTM": [(10, 3), (100, 3)]}
