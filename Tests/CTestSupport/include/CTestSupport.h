// posix_spawn(3) with the parts that Glibc's Swift module does not show.
#pragma once

#include <sys/types.h>

// Starts the program arguments[0] with default signals, descriptors[0...2] as its standard ones, and no other descriptor.
// terminal: the path of one that becomes its controlling terminal, in a session of its own, and takes the place of
// descriptors that are -1; may be null. directory: where it starts; null: here. 0, or an error number.
int test_spawn(char *const arguments[], char *const environment[], const char *directory, const char *terminal,
               const int descriptors[3], pid_t *pid);

// A pipe that no program inherits. 0, or -1 and errno.
int test_pipe(int ends[2]);
