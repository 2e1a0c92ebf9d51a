#include "CXXHash.h"

#include <string.h>
#include <xxhash.h>

void cxxhash_xxh3_128(const void *bytes, size_t count, uint8_t digest[16]) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, count));
    memcpy(digest, canonical.digest, sizeof canonical.digest);
}
