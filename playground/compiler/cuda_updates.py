"""CUDA text of the optimizers: norm, verdict and update of all parameters, without the host.

`squares` and `judge` leave the gradient's norm where it can be read later, and a verdict where the loss or the norm is
not finite; `update` writes what the parameters would become beside them, and adds a verdict where that is not finite;
`commit` takes it over unless there is a verdict, whichever network it is from. A verdict stays until the host has read
it, so nothing is spoiled by the steps that were under way already. It is two numbers: what was not finite (1 loss, 2
gradient, 3 weights), and the mark of that window.
"""

from playground.compiler.cuda_text import REALS

BLOCKS, SUMMERS = 64, 256  # that add up squares
KINDS = ("sgd", "momentum", "rmsprop", "adam", "adamw")
QUANTITIES = ("", "loss", "gradient", "weights")  # what a verdict names

TEXT = """\
__device__ __forceinline__ bool is_finite(double a) { return a - a == 0; }

extern "C" __global__ void squares(long long count, real* gradients, double* parts) {
    extern __shared__ __align__(16) unsigned char pool[];
    double* sums = (double*)pool;
    double sum = 0;
    for (long long i = (long long)blockIdx.x * SUMMERS + threadIdx.x; i < count; i += BLOCKS * SUMMERS)
        sum += (double)gradients[i] * (double)gradients[i];
    sums[threadIdx.x] = sum;
    for (int half = SUMMERS / 2; half > 0; half /= 2) {
        __syncthreads();
        if ((int)threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    }
    if (threadIdx.x == 0) parts[blockIdx.x] = sums[0];
}

extern "C" __global__ void judge(int loss, int place, int mark, double clip, double* parts, double* factor,
                                 double* losses, double* norms, double* verdict) {
    double sum = 0;
    for (int k = 0; k < BLOCKS; ++k) sum += parts[k];
    const double norm = sqrt(sum);
    norms[place] = norm;
    *factor = clip > 0 && norm >= clip && is_finite(norm) ? clip / norm : 1.0;
    if (mark >= 0 && verdict[0] == 0) {
        const int wrong = !is_finite(losses[loss]) ? 1 : !is_finite(norm) ? 2 : 0;
        if (wrong) verdict[0] = wrong, verdict[1] = mark;
    }
}

extern "C" __global__ void scale(long long count, double factor, real* gradients) {
    const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) gradients[i] *= real(factor);
}

extern "C" __global__ void commit(long long count, double* verdict, real* values, real* first, real* second,
                                  real* new_values, real* new_first, real* new_second) {
    const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count || verdict[0] != 0) return;
    values[i] = new_values[i];
    if (FIRST) first[i] = new_first[i];
    if (SECOND) second[i] = new_second[i];
}

extern "C" __global__ void update(long long count, int mark, int all, double rate_, double first_rate_,
                                  double second_rate_, double epsilon_, double scale_, double decay_, double* factor,
                                  double* verdict, real* gradients, real* trainable, real* values, real* first,
                                  real* second, real* new_values, real* new_first, real* new_second) {
    const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const real rate = real(rate_), first_rate = real(first_rate_), second_rate = real(second_rate_);
    const real epsilon = real(epsilon_), scale = real(scale_), decay = real(decay_);
    const real g = gradients[i] * real(*factor), trains = all ? real(1) : trainable[i];
    real value = values[i], a = FIRST ? first[i] : real(0), b = SECOND ? second[i] : real(0), part = g;
RULE
    value -= rate * part * trains;
    new_values[i] = value;
    if (FIRST) new_first[i] = a;
    if (SECOND) new_second[i] = b;
    const bool sound = is_finite(value) && is_finite(a) && is_finite(b);
    if (mark >= 0 && !sound && verdict[0] == 0) verdict[1] = mark, verdict[0] = 3;
}
"""

ADAM = """\
    value *= real(1) - decay * trains;
    a = a * first_rate + g * (real(1) - first_rate);
    b = b * second_rate + g * g * (real(1) - second_rate);
    part = a / (sqrt(b) * scale + epsilon);"""
RULES = {
    "sgd": "",
    "momentum": "    a = a * first_rate + g;\n    part = a;",
    "rmsprop": ("    a = a * first_rate + g * g * (real(1) - first_rate);\n    part = g / (sqrt(a) + epsilon);"),
    "adam": ADAM,
    "adamw": ADAM,
}


def emit_update(kind: str, dtype: str) -> str:
    """The text with `squares`, `judge`, `scale`, `update` and `commit` of an optimizer; settings as for
    `playground.compiler.native_updates`. mark: of the window, -1 where the host judges."""
    memories = {"sgd": 0, "momentum": 1, "rmsprop": 1}.get(kind, 2)
    head = (
        f"typedef {REALS[dtype]} real;\n#define BLOCKS {BLOCKS}\n#define SUMMERS {SUMMERS}\n"
        f"#define FIRST {int(memories > 0)}\n#define SECOND {int(memories > 1)}\n"
    )
    return head + TEXT.replace("RULE", RULES[kind])
