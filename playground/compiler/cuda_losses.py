"""CUDA text of the losses: one thread per step and sequence writes ∂L/∂scores and its own part of the loss.

The equations are those of `playground.network.losses`. Parts are added up in 64 bits and in a fixed order.
"""

from playground.compiler.cuda_prelude import PRELUDE
from playground.compiler.cuda_text import REALS

SUMMERS = 256  # threads that add up the parts
KINDS = ("mse", "binary_cross_entropy", "cross_entropy")

HEAD = """\
extern "C" __global__ void loss(int T, int B, int O, long long over_time, long long over_rows, long long d_over_time,
                                long long d_over_rows, double share, real* scores, real* d_scores, real* targets,
                                int* classes, real* mask, double* parts) {
    const long long index = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= (long long)T * B) return;
    const long long t = index / B, b = index % B;
    const real* s = scores + t * over_time + b;
    real* d = d_scores + t * d_over_time + b;
    const real* y = targets + index * O;
    const bool counts = mask[index] > real(0);
    const real weight = mask[index] * real(share);
    double part = 0;
"""

BODIES = {
    "mse": """\
    for (int o = 0; o < O; ++o) {
        const real error = counts ? s[o * over_rows] - y[o] : real(0);
        part += (double)(error * error * weight);
        d[o * d_over_rows] = error * weight * (real(2) / O);
    }
    parts[index] = part / O;
""",
    "binary_cross_entropy": """\
    for (int o = 0; o < O; ++o) {
        const real score = counts ? s[o * over_rows] : real(0);
        part += (double)((softplus(score) - score * y[o]) * weight);
        d[o * d_over_rows] = (sigmoid(score) - y[o]) * weight / O;
    }
    parts[index] = part / O;
""",
    "cross_entropy": """\
    real top = s[0], total = 0;
    for (int o = 1; o < O; ++o) top = larger(top, s[o * over_rows]);
    for (int o = 0; o < O; ++o) total += exp(s[o * over_rows] - top);
    const real logarithm = log(total);
    for (int o = 0; o < O; ++o) {
        const real shifted = s[o * over_rows] - top;
        const bool chosen = o == classes[index];
        if (chosen) part = (double)((logarithm - shifted) * weight);
        d[o * d_over_rows] = (exp(shifted - logarithm) - (chosen ? real(1) : real(0))) * weight;
    }
    parts[index] = part;
""",
}

TALLY = """\
extern "C" __global__ void tally(long long count, int place, double* parts, double* losses) {
    extern __shared__ __align__(16) unsigned char pool[];
    double* sums = (double*)pool;
    double sum = 0;
    for (long long i = threadIdx.x; i < count; i += SUMMERS) sum += parts[i];
    sums[threadIdx.x] = sum;
    for (int half = SUMMERS / 2; half > 0; half /= 2) {
        __syncthreads();
        if ((int)threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    }
    if (threadIdx.x == 0) losses[place] = sums[0];
}
"""


def emit_loss(kind: str, dtype: str) -> str:
    """The text with `loss`, for scores [T, O, B] with these distances between steps and rows, targets [T, B, O] or
    classes [T, B] and mask [T, B]; and `tally`, which leaves the sum of the parts at a place among the losses."""
    head = f"typedef {REALS[dtype]} real;\n#define SUMMERS {SUMMERS}\n"
    return "\n".join([head, PRELUDE, HEAD + BODIES[kind] + "}\n", TALLY])
