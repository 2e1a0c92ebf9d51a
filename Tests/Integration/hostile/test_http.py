"""Bytes that two HTTP parsers might read differently: the smuggler's tools."""

import json

import pytest
from hostile.conftest import Target

SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


def head(*lines: bytes, line_end: bytes = b"\r\n", request_line: bytes = b"POST /github/x HTTP/1.1") -> bytes:
    return line_end.join([request_line, *lines]) + line_end * 2


HOST = b"Host: a"
CASES: dict[str, tuple[bytes, set[int]]] = {
    "length and chunked": (head(HOST, b"Content-Length: 6", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + SMUGGLED, {400}),
    "chunked and length": (head(HOST, b"Transfer-Encoding: chunked", b"Content-Length: 6") + b"0\r\n\r\n" + SMUGGLED, {400}),
    "two lengths": (head(HOST, b"Content-Length: 0", b"Content-Length: 34") + SMUGGLED, {400}),
    "a list of lengths": (head(HOST, b"Content-Length: 0, 34") + SMUGGLED, {400}),
    "length with a sign": (head(HOST, b"Content-Length: +0") + SMUGGLED, {400}),
    "negative length": (head(HOST, b"Content-Length: -1") + SMUGGLED, {400}),
    "length in hex": (head(HOST, b"Content-Length: 0x10") + SMUGGLED, {400}),
    "empty length": (head(HOST, b"Content-Length:") + SMUGGLED, {400}),
    "length beyond 64 bits": (head(HOST, b"Content-Length: 99999999999999999999999") + SMUGGLED, {400, 413}),
    # HAProxy takes it for 0, and what follows for a request.
    "length of 2 to the 64": (head(HOST, b"Content-Length: 18446744073709551616") + SMUGGLED, {400, 413}),
    "length with a blank inside": (head(HOST, b"Content-Length: 3 4") + SMUGGLED, {400}),
    "chunked twice": (head(HOST, b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    "chunked not last": (head(HOST, b"Transfer-Encoding: chunked, identity") + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    "gzip and chunked": (head(HOST, b"Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    "unknown coding": (head(HOST, b"Transfer-Encoding: xchunked") + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    "coding with a vertical tab": (head(HOST, b"Transfer-Encoding: \x0bchunked") + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    "empty coding": (head(HOST, b"Transfer-Encoding:") + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    "chunked in 1.0": (head(HOST, b"Transfer-Encoding: chunked", request_line=b"POST /github/x HTTP/1.0") + b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    "blank before the colon": (head(HOST, b"Content-Length : 0") + SMUGGLED, {400}),
    "tab before the colon": (head(HOST, b"Transfer-Encoding\t: chunked") + SMUGGLED, {400}),
    "folded line": (head(HOST, b"X-A: b", b" c: d", b"Content-Length: 0"), {400}),
    "folded first line": (head(b" X-A: b", HOST, b"Content-Length: 0"), {400}),
    "bare LF": (head(HOST, b"Content-Length: 0", line_end=b"\n"), {400}),
    "bare CR in a value": (head(HOST, b"X-A: b\rContent-Length: 5", b"Content-Length: 0"), {400}),
    "bare LF in a head": (head(HOST, b"X-A: b\nContent-Length: 5", b"Content-Length: 0"), {400}),
    "no colon": (head(HOST, b"Nonsense", b"Content-Length: 0"), {400}),
    "empty name": (head(HOST, b": value", b"Content-Length: 0"), {400}),
    "name with a control byte": (head(HOST, b"X-\x01A: b", b"Content-Length: 0"), {400}),
    "name with non-ASCII": (head(HOST, b"X-\xc3\xbc: b", b"Content-Length: 0"), {400}),
    "NUL in a name": (head(HOST, b"X-\0A: b", b"Content-Length: 0"), {400}),
    "NUL in a value": (head(HOST, b"X-A: b\0c", b"Content-Length: 0"), {400}),
    "escape code in a value": (head(HOST, b"User-Agent: \x1b[31mred", b"Content-Length: 0"), {400}),
    "NUL in the target": (head(HOST, b"Content-Length: 0", request_line=b"POST /github/\0 HTTP/1.1"), {400}),
    "blank in the target": (head(HOST, b"Content-Length: 0", request_line=b"POST /github/a b HTTP/1.1"), {400}),
    "two blanks": (head(HOST, b"Content-Length: 0", request_line=b"POST  /github/x HTTP/1.1"), {400}),
    "no version": (head(HOST, request_line=b"POST /github/x"), {400}),
    "lower-case version": (head(HOST, request_line=b"POST /github/x http/1.1"), {400, 505}),
    "version 2": (head(HOST, request_line=b"POST /github/x HTTP/2.0"), {505}),
    "version 1.10": (head(HOST, request_line=b"POST /github/x HTTP/1.10"), {400, 505}),
    "no host": (head(b"Content-Length: 0"), {400}),
    "two hosts": (head(HOST, b"Host: b", b"Content-Length: 0"), {400}),
    "host with a path": (head(b"Host: a/b", b"Content-Length: 0"), {400}),
    "chunk size in octal dress": (head(HOST, b"Transfer-Encoding: chunked") + b"0x1\r\na\r\n0\r\n\r\n" + SMUGGLED, {400, 404}),
    "negative chunk size": (head(HOST, b"Transfer-Encoding: chunked") + b"-1\r\na\r\n0\r\n\r\n" + SMUGGLED, {400, 404}),
    "chunk size beyond 64 bits": (head(HOST, b"Transfer-Encoding: chunked") + b"1" + b"0" * 20 + b"\r\na\r\n", {400, 404, 413}),
    "chunk data too long": (head(HOST, b"Transfer-Encoding: chunked") + b"1\r\nab\r\n0\r\n\r\n" + SMUGGLED, {400, 404}),
    "chunk ended by LF": (head(HOST, b"Transfer-Encoding: chunked") + b"1\na\n0\n\n" + SMUGGLED, {400, 404}),
    "target too long": (head(HOST, b"Content-Length: 0", request_line=b"POST /" + b"a" * 100_000 + b" HTTP/1.1"), {414}),
    "value too long": (head(HOST, b"X-A: " + b"a" * 200_000, b"Content-Length: 0"), {431}),
    "name too long": (head(HOST, b"a" * 200_000 + b": b", b"Content-Length: 0"), {431}),
    "too many headers": (head(HOST, *[b"X-%d: b" % number for number in range(5000)], b"Content-Length: 0"), {431}),
    "unknown method": (head(HOST, b"Content-Length: 0", request_line=b"FROB /github/x HTTP/1.1"), {404, 405, 501}),
    "TLS on the plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)), {400}),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 405, 501, 505}),
}
# These are well-formed at first, so the connection may end after the answer to what came first.
NOT_CERTAIN_TO_CLOSE = {"unknown method"}


@pytest.mark.parametrize("name", CASES)
def test_refused_once_and_closed(target: Target, name: str) -> None:
    data, statuses = CASES[name]
    with target.connect() as connection:
        connection.try_send(data)
        answer = connection.read_until_closed(5 if name in NOT_CERTAIN_TO_CLOSE else 20)
    assert len(answer.responses) == 1, "what was smuggled in the body was answered too, or nothing was"
    assert answer.responses[0].status in statuses
    assert answer.closed or name in NOT_CERTAIN_TO_CLOSE
    target.nothing_published()


@pytest.mark.parametrize("framing", ["length and chunked", "chunked and length", "two lengths"])
def test_signed_webhooks_with_two_lengths_are_refused_too(target: Target, framing: str) -> None:
    """With a valid token and proof, so that nothing but the framing is wrong."""
    webhook = target.webhook("github")
    extra = [("Content-Length", "3")] if framing == "two lengths" else [("Transfer-Encoding", "chunked")]
    (response,) = target.raw(target.request(target.tokens["github"], webhook, extra)).responses
    assert response.status == 400
    target.nothing_published()


def _chunked(target: Target, webhook, pieces: list[bytes]) -> bytes:
    whole = target.request(target.tokens[webhook.service], webhook)
    head_bytes = whole[: whole.index(b"\r\n\r\n")]
    length = f"Content-Length: {len(webhook.body)}".encode()
    head_bytes = head_bytes.replace(length, b"Transfer-Encoding: chunked")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return head_bytes + b"\r\n\r\n" + chunks + b"0\r\n\r\n"


def test_a_chunked_webhook_is_fine(target: Target) -> None:
    webhook = target.webhook("github")
    pieces = [webhook.body[at : at + 700] for at in range(0, len(webhook.body), 700)]
    (response,) = target.raw(_chunked(target, webhook, pieces)).responses
    target.published(response)


def test_a_chunked_webhook_with_a_broken_chunk_is_not(target: Target) -> None:
    webhook = target.webhook("github")
    data = _chunked(target, webhook, [webhook.body[:700], webhook.body[700:]]).replace(b"2bc\r\n", b"2bx\r\n", 1)
    (response,) = target.raw(data).responses
    assert response.status == 400
    target.nothing_published()


def test_byte_by_byte(target: Target) -> None:
    data = target.request(target.tokens["github"], target.webhook("github", b'{"ref":"refs/heads/slow"}', "push"))
    with target.connect() as connection:
        for position in range(len(data)):
            connection.send(data[position : position + 1])
        (response,) = connection.read_until_closed().responses
    target.published(response)


def test_pipelined_webhooks_are_answered_in_order(target: Target) -> None:
    webhooks = [target.webhook("github", b'{"number":%d}' % number, "push") for number in range(20)]
    data = b"".join(
        target.request(target.tokens["github"], webhook).replace(b"Connection: close\r\n", b"") for webhook in webhooks
    )
    with target.connect() as connection:
        connection.send(data)
        answers = [connection.read_response() for _ in webhooks]
        assert connection.read_until_closed(0.3).data == b""
    assert [response.status for response in answers] == [202] * 20
    deliveries = {delivery.id: delivery.body for delivery in target.wiretap.drain()}
    for number, response in enumerate(answers):
        assert b'{"number":%d}' % number in deliveries[json.loads(response.body)["message_id"]]


def test_a_webhook_cut_short_is_not_published(target: Target) -> None:
    data = target.request(target.tokens["github"], target.webhook("github"))
    with target.connect() as connection:
        connection.send(data[:-10])
        connection.half_close()
        answer = connection.read_until_closed(30)
    assert answer.closed
    assert all(response.status >= 400 for response in answer.responses)
    target.nothing_published()


def test_continue_is_asked_for_and_given(target: Target) -> None:
    webhook = target.webhook("github")
    data = target.request(target.tokens["github"], webhook, [("Expect", "100-continue")])
    split = data.index(b"\r\n\r\n") + 4
    with target.connect() as connection:
        connection.send(data[:split])
        first = b""
        while not first.endswith(b"\r\n\r\n"):
            first += connection.receive()
        assert first.startswith(b"HTTP/1.1 100 ")
        connection.send(data[split:])
        (response,) = connection.read_until_closed().responses
    target.published(response)


def test_continue_is_not_given_for_what_will_be_refused(target: Target) -> None:
    data = target.request(target.tokens["github"], target.webhook("github"), [("Expect", "100-continue")])
    data = data.replace(target.tokens["github"].path.encode(), b"/github/unknown")
    with target.connect() as connection:
        connection.send(data[: data.index(b"\r\n\r\n") + 4])
        response = connection.read_response()
    target.refused(response, 404)
