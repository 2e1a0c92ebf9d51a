#ifndef CSIMDJSON_LONE_SURROGATES_HPP
#define CSIMDJSON_LONE_SURROGATES_HPP

#include <cstddef>
#include <cstdint>

namespace csimdjson {

/// Writes `\ufffd` over each escape of half a surrogate pair, `\ud800` to `\udfff`, that has no other half beside it.
///
/// Returns whether there was one. The bytes need not be JSON.
bool replace_lone_surrogates(uint8_t *bytes, size_t count);

}  // namespace csimdjson

#endif
