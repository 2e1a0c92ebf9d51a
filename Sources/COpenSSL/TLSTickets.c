#define _DEFAULT_SOURCE
#include "TLSTickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

// A day, so that whoever gets hold of a key later reads no more than that of what was recorded before (RFC 9325 section
// 7.4, RFC 5077 section 5.5).
static const int64_t lifetime = 86400;

enum { name_length = 16, key_length = 32 };

typedef struct {
    unsigned char name[name_length];
    unsigned char cipher_key[key_length];
    unsigned char mac_key[key_length];
    int is_there;
} ticket_key;

// The keys of a context. Connections of all loops come here.
typedef struct {
    pthread_mutex_t lock;
    ticket_key current;
    // Opens tickets until the longest-lived one that it sealed is over.
    ticket_key former;
    // When the current key was made.
    int64_t born;
    // Added to the clock, for tests.
    int64_t advance;
} ticket_keys;

static int keys_index = -1;
static pthread_once_t index_once = PTHREAD_ONCE_INIT;

static void free_keys(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument) {
    (void)parent, (void)data, (void)index, (void)number, (void)argument;
    ticket_keys *keys = pointer;
    if (!keys) return;
    pthread_mutex_destroy(&keys->lock);
    OPENSSL_clear_free(keys, sizeof *keys);
}

static void make_index(void) {
    keys_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_keys);
}

static int64_t now(const ticket_keys *keys) {
    struct timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return (int64_t)time.tv_sec + keys->advance;
}

static int make_key(ticket_key *key) {
    key->is_there = RAND_bytes(key->name, name_length) == 1 && RAND_priv_bytes(key->cipher_key, key_length) == 1
        && RAND_priv_bytes(key->mac_key, key_length) == 1;
    return key->is_there;
}

// With the lock held.
static void rotate(ticket_keys *keys, long session_lifetime) {
    int64_t age = now(keys) - keys->born;
    if (age >= lifetime) {
        keys->former = keys->current;
        // Nobody was here for so long that the tickets of the former key are over, too.
        if (age >= lifetime + session_lifetime) OPENSSL_cleanse(&keys->former, sizeof keys->former);
        make_key(&keys->current);
        keys->born = now(keys);
    } else if (keys->former.is_there && age >= session_lifetime) {
        OPENSSL_cleanse(&keys->former, sizeof keys->former);
    }
}

static int set_key(
    const ticket_key *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypts) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key->mac_key, key_length),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher_key, iv, encrypts) == 1
        && EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// OpenSSL asks for a key to seal a ticket with, or for that of a ticket. 1: here it is; 2: here it is, and a new ticket is
// due; 0: there is none, so the handshake is a whole one; -1: give up.
static int give_key(
    SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int seals) {
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    ticket_keys *keys = SSL_CTX_get_ex_data(context, keys_index);
    if (!keys) return 0;
    pthread_mutex_lock(&keys->lock);
    rotate(keys, SSL_CTX_get_timeout(context));
    ticket_key current = keys->current, former = keys->former;
    pthread_mutex_unlock(&keys->lock);

    int result = 0;
    if (seals) {
        if (current.is_there && RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1) {
            memcpy(name, current.name, name_length);
            result = set_key(&current, iv, cipher, mac, 1) ? 1 : -1;
        }
    } else if (current.is_there && CRYPTO_memcmp(name, current.name, name_length) == 0) {
        result = set_key(&current, iv, cipher, mac, 0) ? 1 : -1;
    } else if (former.is_there && CRYPTO_memcmp(name, former.name, name_length) == 0) {
        result = set_key(&former, iv, cipher, mac, 0) ? 2 : -1;
    }
    OPENSSL_cleanse(&current, sizeof current);
    OPENSSL_cleanse(&former, sizeof former);
    return result;
}

int w2f_tls_context_rotate_tickets(SSL_CTX *context) {
    pthread_once(&index_once, make_index);
    ticket_keys *keys = OPENSSL_zalloc(sizeof *keys);
    if (!keys) return 0;
    pthread_mutex_init(&keys->lock, NULL);
    keys->born = now(keys);
    if (!make_key(&keys->current) || SSL_CTX_set_ex_data(context, keys_index, keys) != 1) {
        free_keys(NULL, keys, NULL, 0, 0, NULL);
        return 0;
    }
    return SSL_CTX_set_tlsext_ticket_key_evp_cb(context, give_key) == 1;
}

void w2f_tls_context_advance_tickets(SSL_CTX *context, int64_t seconds) {
    ticket_keys *keys = SSL_CTX_get_ex_data(context, keys_index);
    if (!keys) return;
    pthread_mutex_lock(&keys->lock);
    keys->advance += seconds;
    pthread_mutex_unlock(&keys->lock);
}

int w2f_tls_context_ticket_names(SSL_CTX *context, unsigned char names[32]) {
    ticket_keys *keys = SSL_CTX_get_ex_data(context, keys_index);
    if (!keys) return 0;
    pthread_mutex_lock(&keys->lock);
    rotate(keys, SSL_CTX_get_timeout(context));
    memcpy(names, keys->current.name, name_length);
    memcpy(names + name_length, keys->former.name, name_length);
    int count = keys->current.is_there + keys->former.is_there;
    pthread_mutex_unlock(&keys->lock);
    return count;
}
