// CUDA's words for an ordinary C++ compiler: every thread of a grid is a fiber, so the kernels' own text runs on a CPU.
// A fiber runs until it has to wait, in ascending or descending order of threads and blocks: a missing barrier shows as
// a difference between the two. Shared memory begins as NaN. Where nobody can go on, the launch returns an error.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define __global__
#define __device__
#define __shared__
#define __forceinline__ inline
#define __launch_bounds__(threads)
#define __align__(bytes) __attribute__((aligned(bytes)))

struct Place { unsigned int x, y, z; };
static Place threadIdx, blockIdx, blockDim, gridDim;
alignas(16) unsigned char pool[1 << 18];

enum State { READY, AT_BARRIER, AT_WARP, ASLEEP, DONE };
const int STACK = 1 << 15;

struct Fiber { ucontext_t context; State state; };
struct Block { Place index; Fiber* fibers; unsigned char* pool; double* exchange; int live; };

static ucontext_t scheduler;
static Block* block;
static int thread, threads;
static long progress;
static void (*entry)(void**);
static void** arguments;

static void wait_as(State state) {
    const int me = thread;
    block->fibers[me].state = state;
    swapcontext(&block->fibers[me].context, &scheduler);
}

static void warp_meets() {
    const int first = thread / 32 * 32;
    bool all = true;
    for (int i = first; i < first + 32; ++i) all = all && (i == thread || block->fibers[i].state == AT_WARP);
    if (!all) { wait_as(AT_WARP); return; }
    for (int i = first; i < first + 32; ++i) block->fibers[i].state = READY;
}

static void __syncthreads() { wait_as(AT_BARRIER); }
static void __nanosleep(unsigned int) { wait_as(ASLEEP); }
static void __threadfence() {}
static unsigned int atomicAdd(unsigned int* a, unsigned int b) { unsigned int old = *a; *a += b; ++progress; return old; }
template <class T> static T __ldcg(const T* a) { return *a; }
static int min(int a, int b) { return a < b ? a : b; }

template <class T> static T __shfl_xor_sync(unsigned int, T value, int apart) {
    memcpy(block->exchange + thread, &value, sizeof(T));
    warp_meets();
    T other;
    memcpy(&other, block->exchange + (thread / 32 * 32 | (thread % 32 ^ apart)), sizeof(T));
    warp_meets();
    return other;
}

static void body() {
    entry(arguments);
    block->fibers[thread].state = DONE;
    --block->live, ++progress;
}

// Runs what can run.
static void advance(Block& b, bool descending) {
    bool again = true;
    block = &b;
    blockIdx = b.index;
    memcpy(pool, b.pool, sizeof pool);
    while (again) {
        again = false;
        int waiting = 0;
        for (int n = 0; n < threads; ++n) {
            thread = descending ? threads - 1 - n : n;
            Fiber& fiber = b.fibers[thread];
            if (fiber.state != READY) continue;
            threadIdx.x = thread;
            swapcontext(&scheduler, &fiber.context);
            again = true;
        }
        for (int n = 0; n < threads; ++n) waiting += b.fibers[n].state == AT_BARRIER;
        if (!again && b.live && waiting == b.live) {
            for (int n = 0; n < threads; ++n) if (b.fibers[n].state == AT_BARRIER) b.fibers[n].state = READY;
            again = true, ++progress;
        }
    }
    memcpy(b.pool, pool, sizeof pool);
}

// 0: done. 1: threads wait for each other for ever.
static int run(void (*kernel)(void**), void** given, int gx, int gy, int count, bool together, bool descending) {
    const int blocks = gx * gy, at_once = together ? blocks : 1;
    entry = kernel, arguments = given, threads = count;
    gridDim = {(unsigned)gx, (unsigned)gy, 1}, blockDim = {(unsigned)count, 1, 1}, threadIdx = {0, 0, 0};
    for (int from = 0; from < blocks; from += at_once) {
        Block* all = (Block*)calloc(at_once, sizeof(Block));
        char* stacks = (char*)malloc((size_t)at_once * count * STACK);
        int live = 0, result = 0;
        for (int k = 0; k < at_once; ++k) {
            const int number = descending ? blocks - 1 - from - k : from + k;
            Block& b = all[k];
            b.index = {(unsigned)(number % gx), (unsigned)(number / gx), 0};
            b.fibers = (Fiber*)calloc(count, sizeof(Fiber));
            b.exchange = (double*)calloc(count, sizeof(double));
            b.pool = (unsigned char*)malloc(sizeof pool);
            memset(b.pool, 0xff, sizeof pool);
            b.live = count;
            for (int n = 0; n < count; ++n) {
                getcontext(&b.fibers[n].context);
                b.fibers[n].context.uc_stack.ss_sp = stacks + ((size_t)k * count + n) * STACK;
                b.fibers[n].context.uc_stack.ss_size = STACK;
                b.fibers[n].context.uc_link = &scheduler;
                makecontext(&b.fibers[n].context, body, 0);
            }
            live += count;
        }
        for (int idle = 0; live && !result;) {
            const long before = progress;
            live = 0;
            for (int k = 0; k < at_once; ++k) {
                for (int n = 0; n < count; ++n)
                    if (all[k].fibers[n].state == ASLEEP) all[k].fibers[n].state = READY;
                advance(all[k], descending);
                live += all[k].live;
            }
            idle = progress > before ? 0 : idle + 1;
            result = idle > 3;
        }
        for (int k = 0; k < at_once; ++k) free(all[k].fibers), free(all[k].exchange), free(all[k].pool);
        free(stacks), free(all);
        if (result) return result;
    }
    return 0;
}
