"""Native code by which threads hand each other work: a list of calls to run through, by one thread or by several.

A helper that has finished looks for its next work for a short while before it goes to sleep: waking a thread takes as
long as a small training step. Between two of the process's threads lies a mailbox, numbers of 64 bits, each of which is
written by one side at a time: `WORK` says whether the helper is asleep, awake, or has something to do; `DONE` whether
it has finished, and whether somebody fell asleep waiting for it; `CALLS` and `COUNT` what there is to do, and `LOOKS`
how often to look for what comes next.

Where other programs use the processors too, a thread may be kept from its own at any moment. So every piece of work is
in the list of every thread, its own pieces first, and who comes to it first does it (`claim`); and what a helper has
not begun with when all is done is taken back (`wait`). And a helper parks as long as the number that `ASKED` points at
is not 0: it begins nothing then, naps, and what is left is taken back from it too.
"""

import platform

import llvmlite.ir as ir

from playground.compiler.native_emitter import Emitter
from playground.compiler.native_kernels import ARGUMENTS, CALL, NUMBERS
from playground.compiler.native_math import I32, I64

WORK, DONE, CALLS, COUNT, LOOKS = 0, 8, 16, 17, 18  # what two threads watch lies in two lines of the cache
ASKED, NAP = 19, 20  # address of numbers, the first for being asked; and of a function int(unsigned microseconds)
MAILBOX = 24  # numbers
ASLEEP, AWAKE, POSTED, PARKED = 0, 1, 2, 3
OPEN, FINISHED, AWAITED, CLOSED = 0, 1, 2, 3
NAP_MICROSECONDS = 200  # longer, and a processor that is free again stands idle; shorter, and napping takes some of it
FUNCTIONS = ("drive", "claim", "post", "wait", "serve")


def emit_team(busy: int) -> str:
    """LLVM text of `FUNCTIONS`: drive(calls, count), claim(begun, calls, count, –, –), itself for lists of calls,
    post(mailbox, calls, count, looks), wait(mailbox, looks), serve(mailbox). looks: how often to look before going to
    sleep. busy: the place, among the numbers that `ASKED` points at, of whether the helper is at a call."""
    return _Team("team", "float64", 2).emit(busy)


class _Team(Emitter):
    def emit(self, busy: int) -> str:
        self._busy = busy
        drive = self._drive()
        self._claim(drive)
        self._post()
        self._wait()
        self._serve(drive)
        return str(self.module)

    def _drive(self) -> ir.Function:
        """One call after the other."""
        function = self.begin("drive", [NUMBERS, I64])
        calls, count = function.args

        def call(index: ir.Value) -> None:
            here = self.b.gep(calls, [self.b.mul(index, self._int(CALL))])
            values = [self.b.load(self.b.gep(here, [self._int(k)])) for k in range(CALL)]
            callee = self.b.inttoptr(values[0], ir.PointerType(ir.FunctionType(ir.VoidType(), ARGUMENTS)))
            pointers = [self.b.inttoptr(value, NUMBERS) for value in values[1:3]]
            self.b.call(callee, [*pointers, *values[3:]])

        self._each(self._int(0), count, 1, call)
        self.end()
        return function

    def _claim(self, drive: ir.Function) -> None:
        """Go through a list of calls, unless another thread does: `begun` is 0 until one does."""
        begun, calls, count, *_ = self.begin("claim", ARGUMENTS).args
        before = self._exchange(begun, 1)
        with self.b.if_then(self.b.icmp_signed("==", before, self._int(0))):
            self.b.call(drive, [calls, count])
        self.end()

    def _place(self, mailbox: ir.Value, number: int) -> ir.Value:
        return self.b.gep(mailbox, [self._int(number)])

    def _exchange(self, place: ir.Value, value: int) -> ir.Value:
        return self.b.atomic_rmw("xchg", place, self._int(value), "seq_cst")

    def _post(self) -> None:
        """Give the helper work. Returns 1 where it is asleep and has to be woken."""
        mailbox, *given = self.begin("post", [NUMBERS, I64, I64, I64], I64).args
        b = self.b
        for number, value in zip((CALLS, COUNT, LOOKS), given, strict=True):
            b.store(value, self._place(mailbox, number))
        self._exchange(self._place(mailbox, DONE), OPEN)
        before = self._exchange(self._place(mailbox, WORK), POSTED)
        self._answer(b.zext(b.icmp_signed("==", before, self._int(ASLEEP)), I64))

    def _wait(self) -> None:
        """Until the helper has finished, or at once where it has not begun or is parked. Returns 1 where that takes
        longer than looking for it: then it will wake whoever waits."""
        mailbox, looks = self.begin("wait", [NUMBERS, I64], I64).args
        self._take_back(mailbox, POSTED)
        place = self._place(mailbox, DONE)
        self._instead(place, OPEN, CLOSED)  # from here on it does not park
        self._take_back(mailbox, PARKED)
        self._look(place, FINISHED, looks)
        _, slept = self._instead(place, CLOSED, AWAITED)
        self._answer(self.b.zext(slept, I64))

    def _take_back(self, mailbox: ir.Value, state: int) -> None:
        _, back = self._instead(self._place(mailbox, WORK), state, AWAKE)
        with self.b.if_then(back, likely=False):
            self.b.ret(self._int(0))

    def _serve(self, drive: ir.Function) -> None:
        """Do what is posted, again and again. Returns 1 when somebody has to be woken, 0 when nothing came: the helper
        counts as asleep from then on."""
        (mailbox,) = self.begin("serve", [NUMBERS], I64).args
        b = self.b
        again = b.append_basic_block("again")
        b.branch(again)
        b.position_at_end(again)
        work, done = self._place(mailbox, WORK), self._place(mailbox, DONE)
        with b.if_then(self._asked(mailbox), likely=False):
            self._nap(mailbox)
            b.branch(again)
        self._look(work, POSTED, b.load(self._place(mailbox, LOOKS)))
        _, taken = self._instead(work, POSTED, AWAKE)
        with b.if_then(b.not_(taken), likely=False):
            _, slept = self._instead(work, AWAKE, ASLEEP)
            with b.if_then(slept):
                b.ret(self._int(0))
            b.branch(again)
        calls, count = (b.load(self._place(mailbox, number)) for number in (CALLS, COUNT))
        calls = b.inttoptr(calls, NUMBERS)

        def call(index: ir.Value) -> None:
            with b.if_then(self._asked(mailbox), likely=False):
                self._park(mailbox, again)
            self._say_busy(mailbox, 1)
            b.call(drive, [b.gep(calls, [b.mul(index, self._int(CALL))]), self._int(1)])
            self._say_busy(mailbox, 0)

        self._each(self._int(0), count, 1, call)
        before = self._exchange(done, FINISHED)
        with b.if_then(b.icmp_signed("==", before, self._int(AWAITED)), likely=False):
            b.ret(self._int(1))
        b.branch(again)
        self.entry.branch(self._start)

    def _park(self, mailbox: ir.Value, gone: ir.Block) -> None:
        """Nap until nobody asks for the processor any more, or somebody waits for what is left to be begun. Goes to
        `gone` where it has been taken back."""
        b = self.b
        work, done = self._place(mailbox, WORK), self._place(mailbox, DONE)
        self._exchange(work, PARKED)
        head, nap, over = (b.append_basic_block(name) for name in ("parked", "nap", "over"))
        b.branch(head)
        b.position_at_end(head)
        there = b.icmp_signed("==", b.load_atomic(work, "seq_cst", 8), self._int(PARKED))
        waits = b.icmp_signed("==", b.load_atomic(done, "seq_cst", 8), self._int(OPEN))
        b.cbranch(b.and_(b.and_(there, waits), self._asked(mailbox)), nap, over)
        b.position_at_end(nap)
        self._nap(mailbox)
        b.branch(head)
        b.position_at_end(over)
        _, mine = self._instead(work, PARKED, AWAKE)
        with b.if_then(b.not_(mine)):
            b.branch(gone)

    def _say_busy(self, mailbox: ir.Value, busy: int) -> None:
        numbers = self.b.inttoptr(self.b.load(self._place(mailbox, ASKED)), NUMBERS)
        self.b.store_atomic(self._int(busy), self.b.gep(numbers, [self._int(self._busy)]), "release", 8)

    def _asked(self, mailbox: ir.Value) -> ir.Value:
        number = self.b.inttoptr(self.b.load(self._place(mailbox, ASKED)), NUMBERS)
        return self.b.icmp_signed("!=", self.b.load_atomic(number, "acquire", 8), self._int(0))

    def _nap(self, mailbox: ir.Value) -> None:
        function = ir.PointerType(ir.FunctionType(I32, [I32]))
        nap = self.b.inttoptr(self.b.load(self._place(mailbox, NAP)), function)
        self.b.call(nap, [ir.Constant(I32, NAP_MICROSECONDS)])

    # -- what they are made of ------------------------------------------------------------------------------------

    def _answer(self, value: ir.Value) -> None:
        self.b.ret(value)
        self.entry.branch(self._start)

    def _look(self, place: ir.Value, wanted: int, looks: ir.Value) -> None:
        """Look until the number is the one wanted, so often at the most."""
        b = self.b
        before = b.block
        head, inside, after = (b.append_basic_block(name) for name in ("look", "rest", "seen"))
        b.branch(head)
        b.position_at_end(head)
        count = b.phi(I64)
        count.add_incoming(self._int(0), before)
        seen = b.icmp_signed("==", b.load_atomic(place, "acquire", 8), self._int(wanted))
        b.cbranch(b.or_(seen, b.icmp_signed(">=", count, looks)), after, inside)
        b.position_at_end(inside)
        if platform.machine().lower() in ("x86_64", "amd64"):
            name = "llvm.x86.sse2.pause"  # it saves power, and a twin core's time
            pause = self.module.globals.get(name)
            b.call(pause or ir.Function(self.module, ir.FunctionType(ir.VoidType(), []), name), [])
        count.add_incoming(b.add(count, self._int(1)), b.block)
        b.branch(head)
        b.position_at_end(after)

    def _instead(self, place: ir.Value, expected: int, value: int) -> tuple[ir.Value, ir.Value]:
        """Put a value in place of the expected one. Returns what was there and whether it was that."""
        pair = self.b.cmpxchg(place, self._int(expected), self._int(value), "seq_cst", "seq_cst")
        return self.b.extract_value(pair, 0), self.b.extract_value(pair, 1)
