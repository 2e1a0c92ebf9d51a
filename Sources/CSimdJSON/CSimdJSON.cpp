#include "CSimdJSON.h"

#include <malloc.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "LoneSurrogates.hpp"
#include "NumberRange.hpp"

namespace dom = simdjson::dom;

struct csimdjson_parser {
    explicit csimdjson_parser(size_t retained) : retained(retained) {}

    dom::parser parser;
    size_t retained;
    /// Whether `parser.doc` holds a whole, valid document with an object at the top.
    bool ready = false;
};

namespace {

/// The least power of two that is enough, so that slowly growing documents do not allocate each time.
size_t rounded(size_t count) {
    size_t capacity = 4096;
    while (capacity < count) capacity *= 2;
    return capacity;
}

/// What a document is given. Buffers that will be given back anyway are no larger than they must be.
size_t capacity_for(const csimdjson_parser &self, size_t count) {
    return count <= self.retained ? rounded(count) : count;
}

/// Has glibc give large buffers back to the system when they are freed, whatever their sizes were before: it would keep
/// up to 32 MiB of each kind for the next.
void give_large_buffers_back() {
    static std::once_flag once;
    std::call_once(once, [] { mallopt(M_MMAP_THRESHOLD, 1 << 20); });
}

csimdjson_status status_of(simdjson::error_code error, const uint8_t *bytes, size_t count) {
    switch (error) {
    case simdjson::SUCCESS:
        return CSIMDJSON_OK;
    case simdjson::CAPACITY:
        return CSIMDJSON_TOO_LARGE;
    case simdjson::MEMALLOC:
        return CSIMDJSON_NO_MEMORY;
    case simdjson::UTF8_ERROR:
        return CSIMDJSON_NOT_UTF8;
    case simdjson::DEPTH_ERROR:
        return CSIMDJSON_TOO_DEEP;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
        // simdjson tells "01" and 2^70 alike.
        return csimdjson::first_bad_number_is_out_of_range(bytes, count) ? CSIMDJSON_NUMBER_OUT_OF_RANGE
                                                                         : CSIMDJSON_SYNTAX;
    default:
        return CSIMDJSON_SYNTAX;
    }
}

/// One parse; simdjson refuses a container that is not empty and `limit` deep, and one that is empty and deeper
/// than `limit`.
simdjson::error_code parse_within(
    csimdjson_parser &self, const uint8_t *bytes, size_t count, size_t limit, dom::element &root) {
    size_t capacity = std::max(capacity_for(self, count), self.parser.capacity());
    if (auto error = self.parser.allocate(capacity, limit)) return error;
    if (self.parser.doc.capacity() < capacity) {
        if (auto error = self.parser.doc.allocate(capacity)) return error;
    }
    return self.parser.parse(bytes, count, true).get(root);
}

bool is_deeper_than(dom::element element, size_t depth) {
    // Recursion is bounded: simdjson has already refused what is more than a level deeper.
    dom::object object;
    dom::array array;
    if (element.get(object) == simdjson::SUCCESS) {
        if (depth == 0) return true;
        for (auto field : object) {
            if (is_deeper_than(field.value, depth - 1)) return true;
        }
    } else if (element.get(array) == simdjson::SUCCESS) {
        if (depth == 0) return true;
        for (auto item : array) {
            if (is_deeper_than(item, depth - 1)) return true;
        }
    }
    return false;
}

csimdjson_status parse_once(
    csimdjson_parser &self, const uint8_t *bytes, size_t count, size_t max_depth, simdjson::error_code &error) {
    dom::element root;
    error = parse_within(self, bytes, count, max_depth, root);
    if (error == simdjson::DEPTH_ERROR) {
        // At the limit or beyond it: tell those apart, which hardly any document needs.
        error = parse_within(self, bytes, count, max_depth + 1, root);
        if (error == simdjson::SUCCESS && is_deeper_than(root, max_depth)) return CSIMDJSON_TOO_DEEP;
    }
    if (error != simdjson::SUCCESS) return status_of(error, bytes, count);
    return root.is_object() ? CSIMDJSON_OK : CSIMDJSON_NOT_AN_OBJECT;
}

csimdjson_status parse(
    csimdjson_parser &self, const uint8_t *bytes, size_t count, size_t max_depth) {
    auto error = simdjson::SUCCESS;
    auto status = parse_once(self, bytes, count, max_depth, error);
    if (error != simdjson::STRING_ERROR) return status;
    // A string is wrong. RFC 8259 section 8.2 lets escapes of half a surrogate pair stand, and simdjson does not: in a
    // copy, U+FFFD stands in their place, and everything else is judged as it came.
    std::vector<uint8_t> copy(bytes, bytes + count);
    if (!csimdjson::replace_lone_surrogates(copy.data(), copy.size())) return status;
    return parse_once(self, copy.data(), copy.size(), max_depth, error);
}

/// The last member of that key. Sets `ambiguous` if there are several, or if the parent is no object, but not null.
bool last_member(dom::element parent, std::string_view key, dom::element &found, bool &ambiguous) {
    dom::object object;
    if (parent.get(object) != simdjson::SUCCESS) {
        ambiguous = ambiguous || !parent.is_null();
        return false;
    }
    bool any = false;
    for (auto field : object) {
        if (field.key == key) {
            found = field.value;
            ambiguous = ambiguous || any;
            any = true;
        }
    }
    return any;
}

/// What stands at a path of keys joined by dots. Sets `ambiguous` if something on the way is
/// (`last_member`).
bool at_path(const csimdjson_parser &self, std::string_view rest, dom::element &element, bool &ambiguous) {
    if (!self.ready) return false;
    element = self.parser.doc.root();
    while (true) {
        auto dot = rest.find('.');
        if (!last_member(element, rest.substr(0, dot), element, ambiguous)) return false;
        if (dot == std::string_view::npos) return true;
        rest.remove_prefix(dot + 1);
    }
}

void describe(dom::element element, csimdjson_value &value) {
    // The type is known here, so that no get can fail.
    switch (element.type()) {
    case dom::element_type::NULL_VALUE:
        value.kind = CSIMDJSON_NULL;
        break;
    case dom::element_type::BOOL:
        value.kind = CSIMDJSON_BOOL;
        value.boolean = element.get_bool().value_unsafe();
        break;
    case dom::element_type::INT64:
        value.kind = CSIMDJSON_INTEGER;
        value.integer = element.get_int64().value_unsafe();
        break;
    case dom::element_type::UINT64:
        value.kind = CSIMDJSON_UNSIGNED;
        value.unsigned_integer = element.get_uint64().value_unsafe();
        break;
    case dom::element_type::DOUBLE:
        value.kind = CSIMDJSON_DOUBLE;
        value.number = element.get_double().value_unsafe();
        break;
    case dom::element_type::STRING:
        value.kind = CSIMDJSON_STRING;
        value.string = element.get_c_str().value_unsafe();
        value.string_length = element.get_string_length().value_unsafe();
        break;
    case dom::element_type::ARRAY:
        value.kind = CSIMDJSON_ARRAY;
        break;
    case dom::element_type::OBJECT:
        value.kind = CSIMDJSON_OBJECT;
        break;
    }
}

}  // namespace

csimdjson_parser *csimdjson_create(size_t retained) {
    try {
        give_large_buffers_back();
        return new csimdjson_parser(retained);
    } catch (...) {
        return nullptr;
    }
}

void csimdjson_destroy(csimdjson_parser *parser) { delete parser; }

csimdjson_status csimdjson_parse(
    csimdjson_parser *self, const uint8_t *bytes, size_t count, size_t max_bytes, size_t max_depth) {
    self->ready = false;
    if (count > max_bytes || count > simdjson::SIMDJSON_MAXSIZE_BYTES) return CSIMDJSON_TOO_LARGE;
    if (count == 0) return CSIMDJSON_SYNTAX;
    try {
        auto status = parse(*self, bytes, count, max_depth);
        self->ready = status == CSIMDJSON_OK;
        return status;
    } catch (...) {
        return CSIMDJSON_NO_MEMORY;
    }
}

void csimdjson_reset(csimdjson_parser *self) {
    self->ready = false;
    if (self->parser.capacity() <= rounded(self->retained)) return;
    try {
        self->parser = dom::parser();
    } catch (...) {
        // The buffers stay; the next reset tries again.
    }
}

bool csimdjson_find(const csimdjson_parser *self, const char *path, size_t path_length, csimdjson_value *value) {
    value->ambiguous = false;
    try {
        dom::element element;
        if (!at_path(*self, std::string_view(path, path_length), element, value->ambiguous)) return false;
        describe(element, *value);
        return true;
    } catch (...) {
        // No memory, if anything: the careful answer.
        value->ambiguous = true;
        return false;
    }
}

bool csimdjson_find_key(const csimdjson_parser *self, const char *key, size_t key_length, csimdjson_value *value) {
    value->ambiguous = false;
    try {
        dom::element element;
        if (!self->ready) return false;
        std::string_view name(key, key_length);
        if (!last_member(self->parser.doc.root(), name, element, value->ambiguous)) return false;
        describe(element, *value);
        return true;
    } catch (...) {
        value->ambiguous = true;
        return false;
    }
}

size_t csimdjson_member_count(const csimdjson_parser *self) {
    dom::object object;
    if (!self->ready || self->parser.doc.root().get(object) != simdjson::SUCCESS) return 0;
    return object.size();
}

size_t csimdjson_capacity(const csimdjson_parser *self) { return self->parser.capacity(); }
