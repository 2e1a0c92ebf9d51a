// The yardstick: the least that a webhook can cost. One thread, one libev loop, plain callbacks: read a request,
// compute HMAC-SHA-256 over its body, answer a fixed 202 in one write, keep the connection. No checks beyond these,
// no message, no broker. What webhook2fedmsg costs more than this is what it does more than this.

#define _GNU_SOURCE  // memmem, accept4
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/tcp.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_ROOM = 16 * 1024, MAX_REQUEST = 32 * 1024 * 1024 };

// As long as webhook2fedmsg's own answer.
static const char ANSWER[] =
    "HTTP/1.1 202 Accepted\r\n"
    "content-type: application/json\r\n"
    "content-length: 76\r\n"
    "\r\n"
    "{\"message_id\":\"00000000-0000-5000-8000-000000000000\",\"topic\":\"github.push\"}\n";

struct connection {
    ev_io watcher;  // first: libev hands its address back
    unsigned char *buffer;
    size_t room, used;
};

static EVP_MAC_CTX *mac;  // keyed once; every code starts again from that state

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void authenticate(const unsigned char *body, size_t count) {
    unsigned char code[EVP_MAX_MD_SIZE];
    size_t length = 0;
    if (!EVP_MAC_init(mac, NULL, 0, NULL) || !EVP_MAC_update(mac, body, count) ||
        !EVP_MAC_final(mac, code, &length, sizeof code) || length != 32) {
        fputs("HMAC failed\n", stderr);
        exit(1);
    }
}

static void hang_up(struct ev_loop *loop, struct connection *connection) {
    ev_io_stop(loop, &connection->watcher);
    close(connection->watcher.fd);
    free(connection->buffer);
    free(connection);
}

// The whole length of the request at the front of the buffer; 0 while its head is not complete.
static size_t request_length(const unsigned char *bytes, size_t count, size_t *head) {
    const unsigned char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    *head = (size_t)(end - bytes) + 4;
    const char *line = (const char *)bytes;
    while ((line = memchr(line, '\n', (size_t)((const char *)end - line))) != NULL) {
        line++;
        if (strncasecmp(line, "content-length:", 15) == 0) return *head + strtoul(line + 15, NULL, 10);
    }
    return *head;
}

// Answers every request that is complete; false when the connection is of no more use.
static int answer(struct connection *connection) {
    size_t done = 0, head = 0, length;
    while ((length = request_length(connection->buffer + done, connection->used - done, &head)) != 0) {
        if (length > MAX_REQUEST) return 0;
        if (connection->used - done < length) break;
        authenticate(connection->buffer + done + head, length - head);
        // A fixed 170 bytes into an empty socket buffer: a short write does not happen to a client that reads.
        if (write(connection->watcher.fd, ANSWER, sizeof ANSWER - 1) != (ssize_t)sizeof ANSWER - 1) return 0;
        done += length;
    }
    connection->used -= done;
    if (done && connection->used) memmove(connection->buffer, connection->buffer + done, connection->used);
    return 1;
}

static void readable(struct ev_loop *loop, ev_io *watcher, int events) {
    (void)events;
    struct connection *connection = (struct connection *)watcher;
    if (connection->used + 1 == connection->room) {
        size_t room = connection->room * 2;
        unsigned char *buffer = room > MAX_REQUEST ? NULL : realloc(connection->buffer, room);
        if (!buffer) return hang_up(loop, connection);
        connection->buffer = buffer;
        connection->room = room;
    }
    ssize_t count =
        read(watcher->fd, connection->buffer + connection->used, connection->room - connection->used - 1);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return hang_up(loop, connection);
    connection->used += (size_t)count;
    connection->buffer[connection->used] = 0;  // strtoul and strncasecmp end here at the latest
    if (!answer(connection)) hang_up(loop, connection);
}

static void acceptable(struct ev_loop *loop, ev_io *watcher, int events) {
    (void)events;
    int descriptor, on = 1;
    while ((descriptor = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *connection = calloc(1, sizeof *connection);
        unsigned char *buffer = malloc(FIRST_ROOM);
        if (!connection || !buffer) die("malloc");
        connection->buffer = buffer;
        connection->room = FIRST_ROOM;
        ev_io_init(&connection->watcher, readable, descriptor, EV_READ);
        ev_io_start(loop, &connection->watcher);
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    static const unsigned char key[] = "the yardstick's key is no secret";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0), OSSL_PARAM_construct_end()};
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (!hmac || !(mac = EVP_MAC_CTX_new(hmac)) || !EVP_MAC_init(mac, key, sizeof key - 1, params)) die("HMAC");

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
    socklen_t length = sizeof address;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1024) ||
        getsockname(listener, (struct sockaddr *)&address, &length))
        die("listen");
    printf("%u %ld\n", ntohs(address.sin_port), (long)getpid());
    fflush(stdout);

    struct ev_loop *loop = ev_default_loop(EVFLAG_AUTO);
    ev_io watcher;
    ev_io_init(&watcher, acceptable, listener, EV_READ);
    ev_io_start(loop, &watcher);
    ev_run(loop, 0);
    return 0;
}
