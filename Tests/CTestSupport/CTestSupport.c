#define _GNU_SOURCE
#include "CTestSupport.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

int test_spawn(char *const arguments[], char *const environment[], const char *directory, const char *terminal,
               const int descriptors[3], pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    for (int number = 0; number < 3; number++) {
        if (descriptors[number] >= 0)
            posix_spawn_file_actions_adddup2(&actions, descriptors[number], number);
        else if (terminal)
            posix_spawn_file_actions_addopen(&actions, number, terminal, O_RDWR, 0);
    }
    if (terminal) flags |= POSIX_SPAWN_SETSID;
    if (directory) posix_spawn_file_actions_addchdir_np(&actions, directory);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_setflags(&attributes, flags);
    int error = posix_spawn(pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int test_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
