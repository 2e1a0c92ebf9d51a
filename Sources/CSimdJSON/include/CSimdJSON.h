// A C face over simdjson's DOM parser: validate a whole document, look up fields by path.
//
// No exception leaves it. A parser belongs to one thread at a time. It keeps a padded copy of the document it
// parsed last; what a look-up returns points into the parser, until its next parse, reset or free.

#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_parser csimdjson_parser;

typedef enum csimdjson_status {
    CSIMDJSON_OK = 0,
    /// More bytes than allowed.
    CSIMDJSON_TOO_LARGE,
    /// The bytes are not UTF-8.
    CSIMDJSON_NOT_UTF8,
    /// Arrays and objects stand in each other deeper than allowed.
    CSIMDJSON_TOO_DEEP,
    /// The document is valid, but an array or a scalar at the top.
    CSIMDJSON_NOT_AN_OBJECT,
    /// An integer beyond 64 bits (below -2^63 or above 2^64-1), or a number beyond a double.
    CSIMDJSON_NUMBER_OUT_OF_RANGE,
    /// Anything else that RFC 8259 does not allow.
    CSIMDJSON_SYNTAX,
    /// No memory.
    CSIMDJSON_NO_MEMORY
} csimdjson_status;

typedef enum csimdjson_kind {
    CSIMDJSON_NULL = 0,
    CSIMDJSON_BOOL,
    CSIMDJSON_INTEGER,
    /// An integer above 2^63-1.
    CSIMDJSON_UNSIGNED,
    CSIMDJSON_DOUBLE,
    CSIMDJSON_STRING,
    CSIMDJSON_ARRAY,
    CSIMDJSON_OBJECT
} csimdjson_kind;

/// What a path leads to; of the members after `kind`, the one that the kind names is set.
typedef struct csimdjson_value {
    csimdjson_kind kind;
    /// Whether a key on the way there is in its object several times, or something on the way is neither an object nor null.
    /// Set where nothing is found, too.
    bool ambiguous;
    bool boolean;
    int64_t integer;
    uint64_t unsigned_integer;
    double number;
    /// UTF-8, escapes resolved, may contain U+0000. U+FFFD stands for an escape of half a surrogate pair.
    const char *string;
    size_t string_length;
} csimdjson_value;

/// A parser, or NULL without memory.
///
/// `retained` is the size in bytes of the largest document whose buffers `csimdjson_reset` keeps; the buffers are
/// up to 16 times that. What is larger is given back to the system.
csimdjson_parser *csimdjson_create(size_t retained);
void csimdjson_destroy(csimdjson_parser *parser);

/// Copies and validates a document of at most `max_bytes`, objects and arrays at most `max_depth` deep: the
/// outermost object is one deep, and empty ones count.
csimdjson_status csimdjson_parse(
    csimdjson_parser *parser, const uint8_t *bytes, size_t count, size_t max_bytes, size_t max_depth);

/// Forgets the document, and gives back the buffers if they grew beyond `retained`.
void csimdjson_reset(csimdjson_parser *parser);

/// Finds what stands at a path of object keys joined by dots, "sender.login", in the document parsed last.
///
/// Of several members with one key the last counts, as in the consumers of our messages (Python's json). False if
/// there is none, or a step on the way is no object, or no document is parsed.
bool csimdjson_find(const csimdjson_parser *parser, const char *path, size_t path_length, csimdjson_value *value);

/// The same for one key of the outermost object, which may have dots in it.
bool csimdjson_find_key(const csimdjson_parser *parser, const char *key, size_t key_length, csimdjson_value *value);

/// How many members the outermost object has, those of a key that is there twice included; no more than 0xFFFFFF are
/// counted.
size_t csimdjson_member_count(const csimdjson_parser *parser);

/// Bytes of document that fit into the buffers held now.
size_t csimdjson_capacity(const csimdjson_parser *parser);

#ifdef __cplusplus
}
#endif

#endif
