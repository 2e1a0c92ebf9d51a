import Encodings
import WebhookServices

/// Words for why a webhook was refused or not published, for the token's owner: what is wrong and what to do.
public enum DeliveryReason {
    /// More than a token or an account may send in a minute.
    static let rateLimited = "rate_limited"

    /// Returns an explanation of a reason code for people.
    ///
    /// - Parameters:
    ///   - code: The ``DeliveryRecord/reason``.
    ///   - service: What people call the token's service.
    ///   - record: The delivery, for what it says besides.
    public static func explanation(of code: String, service: String, record: DeliveryRecord? = nil) -> String {
        let parts = code.split(separator: ":", maxSplits: 1).map(String.init)
        let header = parts.count == 2 ? "Header \(HeaderName.documented(parts[1]))" : "A required header"
        return switch parts.first ?? code {
        case "signature_missing":
            "The delivery wasn’t signed. Enter the token’s secret in the webhook’s settings at \(service)."
        case "signature_mismatch":
            "The signature doesn’t match. The secrets here and at \(service) differ, or a proxy changed the body."
        case "token_disabled":
            "The token is disabled. Enable it, or remove the webhook at \(service)."
        case "out_of_scope":
            record?.repository.map { repository in
                "The delivery came from \(repository.isolated), outside “Repository or owner”. "
                    + "If the repository was renamed or moved, update it in the settings."
            } ?? "The delivery came from outside “Repository or owner”."
        case "unsupported_media_type":
            "Wrong content type. Set the webhook’s content type at \(service) to application/json."
        case "encoded_body":
            "The body was compressed (Content-Encoding). Turn off compression between \(service) and this server."
        case "missing_header":
            "\(header) is missing. The delivery may not come from \(service), or a proxy removed the header."
        case "duplicate_header":
            "\(header) appears more than once. The delivery may not come from \(service), or a proxy added the header."
        case "invalid_payload", "invalid_form":
            "The body isn’t a valid JSON object, or is nested too deeply."
        case "payload_too_large", "body_too_large", "message_too_large":
            "The delivery was too large. Select fewer events at \(service), or ask this server’s administrators."
        case "body_incomplete", "body_timeout":
            "The delivery didn’t arrive completely. The connection was interrupted or too slow."
        case Self.rateLimited:
            "Too many deliveries in a minute for this token, or for all tokens of its account. "
                + "\(service) may not resend them: redeliver them there, or ask this server’s administrators for a "
                + "higher limit."
        case "unavailable", "overloaded", "shutting_down":
            "This server couldn’t publish it at the time. \(service) may resend it; if not, redeliver it there."
        case "filtered":
            "Not in “Events to publish”." + (record?.event.map { " Add “\(pattern(for: $0).isolated)”." } ?? "")
        case "incomplete":
            "The delivery lacks data that every message from \(service) needs. Nothing was published."
        case "unsafe_for_consumers":
            "Programs that read messages from \(service) would fail on this one. Nothing was published."
        case "unverified":
            "The delivery couldn’t be verified with the token’s secret."
        case "topic_refused":
            "The message broker doesn’t allow this server to publish this topic. Ask this server’s administrators."
        case "repeated":
            "This delivery was already received and published before."
        default:
            PrivateContent(rawValue: code).map { content in
                "\(name(of: content)). Turn on “Also publish private content” to publish it."
            } ?? "The delivery wasn’t accepted (\(code))."
        }
    }

    private static func name(of content: PrivateContent) -> String {
        switch content {
        case .privateRepository: "Private repository"
        case .unknownVisibility: "Not known to be public"
        case .confidential: "Confidential, or visible only to members or administrators"
        case .securityAlert: "Security alert"
        case .draftAdvisory: "Unpublished security advisory"
        case .privateMessage: "Addressed to specific people"
        }
    }

    /// The pattern that lets an event through: `issues.*` for `issues.opened`.
    private static func pattern(for event: String) -> String {
        let words = event.split(separator: ".")
        return words.count == 2 ? "\(words[0]).*" : event
    }
}

/// Names of header fields as services write them.
private enum HeaderName {
    private static let words = ["Github": "GitHub", "Id": "ID", "Uuid": "UUID"]

    /// `X-GitHub-Event` for `x-github-event`.
    static func documented(_ name: String) -> String {
        name.split(separator: "-").map { word in
            let word = word.prefix(1).uppercased() + word.dropFirst()
            return words[word] ?? word
        }.joined(separator: "-")
    }
}
