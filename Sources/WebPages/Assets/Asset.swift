/// A file that pages refer to. Its name holds a hash of its content, so that it may be kept for ever.
package struct Asset: Sendable {
    /// The name in the sources: `style.css`.
    package let source: String
    /// The name in URLs: `style.0123456789ab.css`.
    package let name: String
    /// Its Content-Type.
    package let contentType: String
    /// Its bytes.
    package let bytes: [UInt8]
}
