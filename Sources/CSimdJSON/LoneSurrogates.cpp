#include "LoneSurrogates.hpp"

#include <cstring>

namespace {

constexpr size_t escape_length = 6;
constexpr int none = -1;

int digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : none;
}

/// The code unit of the escape at `at`, `\uXXXX`; `none` if there is none.
int code_unit(const uint8_t *at, const uint8_t *end) {
    if (end - at < static_cast<ptrdiff_t>(escape_length) || at[0] != '\\' || at[1] != 'u') return none;
    int value = 0;
    for (size_t i = 2; i < escape_length; ++i) {
        int d = digit(at[i]);
        if (d == none) return none;
        value = value << 4 | d;
    }
    return value;
}

bool is_high(int unit) { return unit >= 0xd800 && unit < 0xdc00; }

bool is_low(int unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

bool csimdjson::replace_lone_surrogates(uint8_t *bytes, size_t count) {
    bool any = false;
    uint8_t *end = bytes + count;
    uint8_t *at = bytes;
    while ((at = static_cast<uint8_t *>(std::memchr(at, '\\', static_cast<size_t>(end - at)))) != nullptr) {
        int unit = code_unit(at, end);
        if (unit == none) {
            // Another escape: what it escapes may be a backslash.
            at += end - at > 1 ? 2 : 1;
        } else if (is_high(unit) && is_low(code_unit(at + escape_length, end))) {
            at += 2 * escape_length;
        } else {
            if (is_high(unit) || is_low(unit)) {
                std::memcpy(at, "\\ufffd", escape_length);
                any = true;
            }
            at += escape_length;
        }
    }
    return any;
}
