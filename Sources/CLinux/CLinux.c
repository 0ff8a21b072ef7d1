#include "CLinux.h"

#include <sys/timerfd.h>

int clinux_timerfd(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK); }

void clinux_timerfd_set(int fd, uint64_t nanoseconds) {
    struct itimerspec times = {{0, 0}, {0, 0}};
    times.it_value.tv_sec = (time_t)(nanoseconds / 1000000000u);
    times.it_value.tv_nsec = (long)(nanoseconds % 1000000000u);
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &times, 0);
}
