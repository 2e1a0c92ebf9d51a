#ifndef W2F_TLS_TRANSPORT_H
#define W2F_TLS_TRANSPORT_H

#include <openssl/ssl.h>
#include <stddef.h>

// One TLS connection without I/O: encrypted bytes from the other side go in with each call, encrypted bytes for it
// gather in a buffer that the caller empties. OpenSSL reads and writes them through a BIO of our own: its memory BIOs
// copy once more and keep their memory for ever, and a socket BIO could be neither tested byte by byte nor driven by the
// loop's own streams. One thread at a time.
typedef struct w2f_tls w2f_tls;

// What a call came to.
typedef enum {
    W2F_TLS_DONE = 0,
    // More encrypted bytes are needed.
    W2F_TLS_WANTS_INPUT = 1,
    // The other side has said that it sends no more (close_notify).
    W2F_TLS_END = 2,
    // The connection is beyond repair; w2f_tls_last_failure says why. There may be an alert in the output.
    W2F_TLS_FAILED = 3,
} w2f_tls_result;

typedef enum {
    W2F_TLS_FAILURE_OTHER = 0,
    // The other side sent an alert.
    W2F_TLS_FAILURE_ALERT = 1,
    // The other side's certificate was not accepted; `code` is X509_V_ERR_….
    W2F_TLS_FAILURE_UNTRUSTED = 2,
    // What came is not TLS.
    W2F_TLS_FAILURE_NOT_TLS = 3,
    // What came is a request of HTTP in the clear.
    W2F_TLS_FAILURE_HTTP = 4,
} w2f_tls_failure_kind;

typedef struct {
    w2f_tls_failure_kind kind;
    int code;
    char text[160];
} w2f_tls_failure;

// The most encrypted bytes that may wait for the other side to read; beyond it the connection fails. No key of the
// configuration: TLSStream stops encrypting at a sixteenth of it, so that only answers to the protocol itself get there.
#define W2F_TLS_OUTPUT_LIMIT (1 << 20)

// NULL where memory runs out.
w2f_tls *w2f_tls_new(SSL_CTX *context, int is_server);
void w2f_tls_free(w2f_tls *tls);

// A client: what the server's certificate has to be for, and the name to ask for (SNI) unless it is an address. 1 where
// it worked.
int w2f_tls_expect(w2f_tls *tls, const char *host, int is_address);

// Each of these takes the encrypted bytes at `input` as far as it needs them, and says how many it used.
w2f_tls_result w2f_tls_handshake(w2f_tls *tls, const void *input, size_t length, size_t *used);
w2f_tls_result w2f_tls_read(
    w2f_tls *tls, const void *input, size_t length, size_t *used, void *plain, size_t room, size_t *count);

// Encrypts at most one record (16 KiB).
w2f_tls_result w2f_tls_write(w2f_tls *tls, const void *plain, size_t length, size_t *taken);

// Says that nothing more is sent (close_notify); once.
void w2f_tls_shut(w2f_tls *tls);

// Whether a read could give bytes without more input.
int w2f_tls_has_pending(const w2f_tls *tls);

// Encrypted bytes for the other side, and dropping those that it got.
const void *w2f_tls_output(const w2f_tls *tls, size_t *length);
void w2f_tls_consume_output(w2f_tls *tls, size_t count);

// Why the last call failed.
w2f_tls_failure w2f_tls_last_failure(const w2f_tls *tls);

// The protocol's version, such as "TLSv1.3".
const char *w2f_tls_version(const w2f_tls *tls);

#endif
