"""Another site, on this machine, that means no good."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def evil_site(html: str) -> Iterator[str]:
    """Its URL; it shows the same page at every address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = html.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


# What would run, break out, or end a line, if it were taken for more than text.
HOSTILE = [
    "<script>window.pwned=1</script>\"'><img src=x onerror=window.pwned=1>",
    "' autofocus onfocus=window.pwned=1 x=' javascript:window.pwned=1//",
    "</textarea></title><svg onload=window.pwned=1>{{title}}{{{frame.csrf}}}{{>layout}}",
    "javascript:window.pwned=1//\r\nSet-Cookie: pwned=1\r\n\r\n\u202egnp.exe <b>\u0000</b>",
]
