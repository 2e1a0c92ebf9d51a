import Cryptography
import Encodings
import Foundation
import Testing
import WebhookServices

/// When the tests' requests come, in seconds since 1970.
let testTime: Int64 = 1_764_000_000

/// A request.
func request(_ headers: HeaderList, _ body: String, at time: Int64 = testTime) -> WebhookRequest {
    request(headers, Array(body.utf8), at: time)
}

func request(_ headers: HeaderList, _ body: [UInt8], at time: Int64 = testTime) -> WebhookRequest {
    WebhookRequest(headers: headers, body: body[...], receivedAt: time)
}

/// HMAC-SHA-256 in lower-case hex.
func hexCode(_ secret: String, _ body: [UInt8]) throws -> String {
    Hex.encode(try HMACSHA256Key(Array(secret.utf8)).authenticationCode(for: body[...]))
}

extension WebhookService {
    func prepared(_ secrets: String...) throws -> [PreparedSecret] {
        try secrets.map { try prepare(secret: Array($0.utf8)) }
    }

    /// The event of a request, by a parser of its own.
    func event(of request: WebhookRequest) throws -> WebhookEvent {
        try event(of: request, parser: try JSONParser())
    }

    /// The error of a request that is not to become an event.
    func error(of request: WebhookRequest) throws -> WebhookError? {
        do {
            _ = try event(of: request)
            return nil
        } catch let error as WebhookError {
            return error
        }
    }
}

extension WebhookEvent {
    var payloadBytes: [UInt8] { payload.flatMap { Array($0) } }
    var headerNames: [String] { headers.map(\.name) }
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The message's body as Foundation reads it.
    func parsedBody() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(messageBody())) as? [String: Any])
    }
}

extension Verification {
    var isVerified: Bool {
        if case .verified = self { true } else { false }
    }
}

/// A generator with a seed, so that a failure can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
