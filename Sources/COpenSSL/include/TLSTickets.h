#ifndef W2F_TLS_TICKETS_H
#define W2F_TLS_TICKETS_H

#include <openssl/ssl.h>
#include <stdint.h>

// Gives a server's context keys for its session tickets that are replaced every day: without forward secrecy, they are what
// recorded sessions could be read by later. 1 where it worked.
int w2f_tls_context_rotate_tickets(SSL_CTX *context);

// For tests: lets time pass.
void w2f_tls_context_advance_tickets(SSL_CTX *context, int64_t seconds);

// For tests: the names of the current key and of the one before, zeros if there is none. Returns how many there are.
int w2f_tls_context_ticket_names(SSL_CTX *context, unsigned char names[32]);

#endif
