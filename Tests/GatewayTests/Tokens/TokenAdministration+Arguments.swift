import Gateway

extension TokenAdministration {
    /// Creates a token of what most tests need.
    func create(
        service: String, name: String, scope: String?, owners: [String], secret: [UInt8]?
    ) async throws -> TokenReport {
        try await create(NewToken(service: service, name: name, scope: scope ?? ""), owners: owners, secret: secret)
    }
}
