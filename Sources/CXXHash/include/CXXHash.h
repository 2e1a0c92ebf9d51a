// XXH3 with 128 bits, by the system's libxxhash.

#ifndef CXXHASH_H
#define CXXHASH_H

#include <stddef.h>
#include <stdint.h>

/// Writes the 16 bytes of XXH3-128 of `count` bytes, seed 0, in the canonical (big-endian) form.
void cxxhash_xxh3_128(const void *bytes, size_t count, uint8_t digest[16]);

#endif
