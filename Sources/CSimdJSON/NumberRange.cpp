#include "NumberRange.hpp"

#include <charconv>
#include <cstring>
#include <system_error>

namespace {

enum class Verdict { fine, malformed, out_of_range };

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number_part(char c) { return is_digit(c) || std::strchr("+-.eE", c) != nullptr; }

const char *skip_digits(const char *at, const char *end) {
    while (at < end && is_digit(*at)) ++at;
    return at;
}

template <typename Value> bool fits(const char *begin, const char *end) {
    Value value;
    return std::from_chars(begin, end, value).ec == std::errc();
}

/// Judges one token by RFC 8259 section 6.
Verdict judge(const char *begin, const char *end) {
    const char *at = *begin == '-' ? begin + 1 : begin;
    const char *digits = at;
    at = skip_digits(at, end);
    if (at == digits || (*digits == '0' && at - digits > 1)) return Verdict::malformed;
    if (at == end) {
        return fits<int64_t>(begin, end) || fits<uint64_t>(begin, end) ? Verdict::fine : Verdict::out_of_range;
    }
    if (*at == '.') {
        const char *fraction = ++at;
        at = skip_digits(at, end);
        if (at == fraction) return Verdict::malformed;
    }
    bool shrinks = false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at < end && (*at == '+' || *at == '-')) shrinks = *at++ == '-';
        const char *exponent = at;
        at = skip_digits(at, end);
        if (at == exponent) return Verdict::malformed;
    }
    if (at != end) return Verdict::malformed;
    return shrinks || fits<double>(begin, end) ? Verdict::fine : Verdict::out_of_range;
}

}  // namespace

bool csimdjson::first_bad_number_is_out_of_range(const uint8_t *bytes, size_t count) {
    const char *at = reinterpret_cast<const char *>(bytes);
    const char *end = at + count;
    bool in_string = false;
    while (at < end) {
        char c = *at;
        if (in_string) {
            at += c == '\\' && end - at > 1 ? 2 : 1;
            in_string = c != '"';
        } else if (c == '-' || is_digit(c)) {
            const char *begin = at;
            // strchr finds the terminator too, so a NUL needs a look of its own.
            while (at < end && *at != 0 && is_number_part(*at)) ++at;
            Verdict verdict = judge(begin, at);
            if (verdict != Verdict::fine) return verdict == Verdict::out_of_range;
        } else {
            in_string = c == '"';
            ++at;
        }
    }
    return false;
}
