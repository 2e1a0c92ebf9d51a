import HTTPServer

/// The sender of a request.
public struct SessionContext: Sendable {
    /// Nil if nobody is logged in.
    public let session: Session?
    /// A Boolean value that indicates whether the development login is on: every page says so.
    public let isDevelopmentLogin: Bool
    /// To be added to the answer: takes a dead cookie away.
    public let responseFields: [ServerResponse.Field]

    /// The person, as far as rights go; nil if nobody is logged in.
    public var person: Person? { session?.person }
}
