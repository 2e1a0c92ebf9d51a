extension TokenReport {
    /// What a token is, a line a fact, each ended by a line end.
    public var text: String {
        var lines = [
            ("ID", token.id.description),
            ("URL", url),
            ("Service", token.service),
            ("Name", token.name),
            ("Scope", token.scope?.text ?? "any"),
            ("Events", token.eventFilter?.description ?? "all"),
            ("Private content", token.publishesPrivate ? "published" : "not published"),
            ("Message tag", messageTag.description),
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

    /// What to say when a token was made.
    ///
    /// - Parameter isOwnSecret: Whether someone brought the secret, and so has it.
    public func creationText(isOwnSecret: Bool) -> String {
        """
        Created token "\(token.name)" for \(serviceTitle).

        \(credentials(isOwnSecret: isOwnSecret))
        Next: paste the URL\(takesSecret ? " and secret" : "") into the webhook settings at \(serviceTitle). If you can \
        choose a content type, use JSON (application/json).

        """
    }

    /// What to say when a token got a new secret.
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
        var lines = [("ID", token.id.description), ("URL", url)]
        if !takesSecret {
            // Whoever has the URL can send.
        } else if isOwnSecret {
            lines.append(("Secret", "the one you provided"))
        } else if let secret {
            lines.append(("Secret", secret.reveal()))
        }
        if let scope = token.scope { lines.append(("Scope", scope.text)) }
        let note =
            isOwnSecret || !takesSecret ? "" : "\nCopy the secret now: it won't be shown again.\n"
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
