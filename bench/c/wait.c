/*
 * The floor of a loop at 1 kHz that can be woken: a C thread at SCHED_FIFO 80 with locked memory and /dev/cpu_dma_latency at 0, as cyclictest is, that
 * waits for its slots on a futex, as our loops do. Prints "late MICROSECONDS COUNT".
 *
 *   wait SECONDS
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { period_ns = 1000000, ignored = 500, most = 100000 };

static int histogram[most + 1];
static int word;

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    struct sched_param parameters = { .sched_priority = 80 };
    int zero = 0;
    int latency = open("/dev/cpu_dma_latency", O_WRONLY);
    if (latency < 0 || write(latency, &zero, sizeof zero) != sizeof zero)
        perror("/dev/cpu_dma_latency");
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        perror("mlockall");
    if (sched_setscheduler(0, SCHED_FIFO, &parameters) != 0)
        perror("sched_setscheduler");
    long origin = now();
    long turns = atol(arguments[1]) * 1000;
    for (long slot = 1; slot <= turns;) {
        long due = origin + slot * period_ns;
        struct timespec until = { .tv_sec = due / 1000000000, .tv_nsec = due % 1000000000 };
        syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0, &until, NULL, FUTEX_BITSET_MATCH_ANY);
        long late = (now() - due) / 1000;
        if (late < 0)
            continue;
        if (slot >= ignored)
            histogram[late > most ? most : late]++;
        long over = (now() - origin + period_ns - 1) / period_ns;
        slot = slot + 1 > over ? slot + 1 : over;
    }
    for (int late = 0; late <= most; late++)
        if (histogram[late] > 0)
            printf("late %d %d\n", late, histogram[late]);
    return 0;
}
