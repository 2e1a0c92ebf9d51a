#define _GNU_SOURCE

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// Written at the end, it goes above what an operator asks for. Registers are the one part of a backtrace that shows what
// lies in memory.
static const char backtrace_setting[] = "registers=none";

static void open_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number is the one that is missing. What is written to a closed standard output is lost, and has
        // to be an error; nobody reads standard error either way.
        int opened = open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY);
        if (opened < 0) return;
    }
}

static void end_at_once(int number) {
    _exit(128 + number);
}

static const int ending_signals[] = {SIGTERM, SIGINT, SIGQUIT};
enum { ending_count = sizeof ending_signals / sizeof *ending_signals };

// Blocked, a signal waits; it outlives the program's replacing itself.
static void hold_signals(int how) {
    if (getpid() != 1) return;
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < ending_count; i++) sigaddset(&set, ending_signals[i]);
    sigprocmask(how, &set, NULL);
}

static void handle_signals(void) {
    signal(SIGPIPE, SIG_IGN);
    if (getpid() != 1) return;
    for (int i = 0; i < ending_count; i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = end_at_once;
        sigemptyset(&action.sa_mask);
        sigaction(ending_signals[i], &action, NULL);
    }
}

static void forbid_core_dumps(void) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    // The leak sanitizer looks into the process from outside.
    return;
#endif
#endif
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    // Where an administrator makes dumps all the same (gcore), private memory stays out of them.
    int filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (filter >= 0) {
        if (write(filter, "0\n", 2) < 0) { /* An older kernel, or no /proc: the two others hold. */ }
        close(filter);
    }
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), count = strlen(end);
    return length >= count && strcmp(text + length - count, end) == 0;
}

static void hide_memory_in_backtraces(char *const *arguments) {
    const char *name = "SWIFT_BACKTRACE";
    const char *before = getenv(name);
    if (before != NULL && ends_with(before, backtrace_setting)) return;
    char *setting = NULL;
    if (before != NULL && *before != '\0') {
        if (asprintf(&setting, "%s,%s", before, backtrace_setting) < 0) return;
    } else {
        setting = strdup(backtrace_setting);
    }
    if (setting == NULL || setenv(name, setting, 1) != 0) return;
    free(setting);
    // By its own path, which is where the process's name comes from; a program that was replaced meanwhile has none.
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = '\0';
    if (access(path, X_OK) == 0) execv(path, arguments);
    // The setting in the environment is in time for children alone; this process goes on without.
}

void w2f_prepare_process(char *const *arguments) {
    hold_signals(SIG_BLOCK);
    open_standard_descriptors();
    hide_memory_in_backtraces(arguments);
    handle_signals();
    hold_signals(SIG_UNBLOCK);
    forbid_core_dumps();
}

static long clamped(rlim_t limit) {
    // Whatever the kernel says of "unlimited", no process has more than its descriptors' type can count.
    return limit > INT_MAX ? INT_MAX : (long)limit;
}

long w2f_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return INT_MAX;
    struct rlimit raised = {limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    return clamped(limit.rlim_cur);
}

long w2f_highest_descriptor_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? clamped(limit.rlim_max) : INT_MAX;
}

int w2f_standard_output_failed(void) {
    return fflush(stdout) != 0 || ferror(stdout) != 0;
}

void *w2f_allocate_protected(unsigned long size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    madvise(memory, size, MADV_DONTDUMP);
    madvise(memory, size, MADV_DONTFORK);
    mlock(memory, size);
    return memory;
}

void w2f_free_protected(void *memory, unsigned long size) {
    explicit_bzero(memory, size);
    munmap(memory, size);
}
