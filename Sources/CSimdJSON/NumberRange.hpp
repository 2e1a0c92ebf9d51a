#ifndef CSIMDJSON_NUMBER_RANGE_HPP
#define CSIMDJSON_NUMBER_RANGE_HPP

#include <cstddef>
#include <cstdint>

namespace csimdjson {

/// Why simdjson refused a number: whether the first one that is wrong in the document is well formed but too big
/// (an integer beyond 64 bits, a number beyond a double). Only for the error's text, on the way of errors alone.
bool first_bad_number_is_out_of_range(const uint8_t *bytes, size_t count);

}  // namespace csimdjson

#endif
