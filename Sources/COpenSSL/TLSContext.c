#define _DEFAULT_SOURCE
#include "TLSContext.h"
#include "TLSTickets.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

// Key exchange with forward secrecy and authenticated encryption only; TLS 1.3's own suites are all of that kind.
static const char server_ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK";
// A broker may be older: what OpenSSL thinks strong, but nothing without forward secrecy or authentication.
static const char client_ciphers[] = "HIGH:!aNULL:!eNULL:!kRSA:!PSK:!SRP:!DSS:!3DES:!CAMELLIA:!ARIA:!SEED:!MD5";

SSL_CTX *w2f_tls_context_new(int is_server) {
    SSL_CTX *context = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    if (!context) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    // An idle connection holds no record buffers. A write that was taken in part is gone on with from wherever the caller
    // has its bytes by then.
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Sessions go on by tickets, which cost the server no memory.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    if (SSL_CTX_set_cipher_list(context, is_server ? server_ciphers : client_ciphers) != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    if (is_server) {
        SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
        // Without it, tickets of a server that asks for certificates would not be taken.
        SSL_CTX_set_session_id_context(context, (const unsigned char *)"webhook2fedmsg", 14);
        if (w2f_tls_context_rotate_tickets(context) != 1) {
            SSL_CTX_free(context);
            return NULL;
        }
    } else {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    }
    return context;
}

int w2f_tls_context_add_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

int w2f_tls_context_add_authority(SSL_CTX *context, X509 *certificate) {
    return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
}

int w2f_tls_context_require_client(SSL_CTX *context, X509 *const *authorities, int count) {
    for (int index = 0; index < count; index++) {
        if (w2f_tls_context_add_authority(context, authorities[index]) != 1) return 0;
        if (SSL_CTX_add_client_CA(context, authorities[index]) != 1) return 0;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return 1;
}

static int choose_protocol(
    SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *offered, unsigned int length,
    void *protocol) {
    (void)ssl;
    size_t wanted = strlen(protocol);
    for (unsigned int at = 0; at < length; at += 1 + offered[at]) {
        if (offered[at] == wanted && at + 1 + wanted <= length && memcmp(offered + at + 1, protocol, wanted) == 0) {
            *out = offered + at + 1;
            *out_length = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

void w2f_tls_context_choose_protocol(SSL_CTX *context, const char *protocol) {
    // OpenSSL passes the pointer back; nothing writes through it.
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, (void *)protocol);
}

static int64_t seconds_of(const ASN1_TIME *time) {
    struct tm parts;
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return INT64_MAX;
    return (int64_t)timegm(&parts);
}

int64_t w2f_certificate_not_after(const X509 *certificate) {
    return seconds_of(X509_get0_notAfter(certificate));
}

int64_t w2f_certificate_not_before(const X509 *certificate) {
    return seconds_of(X509_get0_notBefore(certificate));
}

int w2f_certificate_common_name(const X509 *certificate, char *name, size_t room) {
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int index = subject ? X509_NAME_get_index_by_NID(subject, NID_commonName, -1) : -1;
    const X509_NAME_ENTRY *entry = index < 0 ? NULL : X509_NAME_get_entry(subject, index);
    unsigned char *text = NULL;
    int length = entry ? ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry)) : -1;
    int fits = length >= 0 && (size_t)length < room && memchr(text, 0, (size_t)length) == NULL;
    if (fits) {
        memcpy(name, text, (size_t)length);
        name[length] = 0;
    }
    OPENSSL_free(text);
    return fits;
}

int w2f_no_passphrase(char *buffer, int size, int is_writing, void *data) {
    (void)buffer, (void)size, (void)is_writing, (void)data;
    return -1;
}
