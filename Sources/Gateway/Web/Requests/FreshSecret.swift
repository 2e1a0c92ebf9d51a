/// A token's new secret on its way to the one page that shows it, in a sealed cookie.
struct FreshSecret: Sendable, Equatable {
    /// The reason why there is a new secret.
    enum Occasion: String, Sendable {
        /// The token was made.
        case created
        /// It got another one.
        case rotated
    }

    /// The token.
    let token: TokenID
    /// The reason why there is a new one.
    let occasion: Occasion
    /// The secret; `nil` where people brought their own or there is none, so that there is nothing to show.
    let secret: String?

    /// For a cookie: three lines.
    var encoded: [UInt8] { Array("\(token)\n\(occasion.rawValue)\n\(secret ?? "")".utf8) }

    init(token: TokenID, occasion: Occasion, secret: String?) {
        self.token = token
        self.occasion = occasion
        self.secret = secret
    }

    /// Of a cookie; `nil` for what is none.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3, let token = TokenID(lines[0]), let occasion = Occasion(rawValue: String(lines[1]))
        else { return nil }
        self.init(token: token, occasion: occasion, secret: lines[2].isEmpty ? nil : String(lines[2]))
    }
}
