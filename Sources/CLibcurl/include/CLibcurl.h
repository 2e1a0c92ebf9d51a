#ifndef CLIBCURL_H
#define CLIBCURL_H

#include <stddef.h>

// A face of libcurl's multi interface without its variadic functions, which Swift cannot call, and without its headers,
// which bring the sockets' (their types would no longer be Glibc's for Swift). Handles are opaque. What each function
// returns is libcurl's CURLcode or CURLMcode unless it says otherwise; 0 is success.

typedef void w2f_curl_multi;
typedef void w2f_curl_easy;
typedef void w2f_curl_list;

// What a descriptor is watched for, as libcurl tells it (CURL_POLL_*) and is told (CURL_CSELECT_*).
enum {
    W2F_CURL_WATCH_NOTHING = 0,
    W2F_CURL_WATCH_IN = 1,
    W2F_CURL_WATCH_OUT = 2,
    W2F_CURL_WATCH_BOTH = 3,
    W2F_CURL_WATCH_END = 4,
    W2F_CURL_READY_IN = 1,
    W2F_CURL_READY_OUT = 2,
    // The descriptor of a call that is about time-outs alone.
    W2F_CURL_TIMEOUT = -1,
    W2F_CURL_ERROR_SIZE = 256,
};

typedef int (*w2f_curl_socket_callback)(
    w2f_curl_easy *easy, int descriptor, int what, void *context, void *socket_context);
typedef int (*w2f_curl_timer_callback)(w2f_curl_multi *multi, long milliseconds, void *context);
typedef size_t (*w2f_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);

// Once in a process, before anything else.
int w2f_curl_global_init(void);

// Whether names are resolved off the calling thread.
int w2f_curl_resolves_asynchronously(void);

// `connections` are kept, those in use among them.
w2f_curl_multi *w2f_curl_multi_new(
    w2f_curl_socket_callback socket_callback, w2f_curl_timer_callback timer_callback, void *context,
    long connections);
void w2f_curl_multi_free(w2f_curl_multi *multi);
int w2f_curl_multi_add(w2f_curl_multi *multi, w2f_curl_easy *easy);
int w2f_curl_multi_remove(w2f_curl_multi *multi, w2f_curl_easy *easy);
int w2f_curl_multi_act(w2f_curl_multi *multi, int descriptor, int ready);
// The next transfer that ended, with its result; NULL if there is none.
w2f_curl_easy *w2f_curl_multi_next_done(w2f_curl_multi *multi, int *result);

// A handle with this project's rules: http and https alone, no redirects, no proxy and no credentials of the
// environment, certificates checked, HTTP/1.1, nothing that waits for threads, no signals.
w2f_curl_easy *w2f_curl_easy_new(void);
void w2f_curl_easy_free(w2f_curl_easy *easy);

// Both data callbacks get this context. Neither bytes nor fields are kept by libcurl.
int w2f_curl_easy_set_callbacks(
    w2f_curl_easy *easy, w2f_curl_data_callback body, w2f_curl_data_callback header, void *context);
void *w2f_curl_easy_context(w2f_curl_easy *easy);
// libcurl copies the string.
int w2f_curl_easy_set_url(w2f_curl_easy *easy, const char *url);
int w2f_curl_easy_set_user_agent(w2f_curl_easy *easy, const char *text);
int w2f_curl_easy_set_ca_file(w2f_curl_easy *easy, const char *path);
// The longest that connecting, and the whole transfer, may take.
int w2f_curl_easy_set_timeouts(w2f_curl_easy *easy, long connect_milliseconds, long total_milliseconds);
int w2f_curl_easy_set_max_body(w2f_curl_easy *easy, long long bytes);
// Makes it a POST; libcurl copies the bytes.
int w2f_curl_easy_set_body(w2f_curl_easy *easy, const char *bytes, size_t count);
// The list must live as long as the handle.
int w2f_curl_easy_set_fields(w2f_curl_easy *easy, w2f_curl_list *list);

// The list with one more string, a copy; NULL if there is no memory (the list stays as it was).
w2f_curl_list *w2f_curl_list_append(w2f_curl_list *list, const char *text);
void w2f_curl_list_free(w2f_curl_list *list);

long w2f_curl_easy_status(w2f_curl_easy *easy);
// Whether the connection, TLS included, was made.
int w2f_curl_easy_was_connected(w2f_curl_easy *easy);
// Where libcurl writes why a transfer failed: W2F_CURL_ERROR_SIZE bytes that live as long as the handle.
int w2f_curl_easy_set_error_buffer(w2f_curl_easy *easy, char *buffer);
const char *w2f_curl_error_text(int result);

// The results that are told apart.
enum {
    W2F_CURL_OK,
    W2F_CURL_BAD_URL,
    W2F_CURL_UNRESOLVABLE,
    W2F_CURL_UNREACHABLE,
    W2F_CURL_TIMED_OUT,
    W2F_CURL_TLS,
    W2F_CURL_TOO_LARGE,
    W2F_CURL_REFUSED_BY_CALLBACK,
    W2F_CURL_BROKEN,
    W2F_CURL_OTHER,
};
int w2f_curl_kind_of(int result);

#endif
