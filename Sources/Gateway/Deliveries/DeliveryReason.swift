import Encodings
import WebhookServices

/// Words for why a webhook was refused or not published, for the token's owner: what is wrong and what to do.
public enum DeliveryReason {
    /// More than a token or an account may send in a minute.
    static let rateLimited = "rate_limited"

    /// What a person should know about a reason code.
    ///
    /// - Parameters:
    ///   - code: The ``DeliveryRecord/reason``.
    ///   - service: What people call the token's service.
    ///   - record: The delivery, for what it says besides.
    public static func explanation(of code: String, service: String, record: DeliveryRecord? = nil) -> String {
        switch code {
        case "signature_missing":
            "The delivery was not signed. Enter the token's secret in the webhook's settings at \(service)."
        case "signature_mismatch":
            "The signature did not match: the secret here and at \(service) differ, or a proxy changed the body."
        case "token_disabled":
            "The token is disabled. Enable it, or remove the webhook at \(service)."
        case "out_of_scope":
            record?.repository.map { repository in
                "The delivery is of \(repository.isolated), which is outside the token’s scope: was the repository renamed or moved? "
                    + "Then change the scope in the settings."
            } ?? "The delivery is of a repository or organization outside the token's scope."
        case "unsupported_media_type":
            "The delivery was no JSON. Set the webhook's content type at \(service) to application/json."
        case "encoded_body":
            "The body was compressed (Content-Encoding). Something between \(service) and this server does that: turn it off."
        case "missing_header", "duplicate_header":
            "A header that \(service) always sends was missing or doubled: the delivery may not come from \(service), "
                + "or a proxy changed it."
        case "invalid_payload", "invalid_form":
            "The body was no JSON object within the limits (nesting, size of numbers, UTF-8)."
        case "payload_too_large", "body_too_large", "message_too_large":
            "The delivery was too large. Choose fewer events at \(service), or ask this server's administrators."
        case "body_incomplete", "body_timeout":
            "The connection broke, or was too slow, before the whole delivery was here."
        case Self.rateLimited:
            "There were more deliveries in a minute than this token, or its account with all its tokens, may send. "
                + "\(service) may not send them again: redeliver there what is missing, or ask this server's administrators "
                + "for a higher limit."
        case "unavailable", "overloaded", "shutting_down":
            "This server could not publish it at that moment. \(service) may send it again; if not, redeliver it there."
        case "filtered":
            "The token's event filter does not let this event through."
        case "incomplete":
            "The delivery lacks something that every message of \(service) has, so nothing was published."
        case "unsafe_for_consumers":
            "Programs that read the messages of \(service) would fail on this one, so nothing was published."
        case "unverified":
            "The delivery could not be verified with the token's secret."
        case "topic_refused":
            "The message broker doesn’t let this server publish this topic. Ask this server’s administrators."
        case "repeated":
            "The same delivery came before and was published then."
        default:
            PrivateContent(rawValue: code).map { content in
                "Not published, because \(content), and the token does not publish private content."
            } ?? "The delivery was not accepted (\(code))."
        }
    }
}
