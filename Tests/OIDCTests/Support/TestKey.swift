import Foundation
import JWTKit
import Testing

@testable import OIDC

/// A key pair that signs tokens.
struct TestKey: Sendable {
    let parts: [String: String]
    let identifier: String?
    let algorithm: SigningAlgorithm

    static let first = TestKey(parts: TestKeys.first, identifier: "key-1", algorithm: .rs256)
    static let second = TestKey(parts: TestKeys.second, identifier: "key-2", algorithm: .rs256)

    func named(_ identifier: String?) -> TestKey {
        TestKey(parts: parts, identifier: identifier, algorithm: algorithm)
    }

    /// As the key set shows it.
    func publicKey(use: String? = "sig", algorithm: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for (name, value) in parts where name != "d" { members[name] = .string(value) }
        if let identifier { members["kid"] = .string(identifier) }
        if let use { members["use"] = .string(use) }
        if let algorithm { members["alg"] = .string(algorithm) }
        return .object(members)
    }

    func sign(_ input: [UInt8]) async throws -> [UInt8] {
        var members = parts
        members["kid"] = "signer"
        members["alg"] = algorithm.rawValue
        let json = String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
        let keys = JWTKeyCollection()
        try await keys.add(jwk: JWK(json: json))
        return try await keys.getKey(for: JWKIdentifier(string: "signer"), alg: algorithm.rawValue).sign(input)
    }
}
