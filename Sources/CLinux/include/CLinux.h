// What Linux offers and Swift's Glibc module lacks: epoll, eventfd, signalfd, timerfd, accept4, thread names, pidfd, starting
// programs.
//
// `_GNU_SOURCE` stays undefined here (it breaks debug builds), so accept4 is declared by hand.
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
extern int pthread_setname_np(pthread_t thread, const char *name);

static inline int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// The event's data carries a 64-bit token of the caller's.
static inline int clinux_epoll_ctl(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return epoll_ctl(epoll, operation, fd, &event);
}

static inline uint64_t clinux_event_token(const struct epoll_event *event) { return event->data.u64; }

static inline int clinux_accept(int fd) { return accept4(fd, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK); }

// A descriptor that is readable once a time has come, and the setting of that time (nanoseconds of the monotonic clock, not
// 0). Not inline: <sys/timerfd.h> here would take `timespec` from Glibc's module into this one.
int clinux_timerfd(void);
void clinux_timerfd_set(int fd, uint64_t nanoseconds);

// Readable when one of the blocked signals in the set is pending.
static inline int clinux_signalfd(const sigset_t *set) { return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK); }

// Takes one pending signal: its number, 0 where none waits, -1 on an error.
static inline int clinux_next_signal(int fd) {
    struct signalfd_siginfo info;
    long count = read(fd, &info, sizeof info);
    if (count == (long)sizeof info) return (int)info.ssi_signo;
    return count < 0 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

// Bytes that the peer's kernel has acknowledged on a TCP socket, -1 where the kernel does not tell (before Linux 4.1).
// The C library's struct tcp_info ends before tcpi_bytes_acked, which is at byte 120 of the kernel's.
static inline int64_t clinux_acknowledged_bytes(int fd) {
    uint64_t info[29] = {0};
    socklen_t length = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) != 0 || length < 128) return -1;
    return (int64_t)info[15];
}

// Starts a program with empty standard input and output, and `error_fd` as standard error, in a process group of its own (a
// Ctrl-C on the terminal does not reach it), with no signal blocked. It is killed when the calling thread ends, so that it
// never outlives its owner. Returns its process id, or -1. Where the program cannot be run it exits with 127.
int clinux_start_bound(const char *path, char *const arguments[], char *const environment[], int error_fd);

static inline void clinux_set_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

// A pipe that is closed on exec, and whose ends leave 0, 1 and 2 alone. 0, or the error.
int clinux_pipe(int ends[2]);

// Starts a program, found in the absolute directories of this process's PATH where its name has no slash, as the leader of a process group of its own: with these
// descriptors as 0, 1 and 2 and no others, all signals at their defaults, none blocked, and at most `descriptor_limit`
// descriptors of its own (0: as many as this process). It is killed when this process ends, however that happens. `directory`
// may be null. 0, or the error, which is negative where the directory is the reason. The calling thread waits until the program's image is loaded.
int clinux_spawn(char *const arguments[], char *const environment[], const char *directory, const int descriptors[3],
                 uint64_t descriptor_limit, pid_t *pid);

// A descriptor that is readable once the child has ended (Linux 5.3), -1 on an error.
int clinux_pidfd(pid_t pid);

// Whether this process becomes the parent of those whose parent has ended.
int clinux_adopts_orphans(void);

// A child that has ended and is not reaped yet, which stays so; 0 where there is none.
pid_t clinux_ended_child(void);

// Reaps a child that has ended: its wait status, -1 where it has not. Of one that somebody else has reaped nothing is known: it
// counts as one that exited with 255.
int clinux_reap(pid_t pid);

// Where a part first stands in a text, null where it does not. Takes time for each byte once, whatever the bytes are.
const void *clinux_find(const void *part, size_t part_length, const void *text, size_t length);

static const uint32_t clinux_EPOLLIN = EPOLLIN;
static const uint32_t clinux_EPOLLOUT = EPOLLOUT;
static const uint32_t clinux_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t clinux_EPOLLERR = EPOLLERR;
static const uint32_t clinux_EPOLLHUP = EPOLLHUP;
static const uint32_t clinux_EPOLLET = EPOLLET;

#endif
