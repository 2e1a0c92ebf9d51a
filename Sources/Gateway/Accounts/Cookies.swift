import Cryptography
import Database
import Encodings
import HTTPServer

/// The names and attributes of this server's cookies: under https `__Host-` ones, which no other host and no plain
/// connection can set (RFC 6265bis section 4.1.3); on loopback without TLS, plain ones.
struct CookiePolicy: Sendable, Hashable {
    let isSecure: Bool

    init(baseURL: String) {
        isSecure = baseURL.hasPrefix("https://")
    }

    /// Returns a cookie's full name.
    func name(_ name: String) -> String { isSecure ? "__Host-\(name)" : name }

    /// Returns the field that sets a cookie.
    func set(_ name: String, _ value: String, maxAge: Duration) -> ServerResponse.Field {
        field(name, value, maxAge: maxAge.components.seconds)
    }

    /// Returns the field that deletes a cookie.
    func delete(_ name: String) -> ServerResponse.Field { field(name, "", maxAge: 0) }

    private func field(_ name: String, _ value: String, maxAge: Int64) -> ServerResponse.Field {
        let secure = isSecure ? "; Secure" : ""
        return .init(
            "Set-Cookie", "\(self.name(name))=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax\(secure)")
    }

    /// Returns the value of a cookie; `nil` if the request has none or several of that name.
    func value(of name: String, in head: RequestHead) -> String? {
        let name = self.name(name)
        let values = Self.pairs(in: head).filter { $0.name == name }
        return values.count == 1 ? values[0].value : nil
    }

    /// Returns the names of our cookies that begin so, without the policy's prefix.
    func names(from prefix: String, in head: RequestHead) -> [String] {
        let full = name(prefix)
        return Self.pairs(in: head).filter { $0.name.hasPrefix(full) }.map { prefix + $0.name.dropFirst(full.count) }
    }

    private static func pairs(in head: RequestHead) -> [(name: String, value: String)] {
        head.values("cookie").flatMap { line in
            line.split(separator: UInt8(ascii: ";")).compactMap { pair in
                let trimmed = pair.drop { $0 == 0x20 || $0 == 0x09 }
                guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")) else { return nil }
                // A cookie is ASCII (RFC 6265 section 4.1.1); none of ours is anything else.
                guard trimmed.allSatisfy({ $0 < 0x80 }) else { return nil }
                let value = String(decoding: trimmed[trimmed.index(after: equals)...], as: UTF8.self)
                return (String(decoding: trimmed[..<equals], as: UTF8.self), value)
            }
        }
    }
}

/// A small value of ours that a browser keeps and cannot read or change: AES-256-GCM under the ring's key for cookies,
/// with its name in the associated data and its end inside.
struct SealedCookie: Sendable {
    /// The maximum size of a value, in bytes; browsers keep about 4,000 characters of a cookie.
    static let maximumCount = 2600

    private let keys: KeyRing
    private let policy: CookiePolicy

    init(keys: KeyRing, policy: CookiePolicy) {
        self.keys = keys
        self.policy = policy
    }

    /// Returns the field that sets the cookie.
    /// - Throws: `CryptographyError`, `AESGCM.Failure`; `invalidLength` for a value that is too long.
    func set(
        _ name: String, _ value: [UInt8], lifetime: Duration, now: UnixTime = .now()
    ) throws -> ServerResponse.Field {
        guard value.count <= Self.maximumCount else { throw AESGCM.Failure.invalidLength }
        let end = UInt64(bitPattern: now.advanced(by: lifetime).milliseconds)
        let plaintext = (0..<8).map { UInt8(truncatingIfNeeded: end >> (56 - 8 * UInt64($0))) } + value
        guard let key = keys.cookieKeys.first else { throw AESGCM.Failure.invalidLength }
        let sealed = try AESGCM.seal(plaintext, key: key, associatedData: associatedData(name))
        return policy.set(name, Base64.encodeURLSafe(sealed), maxAge: lifetime)
    }

    /// Returns the value that a request brings; `nil` if it has none, an expired one, or one that is not ours.
    func value(of name: String, in head: RequestHead, now: UnixTime = .now()) -> [UInt8]? {
        guard let text = policy.value(of: name, in: head), text.utf8.count <= 4096,
            let sealed = Base64.decodeURLSafe(text),
            let plaintext = open(sealed, of: name), plaintext.count >= 8
        else { return nil }
        let end = plaintext[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return UnixTime(milliseconds: Int64(bitPattern: end)) > now ? Array(plaintext[8...]) : nil
    }

    /// Opens a value under the current root key, or a former one while a rotation is going on.
    private func open(_ sealed: [UInt8], of name: String) -> [UInt8]? {
        for key in keys.cookieKeys {
            if let plaintext = try? AESGCM.open(sealed, key: key, associatedData: associatedData(name)) {
                return plaintext
            }
        }
        return nil
    }

    /// Returns the field that deletes the cookie.
    func delete(_ name: String) -> ServerResponse.Field { policy.delete(name) }

    private func associatedData(_ name: String) -> [UInt8] {
        Array("webhook2fedmsg cookie v1\0\(name)".utf8)
    }
}

/// A sealed cookie between a POST and the page that follows it.
enum PageCookie: String, Sendable, Hashable, CaseIterable {
    /// The message about the last action, for the top of the next page.
    case flash = "w2f_flash"
    /// A new secret, for the one page that shows it.
    case secret = "w2f_secret"
    /// The fields of a form that was sent when the login had ended, for the page with that form.
    case draft = "w2f_draft"

    /// The time that it is kept for the page that shows it; a draft waits for somebody to log in.
    var lifetime: Duration { self == .draft ? .seconds(1800) : .seconds(300) }
}
