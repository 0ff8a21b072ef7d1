#include "CLinux.h"

#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

extern char *getenv(const char *name);
extern int pipe2(int ends[2], int flags);
extern long syscall(long number, ...);
extern void *memmem(const void *text, size_t length, const void *part, size_t part_length);

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

int clinux_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    for (int i = 0; i < 2; i++) {
        if (ends[i] > 2) continue;
        int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
        int error = errno;
        close(ends[i]);
        ends[i] = moved;
        if (moved < 0) {
            close(ends[1 - i]);
            return error;
        }
    }
    return 0;
}

struct spawn_request {
    char *const *arguments, *const *environment;
    const char *directory;
    const int *descriptors;
    uint64_t descriptor_limit;
    pid_t pid;
    int error, is_done;
    struct spawn_request *next;
};

// One directory of PATH after the other, as a shell looks for a program. Returns where there is none: the error.
static int execute(char *const arguments[], char *const environment[], const char *path) {
    const char *name = arguments[0];
    if (strchr(name, '/')) {
        execve(name, arguments, environment);
        return errno;
    }
    size_t name_length = strlen(name);
    int error = ENOENT;
    if (name_length == 0) return error;
    for (;;) {
        size_t length = strcspn(path, ":");
        char file[PATH_MAX];
        // Not below the directory that the program starts in, which may be one that others write to.
        if (*path == '/' && length + name_length + 2 <= sizeof file) {
            memcpy(file, path, length);
            file[length++] = '/';
            memcpy(file + length, name, name_length + 1);
            execve(file, arguments, environment);
            if (errno != ENOENT && errno != ENOTDIR) error = errno;
            if (error != ENOENT && error != EACCES) return error;
        }
        path += strcspn(path, ":");
        if (*path++ == 0) return error;
    }
}

static void close_from(int first) {
    if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    for (int fd = first; fd < (int)limit.rlim_cur; fd++) close(fd);
}

// In the child, whose memory is the parent's until it runs the program: system calls only. Returns an error, see clinux_spawn.
static int become(const struct spawn_request *request, pid_t parent, const char *path) {
    // The kernel's own form, all zero: the C library keeps two signals from its callers, which may be ignored here, too.
    static const uint64_t standard[8];
    for (int number = 1; number < _NSIG; number++) syscall(SYS_rt_sigaction, number, standard, 0, _NSIG / 8);
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    if (getppid() != parent) return ESRCH;
    if (request->directory && chdir(request->directory) != 0) return -errno;
    for (int i = 0; i < 3; i++)
        if (dup2(request->descriptors[i], i) < 0) return errno;
    close_from(3);
    struct rlimit limit;
    if (request->descriptor_limit > 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        if (request->descriptor_limit < limit.rlim_cur) limit.rlim_cur = request->descriptor_limit;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    return execute(request->arguments, request->environment, path);
}

// The threads that start all programs, and never end: a program is killed when the thread ends that started it. There are two:
// one may wait for a file system that does not answer.
enum { spawner_threads = 2 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t asked, answered;
    struct spawn_request *first, **last;
    int thread_count;
} spawner = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, &spawner.first, 0};

static void spawn_here(struct spawn_request *request) {
    const char *path = getenv("PATH");
    if (!path) path = "/bin:/usr/bin";
    pid_t parent = getpid();
    volatile int error = 0;
    pid_t child = vfork();
    if (child == 0) {
        error = become(request, parent, path);
        _exit(127);
    }
    if (child < 0) {
        request->error = errno;
        return;
    }
    request->error = error;
    request->pid = child;
    if (error)
        while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
}

static void *spawn_for_ever(void *unused) {
    // The child must not run a handler of the parent's.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, 0);
    clinux_set_thread_name("programs");
    pthread_mutex_lock(&spawner.lock);
    for (;;) {
        struct spawn_request *request = spawner.first;
        if (!request) {
            pthread_cond_wait(&spawner.asked, &spawner.lock);
            continue;
        }
        spawner.first = request->next;
        if (!spawner.first) spawner.last = &spawner.first;
        pthread_mutex_unlock(&spawner.lock);
        spawn_here(request);
        pthread_mutex_lock(&spawner.lock);
        request->is_done = 1;
        pthread_cond_broadcast(&spawner.answered);
    }
    return unused;
}

// With the lock held. An error only where there is no thread at all.
static int start_threads(void) {
    pthread_t thread;
    int error = 0;
    while (spawner.thread_count < spawner_threads && !(error = pthread_create(&thread, 0, spawn_for_ever, 0))) {
        pthread_detach(thread);
        spawner.thread_count++;
    }
    return spawner.thread_count > 0 ? 0 : error;
}

int clinux_spawn(char *const arguments[], char *const environment[], const char *directory, const int descriptors[3],
                 uint64_t descriptor_limit, pid_t *pid) {
    struct spawn_request request = {arguments, environment, directory, descriptors, descriptor_limit, 0, 0, 0, 0};
    pthread_mutex_lock(&spawner.lock);
    int error = start_threads();
    if (error) {
        pthread_mutex_unlock(&spawner.lock);
        return error;
    }
    *spawner.last = &request;
    spawner.last = &request.next;
    pthread_cond_signal(&spawner.asked);
    while (!request.is_done) pthread_cond_wait(&spawner.answered, &spawner.lock);
    pthread_mutex_unlock(&spawner.lock);
    *pid = request.pid;
    return request.error;
}

int clinux_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_reap(pid_t pid) {
    int status = 0;
    pid_t reaped;
    do reaped = waitpid(pid, &status, WNOHANG);
    while (reaped < 0 && errno == EINTR);
    if (reaped < 0 && errno == ECHILD) return 0xFF00;
    return reaped == pid ? status : -1;
}

int clinux_adopts_orphans(void) {
    int is_subreaper = 0;
    if (getpid() == 1) return 1;
    return prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper) == 0 && is_subreaper;
}

pid_t clinux_ended_child(void) {
    siginfo_t info;
    int result;
    do {
        info.si_pid = 0;
        result = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? info.si_pid : 0;
}

const void *clinux_find(const void *part, size_t part_length, const void *text, size_t length) {
    return memmem(text, length, part, part_length);
}
