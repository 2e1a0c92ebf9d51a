import Cryptography
import Encodings

/// The secret that a service and this server share. It has no text form by accident: ``reveal()`` shows it.
public struct TokenSecret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Fewest characters of a secret that people bring.
    public static let minimumCharacters = 32
    /// Most bytes of a secret that people bring.
    public static let maximumBytes = 255

    /// The bytes that signatures are made with: UTF-8.
    public let bytes: [UInt8]

    init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A secret that someone brings: 32 characters or more, at most 255 bytes, one line of printable UTF-8.
    ///
    /// - Throws: ``TokenInputError``.
    public init(ownText bytes: [UInt8]) throws(TokenInputError) {
        guard bytes.count <= Self.maximumBytes else { throw .secretTooLong(limit: Self.maximumBytes) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .secretUnprintable }
        let scalars = text.unicodeScalars
        guard !scalars.contains(where: \.isControlOrSeparator),
            scalars.first?.properties.isWhitespace != true, scalars.last?.properties.isWhitespace != true
        else { throw .secretUnprintable }
        guard scalars.count >= Self.minimumCharacters else { throw .secretTooShort(characters: scalars.count) }
        self.bytes = bytes
    }

    /// The content of a file or of standard input as a secret: as `init(ownText:)`, but for one line end at the end.
    ///
    /// - Throws: ``TokenInputError``.
    public init(fileContent: [UInt8]) throws(TokenInputError) {
        var bytes = fileContent[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        try self.init(ownText: Array(bytes))
    }

    /// A new secret of 256 random bits, as 64 hexadecimal digits.
    ///
    /// - Throws: `CryptographyError` if there is no randomness.
    public static func generate() throws -> TokenSecret {
        TokenSecret(stored: Array(Hex.encode(try SecureRandom.bytes(32)).utf8))
    }

    /// The secret itself, to be shown once to the person who made it.
    public func reveal() -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// Compares in constant time.
    public static func == (left: TokenSecret, right: TokenSecret) -> Bool {
        constantTimeEqual(left.bytes, right.bytes)
    }

    /// Not the secret.
    public var description: String { "(secret)" }

    /// Not the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
