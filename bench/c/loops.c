/*
 * The floor of loop tasks: threads that sleep until the next slot of a grid and do nothing.
 *
 *   loops THREADS PERIOD_US
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long period_ns;

static void *run(void *unused)
{
    (void)unused;
    struct timespec slot;
    clock_gettime(CLOCK_MONOTONIC, &slot);
    while (1) {
        slot.tv_nsec += period_ns;
        slot.tv_sec += slot.tv_nsec / 1000000000;
        slot.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &slot, NULL);
    }
    return NULL;
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    period_ns = atol(arguments[2]) * 1000;
    for (int index = 0; index < atoi(arguments[1]); index++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, NULL) != 0)
            return 1;
    }
    pause();
    return 0;
}
