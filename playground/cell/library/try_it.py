"""What to try with each cell of the library: one or two sentences of things that are so, by cell name.

The numbers: delayed recall with H = 16, Adam 0.01 and batch 32, three seeds each (FIELD.md §4); Greff et al. (2015).
"""

TRY_IT: dict[str, str] = {
    "rnn": (
        "Feed it delayed recall with lag 100 and noise of σ = 1 and look at the gradient through time: it "
        "vanishes long before it reaches the cue. With weak noise (σ = 0.3) the loop latches the cue and "
        "learns it."
    ),
    "lstm": (
        "Delayed recall at lag 50: with a forget bias of 1 nothing is learned in 3000 steps, with 2 or 3 it "
        "is. A chrono start learns lag 100 in a few hundred steps."
    ),
    "lstm_1997": (
        "Temporal order with 50 symbols, four units, an input-gate bias of −1, Adam at 0.02 and clip norm 1: within "
        "16,000 sequences it is right in 95 of 100. A plain RNN beside it goes on guessing."
    ),
    "gru": (
        "Give it a race with an LSTM on delayed recall at lag 50. With biases of zero it learned it in one of"
        " three runs; start the update gate with a positive bias and compare."
    ),
    "peephole": (
        "Its gates see the cell state itself, so they can count steps. Cut the peepholes while you watch the "
        "gates, and compare."
    ),
    "cifg": (
        "Race it against the LSTM on the adding problem: one gate less, and nearly nothing lost. Watch the "
        "two gates mirror each other."
    ),
    "mgu": "Count its weights and those of the GRU: about two thirds. Then let both learn the adding problem.",
    "slstm": "Look at m, the running maximum, while inputs grow: the exponentials never overflow. Then take m out.",
    "indrnn": (
        "Every unit has a recurrent weight of its own: edit one of them to 1.1 and to 0.9 and watch the "
        "gradient through time grow and fade as its powers."
    ),
    "relu_rnn": (
        "Look at the gradient through time: nothing squashes it, so it can explode. Turn clipping off and see"
        " training stop with the place where it began."
    ),
    "irnn": (
        "Look at its recurrent matrix before training: the identity, so the state is simply kept. The adding "
        "problem is the paper's own test."
    ),
    "scrn": (
        "Compare its two states over time: one follows every step, the other changes by a twentieth at each step."
    ),
    "lstm_1997_blocks": (
        "The adding problem with four units: two blocks of two cells that share their gates. That makes 93 "
        "weights with the readout, as in the paper."
    ),
    "nig": (
        "The adding problem: without an input gate the noise between the markers must be held off by the other gates."
    ),
    "nfg": "Watch the cell state over a long sequence: what was stored stays, and new things pile up on it.",
    "nog": "Look at the hidden state: it shows the cell state at every step, also where nothing is asked.",
    "niaf": "Watch the candidate: nothing bounds it, so a single large input can fill the cell.",
    "noaf": (
        "Watch the hidden state grow beyond 1: only the output gate holds it back. Among the eight variants "
        "this one and NFG lost most in the study of 2015."
    ),
    "fgr": (
        "Count its weights: nine more matrices than the peephole LSTM. Race both on the adding problem and "
        "see whether they are worth it."
    ),
    "gru_2014": (
        "Race it against the GRU of today: the reset gate stands before the product instead of after it. "
        "Watch the speed as well as the loss."
    ),
    "mut1": "Compare its update gate with the GRU's: it does not look at the past at all.",
    "mut2": "Race it against the GRU on the adding problem and on delayed recall.",
    "mut3": "Look at the update gate's wire from the past: it passes through a tanh first.",
    "janet": (
        "Delayed recall at lag 100: its forget biases start spread over lags up to a hundred steps. Set them "
        "to zero and compare."
    ),
    "min_gru": (
        "Look at its gates: they depend on the input alone. Put a second layer on it, so that gates can "
        "depend on what was."
    ),
    "min_lstm": (
        "Watch the two shares: they always add up to 1, so the state is a weighted mean of what was and what is."
    ),
    "dense_tanh": "Put it after a recurrent layer. Alone it has no memory: on delayed recall it can only guess.",
    "dense_relu": "Put it after a recurrent layer. Alone it has no memory: on the adding problem it can only guess.",
    "embedding": (
        "Put it under an LSTM on a text: every character gets a vector of its own, and the rows of its matrix"
        " show which characters came to be alike."
    ),
}
