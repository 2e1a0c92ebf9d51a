#ifndef CPROCESS_H
#define CPROCESS_H

/// Prepares the process, before anything else of it runs. Call it once, at the beginning of `main`, with one thread.
///
/// - Descriptors 0 to 2 are open afterwards, so that nothing else that is opened becomes standard error. Where standard
///   output was closed, writing to it fails as before.
/// - Writing to a pipe that nobody reads is an error and no signal.
/// - As process 1 of a container, SIGTERM and SIGINT end the process until somebody else takes them: the kernel would
///   ignore them.
/// - Nothing of the memory, which holds keys, gets into a core dump, or to another process of the same user.
/// - A crash's backtrace shows no memory. The runtime reads how it is to look before `main`: so the program replaces
///   itself by itself, once, with SWIFT_BACKTRACE set in the environment.
void w2f_prepare_process(char *const *arguments);

/// Raises the limit of file descriptors to the highest that the process may set, and returns what holds then.
long w2f_raise_descriptor_limit(void);

/// The highest limit of file descriptors that the process may set.
long w2f_highest_descriptor_limit(void);

/// Writes out what the C library still holds for standard output. Not zero if something of it could not be written.
int w2f_standard_output_failed(void);

/// Allocates a page or more for a key: not in core dumps, not in children, and not swapped out where that is allowed.
/// NULL where there is no memory.
void *w2f_allocate_protected(unsigned long size);

/// Overwrites and frees what `w2f_allocate_protected` gave.
void w2f_free_protected(void *memory, unsigned long size);

#endif
