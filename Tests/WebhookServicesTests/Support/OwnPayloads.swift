import Foundation
import TestSupport
import Testing
import WebhookServices

/// The project's own payloads, `Tests/Fixtures/payloads/<service>/<event>/<name>.json`.
enum OwnPayloads {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Fixtures/payloads").standardized

    /// The payloads of a service, with the names of their folders.
    static func payloads(of service: String) throws -> [(event: String, name: String, bytes: [UInt8])] {
        let root = folder.appendingPathComponent(service)
        let manager = FileManager.default
        return try manager.contentsOfDirectory(atPath: root.path).sorted().flatMap { event in
            let inner = root.appendingPathComponent(event)
            return try manager.contentsOfDirectory(atPath: inner.path).sorted().map { name in
                (event, name, try bytes(of: inner.appendingPathComponent(name)))
            }
        }
    }
}
