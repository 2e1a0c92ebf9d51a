import CLibcurl

/// One request on its way: libcurl's handle for it, and what came of the answer. Confined to its client's loop.
final class Transfer {
    let id: TransferQueue.ID
    let host: String
    private(set) var collector: ResponseCollector
    let maxBodyBytes: Int
    private let maxHeadBytes: Int
    /// Freed in deinit, which comes after the handle was taken out of its multi handle: the engine does that first.
    let easy: UnsafeMutableRawPointer
    private var list: UnsafeMutableRawPointer?
    /// libcurl writes here as long as the handle lives.
    private let errorText: UnsafeMutablePointer<CChar>

    /// - Throws: `HTTPClientError.library` where libcurl has no memory or refuses an option.
    init(
        _ request: ClientRequest, id: TransferQueue.ID, limits: HTTPClientLimits, settings: HTTPClientSettings,
        remaining: Duration
    ) throws(HTTPClientError) {
        guard let easy = w2f_curl_easy_new() else { throw .library(reason: "no handle") }
        self.id = id
        self.easy = easy
        host = request.host
        maxBodyBytes = min(request.maxBodyBytes ?? limits.maxBodyBytes, limits.maxBodyBytes)
        maxHeadBytes = limits.maxHeadBytes
        collector = ResponseCollector(maxHeadBytes: maxHeadBytes, maxBodyBytes: maxBodyBytes)
        errorText = .allocate(capacity: W2F_CURL_ERROR_SIZE)
        errorText.initialize(repeating: 0, count: W2F_CURL_ERROR_SIZE)
        try check(w2f_curl_easy_set_error_buffer(easy, errorText))
        try check(
            w2f_curl_easy_set_callbacks(
                easy, transferReceivesBody, transferReceivesLine, Unmanaged.passUnretained(self).toOpaque()))
        try check(w2f_curl_easy_set_url(easy, request.url))
        try check(w2f_curl_easy_set_user_agent(easy, settings.userAgent))
        if let path = settings.caFile { try check(w2f_curl_easy_set_ca_file(easy, path)) }
        let connect = min(limits.connectTimeout, remaining)
        try check(w2f_curl_easy_set_timeouts(easy, connect.milliseconds, remaining.milliseconds))
        try check(w2f_curl_easy_set_max_body(easy, Int64(maxBodyBytes)))
        try setBody(request.body)
        try setFields(request.fields)
    }

    deinit {
        w2f_curl_easy_free(easy)
        if let list { w2f_curl_list_free(list) }
        errorText.deallocate()
    }

    private func setBody(_ body: [UInt8]?) throws(HTTPClientError) {
        guard let body else { return }
        let code = body.withUnsafeBytes { bytes in
            // An empty array may have no address, which would stand for "no copy".
            bytes.isEmpty
                ? w2f_curl_easy_set_body(easy, "", 0)
                : w2f_curl_easy_set_body(easy, bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
        }
        try check(code)
    }

    private func setFields(_ fields: [ClientField]) throws(HTTPClientError) {
        for field in fields {
            guard let longer = w2f_curl_list_append(list, "\(field.name): \(field.value)") else {
                throw .library(reason: "no memory")
            }
            list = longer
        }
        if let list { try check(w2f_curl_easy_set_fields(easy, list)) }
    }

    private func check(_ code: CInt) throws(HTTPClientError) {
        guard code == 0 else { throw .library(reason: String(cString: w2f_curl_error_text(code))) }
    }

    /// Returns the outcome by libcurl's result.
    func outcome(_ result: CInt) -> Result<ClientResponse, HTTPClientError> {
        switch Int(w2f_curl_kind_of(result)) {
        case W2F_CURL_OK:
            let status = Int(w2f_curl_easy_status(easy))
            return .success(ClientResponse(status: status, fields: collector.fields, body: collector.body))
        case W2F_CURL_BAD_URL: return .failure(.invalidRequest(reason: "the URL cannot be used"))
        case W2F_CURL_UNRESOLVABLE: return .failure(.unresolvable(host: host))
        case W2F_CURL_UNREACHABLE: return .failure(.unreachable(host: host, reason: reason(result)))
        case W2F_CURL_TLS: return .failure(.untrusted(host: host, reason: reason(result)))
        case W2F_CURL_TIMED_OUT:
            return .failure(.timedOut(w2f_curl_easy_was_connected(easy) == 0 ? .connecting : .answering, host: host))
        case W2F_CURL_TOO_LARGE: return .failure(.bodyTooLarge(host: host, limit: maxBodyBytes))
        case W2F_CURL_REFUSED_BY_CALLBACK where collector.excess == .body:
            return .failure(.bodyTooLarge(host: host, limit: maxBodyBytes))
        case W2F_CURL_REFUSED_BY_CALLBACK where collector.excess == .head:
            return .failure(.headTooLarge(host: host, limit: maxHeadBytes))
        case W2F_CURL_BROKEN: return .failure(.broken(host: host, reason: reason(result)))
        default: return .failure(.library(reason: reason(result)))
        }
    }

    /// libcurl's own words on one line: it may quote the host and what a certificate says.
    private func reason(_ result: CInt) -> String {
        let text = errorText.pointee == 0 ? String(cString: w2f_curl_error_text(result)) : String(cString: errorText)
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }

    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool { collector.takeBody(bytes) }

    fileprivate func takeLine(_ bytes: UnsafeRawBufferPointer) -> Bool { collector.takeLine(bytes) }
}

// libcurl's callbacks: named functions, called on the loop's thread from within the engine's calls to libcurl, while
// the engine holds the transfer. What they return is the number of bytes taken; any other ends the transfer.

private func transferReceivesBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let isTaken = transfer.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken ? size * count : size * count + 1
}

private func transferReceivesLine(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let isTaken = transfer.takeLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken ? size * count : size * count + 1
}

extension Duration {
    /// Whole milliseconds, rounded up and at least 1: to libcurl, 0 is "no limit".
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        let milliseconds = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return max(1, Int(clamping: min(seconds, 1 << 40) * 1000 + milliseconds))
    }
}

/// Gathers an answer from the pieces that libcurl gives, within limits. Without I/O.
struct ResponseCollector {
    /// The part that was too large.
    enum Excess: Hashable {
        case head
        case body
    }

    private let maxHeadBytes: Int
    private let maxBodyBytes: Int
    private var headBytes = 0
    private(set) var fields: [ClientField] = []
    private(set) var body: [UInt8] = []
    /// The reason why taking ended, if it did.
    private(set) var excess: Excess?

    init(maxHeadBytes: Int, maxBodyBytes: Int) {
        self.maxHeadBytes = maxHeadBytes
        self.maxBodyBytes = maxBodyBytes
    }

    /// One line of a head, its end included. A status line begins anew: what came before was an interim answer (1xx).
    /// - Returns: whether to go on.
    mutating func takeLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= maxHeadBytes else {
            excess = .head
            return false
        }
        // By bytes: characters may be as long as the line.
        if line.starts(with: "HTTP/".utf8) {
            fields.removeAll()
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            fields.append(ClientField(name, Self.trimmed(line[(colon + 1)...])))
        }
        return true
    }

    /// A piece of the body.
    /// - Returns: whether to go on.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= maxBodyBytes else {
            excess = .body
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        let start = bytes.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }
}
