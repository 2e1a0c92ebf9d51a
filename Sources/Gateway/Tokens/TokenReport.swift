import Database
import Encodings
import FoundationEssentials

/// A token as the commands show it: text for people, JSON for programs.
public struct TokenReport: Sendable, Encodable {
    private let view: TokenView
    /// Its secret, right after it was made.
    public let secret: TokenSecret?

    /// A token.
    public init(_ view: TokenView) {
        self.view = view
        secret = nil
    }

    /// A token with the secret that it just got.
    public init(_ issued: IssuedToken) {
        view = issued.view
        secret = issued.secret
    }

    /// The token.
    public var token: Token { view.token }

    /// The service's name for people.
    public var serviceTitle: String { view.serviceTitle }

    private enum CodingKeys: String, CodingKey {
        case id
        case url
        case secret
        case service
        case name
        case scope
        case events
        case publishesPrivate = "publish_private"
        case messageTag = "message_tag"
        case settings
        case owners
        case createdBy = "created_by"
        case state
        case created = "created_at"
        case updated = "updated_at"
        case rotated = "rotated_at"
        case previousSecretExpires = "previous_secret_expires_at"
        case earlierSecretExpires = "earlier_secret_expires_at"
    }

    /// Every key each time, `null` for what is not there; but `secret` only where there is one to show.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(token.id.description, forKey: .id)
        try container.encode(view.url, forKey: .url)
        try container.encodeIfPresent(secret?.reveal(), forKey: .secret)
        try container.encode(token.service, forKey: .service)
        try container.encode(token.name, forKey: .name)
        try container.encode(token.scope?.text, forKey: .scope)
        try container.encode(token.eventFilter?.patterns, forKey: .events)
        try container.encode(token.publishesPrivate, forKey: .publishesPrivate)
        try container.encode(view.messageTag.description, forKey: .messageTag)
        try container.encode(token.settings, forKey: .settings)
        try container.encode(token.owners.map(\.name), forKey: .owners)
        try container.encode(token.state.rawValue, forKey: .state)
        try container.encode(token.createdBy, forKey: .createdBy)
        try container.encode(token.createdAt.description, forKey: .created)
        try container.encode(token.updatedAt.description, forKey: .updated)
        try container.encode(token.rotatedAt?.description, forKey: .rotated)
        try container.encode(previousSecretExpiresAt?.description, forKey: .previousSecretExpires)
        try container.encode(earlierSecretExpiresAt?.description, forKey: .earlierSecretExpires)
    }

    /// The JSON of reports, of one, or of anything else that the commands print: one line.
    public static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Until when the previous secret works, if it still does.
    var previousSecretExpiresAt: UnixTime? {
        token.previousSecretExpiresAt.flatMap { UnixTime.now() < $0 ? $0 : nil }
    }

    /// Until when the secret before that works, if it still does.
    var earlierSecretExpiresAt: UnixTime? {
        token.earlierSecretExpiresAt.flatMap { UnixTime.now() < $0 ? $0 : nil }
    }
}

extension TokenReport {
    /// The token as text, a line a fact, each ended by a line end.
    public var text: String {
        var lines = [
            ("ID", token.id.description),
            ("URL", view.url),
            ("Service", token.service),
            ("Name", token.name),
            ("Scope", token.scope?.text ?? "any"),
            ("Events", token.eventFilter?.description ?? "all"),
            ("Private content", token.publishesPrivate ? "published" : "not published"),
            ("Message tag", view.messageTag.description),
            ("Owners", token.owners.isEmpty ? "none" : token.owners.map(\.name).joined(separator: ", ")),
            ("State", token.state.rawValue),
            ("Created", token.createdAt.description),
            ("Changed", token.updatedAt.description),
        ]
        for (name, value) in token.settings.sorted(by: { $0.key < $1.key }) {
            lines.append(("Setting \(name)", value))
        }
        if let rotated = token.rotatedAt { lines.append(("Rotated", rotated.description)) }
        if let expires = previousSecretExpiresAt {
            lines.append(("Previous secret", "works until \(expires)"))
        }
        if let expires = earlierSecretExpiresAt {
            lines.append(("Earlier secret", "works until \(expires)"))
        }
        return Self.aligned(lines)
    }

    /// Returns the text for a token that was made.
    ///
    /// - Parameter isOwnSecret: Whether someone brought the secret, and so has it.
    public func creationText(isOwnSecret: Bool) -> String {
        """
        Created token "\(token.name)" for \(serviceTitle).

        \(credentials(isOwnSecret: isOwnSecret))
        Next: paste the URL\(view.takesSecret ? " and secret" : "") into the webhook settings at \(serviceTitle). If you can \
        choose a content type, use JSON (application/json).

        """
    }

    /// Returns the text for a token that got a new secret.
    ///
    /// - Parameter isOwnSecret: Whether someone brought the secret, and so has it.
    public func rotationText(isOwnSecret: Bool) -> String {
        let previous =
            if let expires = previousSecretExpiresAt {
                "The previous secret works until \(expires)."
            } else {
                "The previous secret no longer works."
            }
        let earlier = earlierSecretExpiresAt.map { " The one before it works until \($0)." } ?? ""
        return """
            Created a new secret for token "\(token.name)" (\(serviceTitle)). \(previous)\(earlier)

            \(credentials(isOwnSecret: isOwnSecret))
            Next: enter the new secret in the webhook settings at \(serviceTitle).

            """
    }

    /// Tokens as a table, a line each; a sentence if there are none.
    public static func table(_ reports: [TokenReport]) -> String {
        if reports.isEmpty { return "No matching tokens.\n" }
        let header = ["ID", "SERVICE", "STATE", "NAME", "SCOPE", "EVENTS", "CREATED"]
        let rows = reports.map { report in
            let token = report.token
            return [
                token.id.description, token.service, token.state.rawValue, token.name, token.scope?.text ?? "-",
                token.eventFilter?.description ?? "all", token.createdAt.description,
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : padded(cell, to: widths[column])
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private func credentials(isOwnSecret: Bool) -> String {
        var lines = [("ID", token.id.description), ("URL", view.url)]
        if !view.takesSecret {
            // Whoever has the URL can send.
        } else if isOwnSecret {
            lines.append(("Secret", "the one you provided"))
        } else if let secret {
            lines.append(("Secret", secret.reveal()))
        }
        if let scope = token.scope { lines.append(("Scope", scope.text)) }
        let note =
            isOwnSecret || !view.takesSecret ? "" : "\nCopy the secret now: it won't be shown again.\n"
        return Self.aligned(lines.map { ("  " + $0.0, $0.1) }) + note
    }

    private static func aligned(_ lines: [(name: String, value: String)]) -> String {
        let width = (lines.map(\.name.count).max() ?? 0) + 3
        return lines.map { padded($0.name + ":", to: width) + $0.value + "\n" }.joined()
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension HistoryEntry {
    /// The entry as the commands show it.
    public var line: String {
        let detail = detail.isEmpty ? "" : " (\(detail.printable))"
        let actor = actor.map { " by \($0.printable)" } ?? " by the command line"
        return "\(at) \(token) \"\(tokenName.printable)\" \(event.words)\(actor)\(detail)"
    }
}
