#include "TLSTransport.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct w2f_tls {
    SSL *ssl;
    // The caller's, for the time of one call.
    const unsigned char *input;
    size_t input_left;
    // Ours: allocated while something waits in it.
    unsigned char *output;
    size_t output_start, output_end, output_capacity;
    int output_is_full;
    w2f_tls_failure failure;
};

// MARK: The BIO

static int transport_read(BIO *bio, char *out, int room) {
    w2f_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (room <= 0) return 0;
    if (tls->input_left == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t count = tls->input_left < (size_t)room ? tls->input_left : (size_t)room;
    memcpy(out, tls->input, count);
    tls->input += count;
    tls->input_left -= count;
    return (int)count;
}

static int make_room(w2f_tls *tls, size_t count) {
    if (tls->output_capacity - tls->output_end >= count) return 1;
    size_t waiting = tls->output_end - tls->output_start;
    if (waiting + count > W2F_TLS_OUTPUT_LIMIT) return 0;
    if (tls->output_start > 0) {
        memmove(tls->output, tls->output + tls->output_start, waiting);
        tls->output_start = 0;
        tls->output_end = waiting;
        if (tls->output_capacity - waiting >= count) return 1;
    }
    size_t capacity = tls->output_capacity ? tls->output_capacity : 2048;
    while (capacity < waiting + count) capacity *= 2;
    unsigned char *output = realloc(tls->output, capacity);
    if (!output) return 0;
    tls->output = output;
    tls->output_capacity = capacity;
    return 1;
}

static int transport_write(BIO *bio, const char *bytes, int length) {
    w2f_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (length <= 0) return 0;
    if (!make_room(tls, (size_t)length)) {
        tls->output_is_full = 1;
        return -1;
    }
    memcpy(tls->output + tls->output_end, bytes, (size_t)length);
    tls->output_end += (size_t)length;
    return length;
}

static long transport_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *transport_method;
static pthread_once_t transport_method_once = PTHREAD_ONCE_INIT;

// Lives as long as the process.
static void make_transport_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "webhook2fedmsg");
    if (!method) return;
    BIO_meth_set_read(method, transport_read);
    BIO_meth_set_write(method, transport_write);
    BIO_meth_set_ctrl(method, transport_control);
    transport_method = method;
}

// MARK: Life and death

w2f_tls *w2f_tls_new(SSL_CTX *context, int is_server) {
    pthread_once(&transport_method_once, make_transport_method);
    if (!transport_method) return NULL;
    w2f_tls *tls = calloc(1, sizeof *tls);
    SSL *ssl = SSL_new(context);
    BIO *bio = BIO_new(transport_method);
    if (!tls || !ssl || !bio) {
        free(tls);
        SSL_free(ssl);
        BIO_free(bio);
        return NULL;
    }
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    // Both directions; the connection owns it from now on.
    SSL_set_bio(ssl, bio, bio);
    if (is_server) SSL_set_accept_state(ssl);
    else SSL_set_connect_state(ssl);
    tls->ssl = ssl;
    return tls;
}

void w2f_tls_free(w2f_tls *tls) {
    if (!tls) return;
    SSL_free(tls->ssl);
    free(tls->output);
    free(tls);
}

int w2f_tls_expect(w2f_tls *tls, const char *host, int is_address) {
    X509_VERIFY_PARAM *parameters = SSL_get0_param(tls->ssl);
    if (is_address) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host);
    // The names for hosts, not the subject's common name (RFC 9525 section 6.3), as fedora-messaging checks it.
    X509_VERIFY_PARAM_set_hostflags(
        parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_host(parameters, host, 0) != 1) return 0;
    return (int)SSL_set_tlsext_host_name(tls->ssl, host);
}

// MARK: Failures

static void copy_text(w2f_tls_failure *failure, const char *text) {
    snprintf(failure->text, sizeof failure->text, "%s", text ? text : "unknown");
}

// The alert's own name: OpenSSL's reasons read "tlsv1 alert unknown ca", "sslv3 alert certificate expired".
static void copy_alert(w2f_tls_failure *failure, const char *reason) {
    const char *name = reason ? strstr(reason, "alert ") : NULL;
    if (name) copy_text(failure, name + strlen("alert "));
    else snprintf(failure->text, sizeof failure->text, "number %d", failure->code);
}

static void keep_failure(w2f_tls *tls) {
    w2f_tls_failure *failure = &tls->failure;
    memset(failure, 0, sizeof *failure);
    unsigned long code = ERR_peek_error();
    const char *reason = ERR_reason_error_string(code);
    int number = ERR_GET_REASON(code);
    if (code == 0) {
        copy_text(failure, tls->output_is_full ? "the other side reads nothing" : "it has failed before");
    } else if (ERR_GET_LIB(code) != ERR_LIB_SSL) {
        copy_text(failure, reason);
    } else if (number > SSL_AD_REASON_OFFSET && number <= SSL_AD_REASON_OFFSET + 255) {
        failure->kind = W2F_TLS_FAILURE_ALERT;
        failure->code = number - SSL_AD_REASON_OFFSET;
        copy_alert(failure, reason);
    } else if (number == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        failure->kind = W2F_TLS_FAILURE_UNTRUSTED;
        failure->code = (int)SSL_get_verify_result(tls->ssl);
        copy_text(failure, X509_verify_cert_error_string(failure->code));
    } else if (number == SSL_R_HTTP_REQUEST || number == SSL_R_HTTPS_PROXY_REQUEST) {
        failure->kind = W2F_TLS_FAILURE_HTTP;
        copy_text(failure, reason);
    } else if (number == SSL_R_WRONG_VERSION_NUMBER || number == SSL_R_UNKNOWN_PROTOCOL) {
        failure->kind = W2F_TLS_FAILURE_NOT_TLS;
        copy_text(failure, reason);
    } else {
        copy_text(failure, reason);
    }
    ERR_clear_error();
}

static w2f_tls_result result_of(w2f_tls *tls, int status) {
    if (status > 0) return W2F_TLS_DONE;
    switch (SSL_get_error(tls->ssl, status)) {
    case SSL_ERROR_WANT_READ: return W2F_TLS_WANTS_INPUT;
    case SSL_ERROR_ZERO_RETURN: return W2F_TLS_END;
    default:
        keep_failure(tls);
        return W2F_TLS_FAILED;
    }
}

w2f_tls_failure w2f_tls_last_failure(const w2f_tls *tls) {
    return tls->failure;
}

// MARK: Calls

// OpenSSL's error queue is the thread's, and what others left in it would be taken for ours.
static void lend(w2f_tls *tls, const void *input, size_t length) {
    ERR_clear_error();
    tls->input = input;
    tls->input_left = length;
}

static size_t take_back(w2f_tls *tls, size_t length) {
    size_t used = length - tls->input_left;
    tls->input = NULL;
    tls->input_left = 0;
    return used;
}

w2f_tls_result w2f_tls_handshake(w2f_tls *tls, const void *input, size_t length, size_t *used) {
    lend(tls, input, length);
    w2f_tls_result result = result_of(tls, SSL_do_handshake(tls->ssl));
    *used = take_back(tls, length);
    return result;
}

w2f_tls_result w2f_tls_read(
    w2f_tls *tls, const void *input, size_t length, size_t *used, void *plain, size_t room, size_t *count) {
    lend(tls, input, length);
    *count = 0;
    w2f_tls_result result = result_of(tls, SSL_read_ex(tls->ssl, plain, room, count));
    *used = take_back(tls, length);
    return result;
}

w2f_tls_result w2f_tls_write(w2f_tls *tls, const void *plain, size_t length, size_t *taken) {
    lend(tls, NULL, 0);
    *taken = 0;
    return result_of(tls, SSL_write_ex(tls->ssl, plain, length, taken));
}

void w2f_tls_shut(w2f_tls *tls) {
    if (SSL_get_shutdown(tls->ssl) & SSL_SENT_SHUTDOWN || !SSL_is_init_finished(tls->ssl)) return;
    lend(tls, NULL, 0);
    (void)SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

int w2f_tls_has_pending(const w2f_tls *tls) {
    return SSL_has_pending(tls->ssl);
}

const void *w2f_tls_output(const w2f_tls *tls, size_t *length) {
    *length = tls->output_end - tls->output_start;
    return tls->output ? tls->output + tls->output_start : NULL;
}

void w2f_tls_consume_output(w2f_tls *tls, size_t count) {
    tls->output_start += count;
    if (tls->output_start < tls->output_end) return;
    free(tls->output);
    tls->output = NULL;
    tls->output_start = tls->output_end = tls->output_capacity = 0;
}

const char *w2f_tls_version(const w2f_tls *tls) {
    return SSL_get_version(tls->ssl);
}
