"""What every generated CUDA kernel begins with: arithmetic, far loads, the team's barrier and its matrix product.

Nothing is included, so that NVRTC needs no headers. The same text runs on a CPU in the tests, by way of a header that
defines CUDA's words (threads as fibers).

The barrier is a counter that only grows, as in the persistent networks of Diamos et al. (2016): it is sound only when
all blocks of the team run at the same time, which a cooperative launch guarantees or refuses.
"""

# `load_far` reads past the first cache, which does not see what other multiprocessors write.
PRELUDE = """\
__device__ __forceinline__ real load_far(const real* a) { return __ldcg(a); }
__device__ __forceinline__ real larger(real a, real b) { return a < b ? b : (b == b ? a : b); }
__device__ __forceinline__ real smaller(real a, real b) { return a > b ? b : (b == b ? a : b); }
__device__ __forceinline__ real positive(real a) { return a > real(0) ? real(1) : real(0); }
__device__ __forceinline__ real at_least(real a, real b) { return a >= b ? real(1) : real(0); }
__device__ __forceinline__ real select(real m, real a, real b) { return m > real(0) ? a : b; }
__device__ __forceinline__ real sigmoid(real a) { return real(1) / (real(1) + exp(-a)); }
__device__ __forceinline__ real softplus(real a) { return larger(a, real(0)) + log1p(exp(-fabs(a))); }
"""

# G rows of weights stand side by side for each number that they multiply: one wide load serves all gates of a unit.
# With fewer than 32 sequences the lanes of a warp share the sums of a unit; with few units the warps of a block do
# (SPLIT). Both add up in a fixed order.
TEAM = """\
template <int G> struct Align { enum { bytes = int(sizeof(real)) * (G % 2 ? 1 : G % 4 ? 2 : 4) }; };
template <int G> struct alignas(Align<G>::bytes > 16 ? 16 : Align<G>::bytes) Pack { real v[G]; };

__device__ __forceinline__ void team_barrier(unsigned int* counter, unsigned int& turn) {
    __syncthreads();
    if (SLICES > 1) {
        if (threadIdx.x == 0) {
            turn += SLICES;
            __threadfence();
            atomicAdd(counter, 1u);
            while (*(volatile unsigned int*)counter < turn) __nanosleep(20);
            __threadfence();
        }
        __syncthreads();
    }
}

template <int G>
__device__ __forceinline__ void multiply(real (&sum)[G], const real* weights, const real* staged, int inner, int from,
                                         int count, int first, int units) {
    const int local = threadIdx.x % UNIT_THREADS, split = threadIdx.x / UNIT_THREADS, column = local % COLUMNS;
    const Pack<G>* packs = (const Pack<G>*)weights;
#if LANES == 1
    const int unit = first + local / COLUMNS;
    if (unit < units) {
        packs += unit * inner + from;
#pragma unroll 4
        for (int k = split; k < count; k += SPLIT) {
            const Pack<G> pack = packs[k];
            const real value = staged[k * COLUMNS + column];
            for (int g = 0; g < G; ++g) sum[g] += pack.v[g] * value;
        }
    }
#else
    const int lane = local % 32 / COLUMNS;
    const int begin = first + local / 32 * LANES;
    for (int i = 0; i < LANES && begin + i < units; ++i) {
        const Pack<G>* row = packs + (begin + i) * inner + from;
        real part[G] = {};
#pragma unroll 4
        for (int k = split * LANES + lane; k < count; k += SPLIT * LANES) {
            const Pack<G> pack = row[k];
            const real value = staged[k * COLUMNS + column];
            for (int g = 0; g < G; ++g) part[g] += pack.v[g] * value;
        }
        for (int g = 0; g < G; ++g) {
            for (int apart = COLUMNS; apart < 32; apart *= 2) part[g] += __shfl_xor_sync(~0u, part[g], apart);
            if (i == lane) sum[g] += part[g];
        }
    }
#endif
}

template <int G> __device__ __forceinline__ void combine(real (&sum)[G], real* parts) {
#if SPLIT > 1
    const int local = threadIdx.x % UNIT_THREADS, split = threadIdx.x / UNIT_THREADS;
    __syncthreads();
    if (split > 0)
        for (int g = 0; g < G; ++g) parts[((split - 1) * G + g) * UNIT_THREADS + local] = sum[g];
    __syncthreads();
    if (split == 0)
        for (int s = 0; s < SPLIT - 1; ++s)
            for (int g = 0; g < G; ++g) sum[g] += parts[(s * G + g) * UNIT_THREADS + local];
#endif
}
"""

# One block per row; the halves are always added in the same order.
TOTAL = """\
__device__ __forceinline__ void total(real* target, const real* a, const real* b, long long count) {
    extern __shared__ __align__(16) unsigned char pool[];
    real* parts = (real*)pool;
    real sum = 0;
    for (long long i = threadIdx.x; i < count; i += SUMMERS) sum += b ? a[i] * b[i] : a[i];
    parts[threadIdx.x] = sum;
    for (int half = SUMMERS / 2; half > 0; half /= 2) {
        __syncthreads();
        if ((int)threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
    }
    if (threadIdx.x == 0) *target = parts[0];
}
"""
