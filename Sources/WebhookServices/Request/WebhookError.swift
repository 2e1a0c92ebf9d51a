/// The reason why an authentic webhook cannot become a message. Each is the sender's to mend; none holds anything of
/// the payload or of a header's value.
public enum WebhookError: Error, Hashable, CustomStringConvertible {
    /// A header that the message's schema requires is missing or empty. Its name.
    case missingHeader(String)
    /// A header that must stand once stands more often. Its name.
    case duplicateHeader(String)
    /// The form that should hold the payload does not. What is wrong with it.
    case invalidForm(String)
    /// A Content-Type that the service does not send.
    case unsupportedMediaType
    /// The payload is not an object in JSON within the limits.
    case json(JSONError)

    /// The HTTP status of the answer.
    public var status: Int {
        switch self {
        case .unsupportedMediaType: 415
        case .json(.tooLarge): 413
        case .json(.outOfMemory): 503
        default: 400
        }
    }

    /// A stable word for programs.
    public var code: String {
        switch self {
        case .missingHeader: "missing_header"
        case .duplicateHeader: "duplicate_header"
        case .invalidForm: "invalid_form"
        case .unsupportedMediaType: "unsupported_media_type"
        case .json(.tooLarge): "payload_too_large"
        case .json(.outOfMemory): "unavailable"
        case .json: "invalid_payload"
        }
    }

    /// Advice for people.
    public var description: String {
        switch self {
        case .missingHeader(let name): "the header \(name) is missing"
        case .duplicateHeader(let name): "the header \(name) appears more than once"
        case .invalidForm(let reason): reason
        case .unsupportedMediaType: "the content type is neither JSON nor a form that this service sends"
        case .json(let error): error.description
        }
    }
}
