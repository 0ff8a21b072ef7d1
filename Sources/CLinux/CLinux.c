#include "CLinux.h"

#include <sys/prctl.h>
#include <sys/timerfd.h>

int clinux_timerfd(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK); }

void clinux_timerfd_set(int fd, uint64_t nanoseconds) {
    struct itimerspec times = {{0, 0}, {0, 0}};
    times.it_value.tv_sec = (time_t)(nanoseconds / 1000000000u);
    times.it_value.tv_nsec = (long)(nanoseconds % 1000000000u);
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &times, 0);
}

int clinux_start_bound(const char *path, char *const arguments[], char *const environment[], int error_fd) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0) return child;
    // Between fork and exec of a process with threads: async-signal-safe calls only.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(error_fd, 2) < 0) _exit(127);
    execve(path, arguments, environment);
    _exit(127);
}
