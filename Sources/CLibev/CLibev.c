#define _GNU_SOURCE
#include "CLibev.h"

#include <pthread.h>
#include <sys/socket.h>

void w2f_ev_io_init(ev_io *watcher, w2f_ev_io_callback callback, int fd, int events) {
    ev_io_init(watcher, callback, fd, events);
}

void w2f_ev_io_set(ev_io *watcher, int fd, int events) {
    ev_io_set(watcher, fd, events);
}

void w2f_ev_timer_init(ev_timer *watcher, w2f_ev_timer_callback callback, double after, double repeat) {
    ev_timer_init(watcher, callback, after, repeat);
    // After the sockets that became ready in the same turn: libev would run the timers first.
    ev_set_priority(watcher, EV_MINPRI);
}

void w2f_ev_timer_set(ev_timer *watcher, double after, double repeat) {
    ev_timer_set(watcher, after, repeat);
}

void w2f_ev_async_init(ev_async *watcher, w2f_ev_async_callback callback) {
    ev_async_init(watcher, callback);
}

void w2f_ev_prepare_init(ev_prepare *watcher, w2f_ev_prepare_callback callback) {
    ev_prepare_init(watcher, callback);
}

void w2f_ev_idle_init(ev_idle *watcher, w2f_ev_idle_callback callback) {
    ev_idle_init(watcher, callback);
}

int w2f_ev_is_active(const void *watcher) {
    return ((const ev_watcher *)watcher)->active;
}

static _Thread_local void *current_loop;

void *w2f_current_loop(void) {
    return current_loop;
}

void w2f_set_current_loop(void *loop) {
    current_loop = loop;
}

void w2f_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int w2f_accept(int descriptor, void *address, unsigned int *length) {
    return accept4(descriptor, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
