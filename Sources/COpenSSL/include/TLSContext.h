#ifndef W2F_TLS_CONTEXT_H
#define W2F_TLS_CONTEXT_H

#include <openssl/ssl.h>
#include <stdint.h>

// What OpenSSL has as macros, which Swift cannot see, as functions; and what Swift's view of the headers cannot express.

// A context for TLS 1.2 and later, without compression and renegotiation, whose idle connections hold no buffers. NULL
// where memory runs out.
SSL_CTX *w2f_tls_context_new(int is_server);

// Adds an intermediate certificate to what is sent after the certificate itself; 1 where it worked.
int w2f_tls_context_add_chain(SSL_CTX *context, X509 *certificate);

// Adds a certificate authority to those that the other side's certificate may come from; 1 where it worked.
int w2f_tls_context_add_authority(SSL_CTX *context, X509 *certificate);

// A server asks for a certificate of the authorities added, and takes nobody without; 1 where it worked.
int w2f_tls_context_require_client(SSL_CTX *context, X509 *const *authorities, int count);

// A server chooses this protocol where a client offers it (RFC 7301) and ignores the offer else. `protocol` must live as
// long as the context: a NUL-terminated text of at most 255 bytes.
void w2f_tls_context_choose_protocol(SSL_CTX *context, const char *protocol);

// The last time at which a certificate is valid, or the first, in seconds since 1970; INT64_MAX where it can't be read.
int64_t w2f_certificate_not_after(const X509 *certificate);
int64_t w2f_certificate_not_before(const X509 *certificate);

// The first common name of a certificate's subject, in UTF-8 with a NUL behind it; 0 where there is none, or no room.
int w2f_certificate_common_name(const X509 *certificate, char *name, size_t room);

// Asks nobody for a passphrase: an encrypted key is not read.
int w2f_no_passphrase(char *buffer, int size, int is_writing, void *data);

#endif
