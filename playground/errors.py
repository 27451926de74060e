"""The one kind of error that a person can put right."""


class BadInput(ValueError):
    """Something a person gave us cannot be used.

    Read as one sentence: where it is, what is wrong there, what to do about it. The command line prints it and exits
    with 2; the window shows it with a way out. It is never a bug of ours, so it never comes with a traceback.
    """

    def __init__(self, place: str, problem: str, remedy: str = "") -> None:
        self.place = place
        self.problem = problem
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.place}: {self.problem}" if self.place else self.problem
        return f"{text}; {self.remedy}" if self.remedy else text

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        return type(self), (self.place, self.problem, self.remedy)
