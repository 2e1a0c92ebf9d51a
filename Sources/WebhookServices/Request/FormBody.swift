import Encodings

/// A body in `application/x-www-form-urlencoded` (WHATWG URL standard section 5), read strictly: a half escape is an
/// error here and not text.
struct FormBody {
    var bytes: ArraySlice<UInt8>

    /// The decoded value of the field that must stand exactly once; other fields are passed over.
    ///
    /// - Throws: ``WebhookError/invalidForm(_:)``.
    func value(of name: String) throws(WebhookError) -> [UInt8] {
        let wanted = Array(name.utf8)
        var found: ArraySlice<UInt8>?
        var rest = bytes
        while !rest.isEmpty {
            let pair = rest.prefix { $0 != UInt8(ascii: "&") }
            rest = rest[pair.endIndex...].dropFirst()
            let key = pair.prefix { $0 != UInt8(ascii: "=") }
            guard try Self.decode(key) == wanted else { continue }
            guard found == nil else { throw .invalidForm("the form has the field \(name) more than once") }
            found = pair[key.endIndex...].dropFirst()
        }
        guard let found else { throw .invalidForm("the form has no field \(name)") }
        return try Self.decode(found)
    }

    /// Returns a Boolean value that indicates whether a field of that name is there, readable or not.
    func hasField(_ name: String) -> Bool {
        let wanted = Array(name.utf8)
        return bytes.split(separator: UInt8(ascii: "&")).contains { pair in
            (try? Self.decode(pair.prefix { $0 != UInt8(ascii: "=") })) == wanted
        }
    }

    private static func decode(_ text: ArraySlice<UInt8>) throws(WebhookError) -> [UInt8] {
        guard let decoded = PercentEncoding.decode(text.span, plusIsBlank: true) else {
            throw .invalidForm("the form has an incomplete % escape")
        }
        return decoded
    }
}
