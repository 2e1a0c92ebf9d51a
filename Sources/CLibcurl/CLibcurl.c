#include "CLibcurl.h"

#include <curl/curl.h>

_Static_assert(W2F_CURL_WATCH_NOTHING == CURL_POLL_NONE, "CURL_POLL_NONE");
_Static_assert(W2F_CURL_WATCH_IN == CURL_POLL_IN, "CURL_POLL_IN");
_Static_assert(W2F_CURL_WATCH_OUT == CURL_POLL_OUT, "CURL_POLL_OUT");
_Static_assert(W2F_CURL_WATCH_BOTH == CURL_POLL_INOUT, "CURL_POLL_INOUT");
_Static_assert(W2F_CURL_WATCH_END == CURL_POLL_REMOVE, "CURL_POLL_REMOVE");
_Static_assert(W2F_CURL_READY_IN == CURL_CSELECT_IN, "CURL_CSELECT_IN");
_Static_assert(W2F_CURL_READY_OUT == CURL_CSELECT_OUT, "CURL_CSELECT_OUT");
_Static_assert(W2F_CURL_TIMEOUT == CURL_SOCKET_TIMEOUT, "CURL_SOCKET_TIMEOUT");

int w2f_curl_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}

int w2f_curl_resolves_asynchronously(void) {
    return (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) != 0;
}

w2f_curl_multi *w2f_curl_multi_new(
    w2f_curl_socket_callback socket_callback, w2f_curl_timer_callback timer_callback, void *context,
    long connections) {
    CURLM *multi = curl_multi_init();
    if (!multi) return NULL;
    CURLMcode code = CURLM_OK;
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, (curl_socket_callback)socket_callback);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, (curl_multi_timer_callback)timer_callback);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
    if (code == CURLM_OK) return multi;
    curl_multi_cleanup(multi);
    return NULL;
}

void w2f_curl_multi_free(w2f_curl_multi *multi) {
    curl_multi_cleanup(multi);
}

int w2f_curl_multi_add(w2f_curl_multi *multi, w2f_curl_easy *easy) {
    return curl_multi_add_handle(multi, easy);
}

int w2f_curl_multi_remove(w2f_curl_multi *multi, w2f_curl_easy *easy) {
    return curl_multi_remove_handle(multi, easy);
}

int w2f_curl_multi_act(w2f_curl_multi *multi, int descriptor, int ready) {
    int running;
    return curl_multi_socket_action(multi, descriptor, ready, &running);
}

w2f_curl_easy *w2f_curl_multi_next_done(w2f_curl_multi *multi, int *result) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}

static CURLcode set_rules(CURL *easy) {
    CURLcode code = CURLE_OK;
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!code) code = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!code) code = curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Without it, giving up a transfer while its name is being resolved waits for the resolver's thread: on the loop.
    if (!code) code = curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    return code;
}

w2f_curl_easy *w2f_curl_easy_new(void) {
    CURL *easy = curl_easy_init();
    if (!easy) return NULL;
    if (set_rules(easy) == CURLE_OK) return easy;
    curl_easy_cleanup(easy);
    return NULL;
}

void w2f_curl_easy_free(w2f_curl_easy *easy) {
    curl_easy_cleanup(easy);
}

int w2f_curl_easy_set_callbacks(
    w2f_curl_easy *easy, w2f_curl_data_callback body, w2f_curl_data_callback header, void *context) {
    CURLcode code = CURLE_OK;
    if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, (curl_write_callback)body);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, (curl_write_callback)header);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PRIVATE, context);
    return code;
}

void *w2f_curl_easy_context(w2f_curl_easy *easy) {
    char *context = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context);
    return context;
}

int w2f_curl_easy_set_url(w2f_curl_easy *easy, const char *url) {
    return curl_easy_setopt(easy, CURLOPT_URL, url);
}

int w2f_curl_easy_set_user_agent(w2f_curl_easy *easy, const char *text) {
    return curl_easy_setopt(easy, CURLOPT_USERAGENT, text);
}

int w2f_curl_easy_set_ca_file(w2f_curl_easy *easy, const char *path) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CAINFO, path);
    // This file alone, not the system's folder besides.
    if (!code) code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return code;
}

int w2f_curl_easy_set_timeouts(w2f_curl_easy *easy, long connect_milliseconds, long total_milliseconds) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_milliseconds);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, total_milliseconds);
    return code;
}

int w2f_curl_easy_set_max_body(w2f_curl_easy *easy, long long bytes) {
    return curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)bytes);
}

int w2f_curl_easy_set_body(w2f_curl_easy *easy, const char *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
    // On a connection that was kept libcurl sends it again if the server closes without an answer, however much of it the
    // server has read. On a new one it never does.
    if (!code) code = curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    return code;
}

int w2f_curl_easy_set_fields(w2f_curl_easy *easy, w2f_curl_list *list) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, (struct curl_slist *)list);
}

w2f_curl_list *w2f_curl_list_append(w2f_curl_list *list, const char *text) {
    return curl_slist_append(list, text);
}

void w2f_curl_list_free(w2f_curl_list *list) {
    curl_slist_free_all(list);
}

long w2f_curl_easy_status(w2f_curl_easy *easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

int w2f_curl_easy_was_connected(w2f_curl_easy *easy) {
    curl_off_t before_transfer = 0;
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &before_transfer);
    return before_transfer > 0;
}

int w2f_curl_easy_set_error_buffer(w2f_curl_easy *easy, char *buffer) {
    _Static_assert(W2F_CURL_ERROR_SIZE >= CURL_ERROR_SIZE, "CURL_ERROR_SIZE");
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

const char *w2f_curl_error_text(int result) {
    return curl_easy_strerror((CURLcode)result);
}

int w2f_curl_kind_of(int result) {
    switch ((CURLcode)result) {
    case CURLE_OK: return W2F_CURL_OK;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return W2F_CURL_BAD_URL;
    case CURLE_COULDNT_RESOLVE_HOST: return W2F_CURL_UNRESOLVABLE;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED: return W2F_CURL_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT: return W2F_CURL_TIMED_OUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return W2F_CURL_TLS;
    case CURLE_FILESIZE_EXCEEDED: return W2F_CURL_TOO_LARGE;
    case CURLE_WRITE_ERROR: return W2F_CURL_REFUSED_BY_CALLBACK;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_BAD_CONTENT_ENCODING: return W2F_CURL_BROKEN;
    default: return W2F_CURL_OTHER;
    }
}
