"""NVRTC by ctypes: compiles CUDA text to machine code for any GPU, where there is no GPU and no CuPy."""

import ctypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def nvrtc() -> ctypes.CDLL | None:
    """NVIDIA's compiler from its wheel (extra `nvrtc`), or None where it is not installed."""
    spec = find_spec("nvidia")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        found = [
            *sorted(Path(folder).glob("cuda_nvrtc/lib/libnvrtc.so*")),
            *sorted(Path(folder).glob("cuda_nvrtc/bin/nvrtc64_*_0.dll")),
        ]
        if found:
            return ctypes.CDLL(str(found[0]))
    return None


def compile_for(text: str, architecture: str) -> bytes:
    """Machine code of a text for "sm_90" and the like. Raises AssertionError with the compiler's log."""
    library = nvrtc()
    assert library is not None
    program = ctypes.c_void_p()
    assert library.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"kernels.cu", 0, None, None) == 0
    try:
        options = [f"--gpu-architecture={architecture}".encode(), b"--std=c++17"]
        failed = library.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
        size = ctypes.c_size_t()
        library.nvrtcGetProgramLogSize(program, ctypes.byref(size))
        log = ctypes.create_string_buffer(size.value)
        library.nvrtcGetProgramLog(program, log)
        assert not failed, log.value.decode()
        library.nvrtcGetCUBINSize(program, ctypes.byref(size))
        code = ctypes.create_string_buffer(size.value)
        library.nvrtcGetCUBIN(program, code)
        return code.raw
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))
