/// A request to the provider: GET, or POST of a form where it has a body.
public struct ProviderRequest: Sendable, Hashable {
    /// A header field.
    public struct Field: Sendable, Hashable {
        /// The name.
        public let name: String
        /// The value.
        public let value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The document or endpoint that is asked.
    public let endpoint: OIDCError.Endpoint
    /// The address.
    public let url: String
    /// Header fields.
    public let fields: [Field]
    /// The form; nil makes it a GET.
    public let body: [UInt8]?

    static func get(_ endpoint: OIDCError.Endpoint, _ url: String, bearer: String? = nil) -> ProviderRequest {
        var fields = [Field("Accept", endpoint == .userInfo ? "application/json, application/jwt" : "application/json")]
        // Capitalised: Ipsilon takes no other spelling.
        if let bearer { fields.append(Field("Authorization", "Bearer \(bearer)")) }
        return ProviderRequest(endpoint: endpoint, url: url, fields: fields, body: nil)
    }

    static func post(
        _ endpoint: OIDCError.Endpoint, _ url: String, form: FormEncoder, fields: [Field]
    ) -> ProviderRequest {
        let common = [Field("Accept", "application/json"), Field("Content-Type", "application/x-www-form-urlencoded")]
        return ProviderRequest(endpoint: endpoint, url: url, fields: common + fields, body: Array(form.text.utf8))
    }
}
