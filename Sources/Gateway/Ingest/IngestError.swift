import HTTPServer
import WebhookServices

/// The refusals of a webhook that are no service's own: status, a stable code and a sentence that says what to do.
extension HTTPError {
    static let unknownWebhook = HTTPError(
        .notFound, code: "unknown_webhook",
        message: "There is no webhook at this address. Copy the URL again from the token's page.")

    static let tokenDisabled = HTTPError(
        .forbidden, code: "token_disabled",
        message: "This webhook's token is disabled. Enable it, or remove the webhook from the service.")

    static let unsupportedMediaType = HTTPError(
        .unsupportedMediaType, code: "unsupported_media_type",
        message: "Set the webhook's content type to application/json.")

    static let encodedBody = HTTPError(
        .unsupportedMediaType, code: "encoded_body",
        message:
            "The body is compressed or otherwise encoded (Content-Encoding), which isn't supported. Send it as it is, "
            + "and check for a proxy that compresses requests.")

    static let signatureMissing = HTTPError(
        .unauthorized, code: "signature_missing",
        message: "The delivery isn't signed. Enter the token's secret in the webhook's settings.")

    static let signatureMismatch = HTTPError(
        .unauthorized, code: "signature_mismatch",
        message: "The signature doesn't match. The secrets here and in the webhook's settings differ, or a proxy "
            + "changed the body.")

    /// The one failure of a webhook that comes without a token's id: says nothing of which part of it failed, nor
    /// whether it was tried at all.
    static let unverified = HTTPError(
        .unauthorized, code: "unverified",
        message: "The webhook couldn't be verified with any token, or too many webhooks failed recently. "
            + "Use the URL and secret of a token.")

    static let needsTokenAddress = HTTPError(
        .methodNotAllowed, code: "needs_token_address",
        message: "This address doesn't accept webhooks. Copy the URL from the token's page.")

    /// Refuses a body that is not the payload's own bytes: a signature could only look wrong then.
    static func checkEncoding(of head: RequestHead) throws(HTTPError) {
        for value in head.values("content-encoding") {
            for coding in value.split(separator: UInt8(ascii: ",")) {
                let name = String(decoding: coding, as: UTF8.self).lowercased().filter { $0 != " " && $0 != "\t" }
                guard name.isEmpty || name == "identity" else { throw .encodedBody }
            }
        }
    }

    static func messageTooLarge(limit: Int) -> HTTPError {
        HTTPError(
            .contentTooLarge, code: "message_too_large",
            message: "The delivery would exceed the broker's message limit of \(limit) bytes.")
    }

    static func unavailable(_ what: String, retryAfter: Int) -> HTTPError {
        HTTPError(
            .serviceUnavailable, code: "unavailable", message: "\(what) Send the delivery again later.",
            retryAfter: retryAfter)
    }

    /// What the service has against the request.
    init(_ error: WebhookError) {
        switch error {
        case .unsupportedMediaType:
            self = .unsupportedMediaType
        default:
            self.init(HTTPStatus(error.status), code: error.code, message: "\(error)")
            if case .missingHeader(let name) = error { header = name }
            if case .duplicateHeader(let name) = error { header = name }
        }
    }

    /// The reason in a token's list of deliveries: the code, and the header that it is about.
    var deliveryReason: String { header.map { "\(code):\($0)" } ?? code }
}
