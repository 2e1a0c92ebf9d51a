import HTTPServer

/// The check that a request that changes something was sent by a page of ours, as far as the browser says. The forms'
/// tokens are what counts; this is a second lock.
enum RequestOrigin {
    /// - Parameter origins: ours, as `https://host[:port]`.
    ///
    /// `Origin: null` is what browsers send with forms of pages without referrer, as ours are; `Sec-Fetch-Site` decides
    /// then. Without both (no browser of today), the token alone decides.
    static func isOurs(_ head: RequestHead, origins: [String]) -> Bool {
        let site = text(head.values("sec-fetch-site"))
        if let site, site != "same-origin" { return false }
        guard let origin = text(head.values("origin")), origin != "null" else { return true }
        return origins.contains(origin.lowercased())
    }

    /// Returns a Boolean value that indicates whether the browser says that a page of ours sent it: without a word of
    /// it, nothing that came is shown again.
    static func isCertainlyOurs(_ head: RequestHead, origins: [String]) -> Bool {
        guard isOurs(head, origins: origins) else { return false }
        if text(head.values("sec-fetch-site")) == "same-origin" { return true }
        return text(head.values("origin")).map { origins.contains($0.lowercased()) } ?? false
    }

    private static func text(_ values: [ArraySlice<UInt8>]) -> String? {
        guard let first = values.first else { return nil }
        return values.count == 1 ? String(decoding: first, as: UTF8.self) : ""
    }
}
