import HTTPServer
import WebhookServices

/// A request's head as the services see it.
struct RequestHeaders: WebhookHeaders {
    let head: RequestHead

    func count(of name: String) -> Int { head.count(of: name) }

    func first(_ name: String) -> ArraySlice<UInt8>? { head.first(name) }

    func values(_ name: String) -> [ArraySlice<UInt8>] { head.values(name) }

    func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? { head.find(name) }
}
