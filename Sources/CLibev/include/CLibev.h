#ifndef CLIBEV_H
#define CLIBEV_H

#include <ev.h>

// libev's initialisers (ev_io_init and so on) are macros, which Swift cannot see: these are the same as functions.

typedef void (*w2f_ev_io_callback)(struct ev_loop *, ev_io *, int);
typedef void (*w2f_ev_timer_callback)(struct ev_loop *, ev_timer *, int);
typedef void (*w2f_ev_async_callback)(struct ev_loop *, ev_async *, int);
typedef void (*w2f_ev_prepare_callback)(struct ev_loop *, ev_prepare *, int);
typedef void (*w2f_ev_idle_callback)(struct ev_loop *, ev_idle *, int);

void w2f_ev_io_init(ev_io *watcher, w2f_ev_io_callback callback, int fd, int events);
void w2f_ev_io_set(ev_io *watcher, int fd, int events);
void w2f_ev_timer_init(ev_timer *watcher, w2f_ev_timer_callback callback, double after, double repeat);
void w2f_ev_timer_set(ev_timer *watcher, double after, double repeat);
void w2f_ev_async_init(ev_async *watcher, w2f_ev_async_callback callback);
void w2f_ev_prepare_init(ev_prepare *watcher, w2f_ev_prepare_callback callback);
void w2f_ev_idle_init(ev_idle *watcher, w2f_ev_idle_callback callback);
int w2f_ev_is_active(const void *watcher);

// The loop object of the calling thread, or NULL: set once by the loop's thread, before it runs.
void *w2f_current_loop(void);
void w2f_set_current_loop(void *loop);

// Names the calling thread (15 bytes at most); glibc declares it for _GNU_SOURCE only.
void w2f_name_thread(const char *name);

// accept4 with a non-blocking, close-on-exec result; the same reason.
// `address` is a sockaddr_storage (no socket header here: its types would no longer be Glibc's for Swift).
int w2f_accept(int descriptor, void *address, unsigned int *length);

#endif
