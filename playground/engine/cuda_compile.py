"""What all CUDA engines of a process share: the stream, and the kernels that were compiled."""

from functools import lru_cache
from types import ModuleType
from typing import Any

CACHED = 256  # kernels that are kept


@lru_cache(maxsize=1)
def own_stream(xp: ModuleType) -> Any:
    """The stream of this process, apart from the default one. One for all engines: what one of them has put on its
    way, such as zeros in a new array, is there when another goes on."""
    return xp.cuda.Stream(non_blocking=True)


@lru_cache(maxsize=CACHED)
def compile_kernel(xp: ModuleType, text: str, name: str, together: bool) -> Any:
    """A kernel of a text, by NVRTC when it is first asked for; CuPy also keeps it on disk.

    together: all its blocks must run at the same time, or the launch is refused.
    """
    module = xp.RawModule(code=text, options=("--std=c++17",), enable_cooperative_groups=together)
    return module.get_function(name)
