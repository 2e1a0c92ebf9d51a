/// A response that has come whole.
struct Answer: Hashable {
    /// The status code, 100 to 599.
    let status: Int
    /// A Boolean value that indicates whether the connection may carry another request.
    let keepsAlive: Bool
    /// Bytes of the head.
    let headCount: Int
    /// Bytes of the body.
    let bodyCount: Int

    /// Bytes of both, to be consumed.
    var count: Int { headCount + bodyCount }

    /// A Boolean value that indicates whether it only announces the real one.
    var isInterim: Bool { status < 200 }
}
