"""What a person may want to know of a running network beyond its traces: each question is a spec, each answer arrays.

`spec` holds the questions, `inspect` the one function that answers them; every analysis has a file of its own.
"""
