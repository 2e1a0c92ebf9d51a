/// The header fields that pages are protected by.
package enum SecurityHeaders {
    /// Those of every page and asset.
    ///
    /// - Parameters:
    ///   - isSecure: Whether people reach the server by https.
    ///   - formTargets: Origins, besides this server's, that forms may lead to by a redirect.
    package static func fields(isSecure: Bool, formTargets: [String] = []) -> [ServerResponse.Field] {
        // form-action covers where a redirect after a form leads, too: no form leads to the provider (the login is a
        // link, and the logout a page), so this server is enough.
        let forms = (["'self'"] + formTargets).joined(separator: " ")
        let policy = [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "connect-src 'self'",
            "form-action \(forms)", "base-uri 'none'", "frame-ancestors 'none'",
        ]
        var fields: [ServerResponse.Field] = [
            .init("Content-Security-Policy", policy.joined(separator: "; ")),
            .init("X-Content-Type-Options", "nosniff"),
            .init("X-Frame-Options", "DENY"),
            .init("Referrer-Policy", "no-referrer"),
            .init("Cross-Origin-Opener-Policy", "same-origin"),
            .init("Cross-Origin-Resource-Policy", "same-origin"),
            .init(
                "Permissions-Policy",
                "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ]
        if isSecure { fields.append(.init("Strict-Transport-Security", "max-age=63072000")) }
        return fields
    }

    /// For what must not be kept: pages show what only one person may see.
    package static let noStore = ServerResponse.Field("Cache-Control", "no-store")
    /// For what never changes under its name.
    package static let immutable = ServerResponse.Field("Cache-Control", "public, max-age=31536000, immutable")
}
