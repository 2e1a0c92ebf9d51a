import Encodings
import WebPages

/// The content of a form that was not acted on because the login had ended or changed: kept in a sealed cookie for
/// the page with that form, and shown to nobody but the account whose page it was.
struct Draft: Sendable, Equatable {
    /// The fields that are left out: what belongs to one page, and secrets.
    private static let left: Set<String> = ["csrf", "secret", accountField, FormSubmission.keyField]
    /// The mark that there was a secret.
    private static let secretMark = "had-secret"
    /// The field that names the account whose page a form is on.
    static let accountField = "as"

    /// The address of the form.
    let path: String
    /// The account whose page the form was on.
    let account: String
    /// A Boolean value that indicates whether there was a secret among what was typed.
    var hadSecret: Bool { fields[Self.secretMark] != nil }
    private let fields: FormFields

    /// Creates the draft of a form; `nil` if it does not name its account, or has nothing that would be typed again.
    init?(_ fields: FormFields, path: String) {
        guard path == "/tokens/new" || path.hasSuffix("/settings") || path.hasSuffix("/owners/add") else { return nil }
        guard let account = fields[Self.accountField], !account.isEmpty else { return nil }
        self.path = path
        self.account = account
        let hadSecret = fields["secret"].map { !$0.isEmpty } ?? false
        self.fields = FormFields(
            fields.items.filter { !Self.left.contains($0.name) && $0.name != Self.secretMark }
                + (hadSecret ? [(name: Self.secretMark, value: "1")] : []))
    }

    /// Reads the value of a cookie; `nil` if it is none.
    init?(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let fields = FormFields(parts[2]) else { return nil }
        path = String(decoding: parts[0], as: UTF8.self)
        account = String(decoding: parts[1], as: UTF8.self)
        self.fields = fields
    }

    /// The value of a cookie; `nil` if it is too long for one.
    var encoded: [UInt8]? {
        let form = QueryItems(fields.items).text.dropFirst()
        let bytes = Array("\(path)\0\(account)\0\(form)".utf8)
        return bytes.count <= SealedCookie.maximumCount ? bytes : nil
    }

    /// Returns the request with these fields as its form.
    func filled(_ request: PageRequest) -> PageRequest {
        var request = request
        request.form = fields
        return request
    }

    /// Returns the page that a form is on, by the address that it is sent to.
    static func page(of path: String, _ fields: FormFields?) -> String {
        let parts = path.split(separator: "/")
        switch parts.first {
        case "tokens" where path == "/tokens/new":
            return path + (fields?["service"].map { "?service=" + PercentEncoding.encode($0) } ?? "")
        case "tokens" where parts.count > 2: return "/tokens/\(parts[1])"
        case "account": return "/account"
        default: return "/"
        }
    }
}

extension Alert {
    /// Says above a form that it holds what was typed into it before.
    ///
    /// - Parameter hadSecret: Whether there was a secret with it, which has to be typed again.
    static func restored(hadSecret: Bool = false) -> Alert {
        Alert(
            kind: .info,
            text: "Your changes were restored. Check them, then save again."
                + (hadSecret ? " Your own secret wasn’t kept: enter it again." : ""))
    }
}

extension FollowUpForm {
    /// Creates a form with what was typed, for the browser that sent it: everything but secrets, which are typed again.
    ///
    /// It has a key of its own, since it may be that the first try was written down as begun. What would be there twice
    /// if that was done after all keeps its key, and is refused then.
    ///
    /// - Returns: `nil` if the form is none that can be sent again.
    init?(_ fields: FormFields, path: String) {
        guard path.hasPrefix("/tokens/") || path.hasPrefix("/account/") else { return nil }
        let needsSecret = fields["secret"].map { !$0.isEmpty } ?? false
        let isDoubled = path == "/tokens/new" || path.hasSuffix("/test")
        self.init(
            action: path, isNew: false,
            hidden: fields.items.filter { $0.name != "secret" }.map { name, value in
                Hidden(
                    name: name, value: name == FormSubmission.keyField && !isDoubled ? FormSubmission.newKey() : value)
            },
            secret: needsSecret
                ? TextField(
                    id: "retry-secret", name: "secret", label: "Enter your secret again",
                    maximum: TokenSecret.maximumBytes) : nil)
    }
}
