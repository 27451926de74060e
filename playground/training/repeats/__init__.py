"""The same experiment again and again, with other seeds and other lags, in processes of their own in the background.

`job`: what is trained. `repeater`: the process that trains it. `pool`: who hands out jobs and collects what came of
them. `statistics`: bands over seeds, and shares with their uncertainty.
"""
