import Foundation
import TestSupport
import Testing
import WebhookServices

/// Payloads that services really sent: each becomes an event, its bytes untouched but for what is cut out.
enum RealPayloads {
    /// The JSON objects under folders of the corpus.
    static func payloads(_ folders: String...) throws -> [(file: URL, bytes: [UInt8])] {
        let root = try #require(corpora).appendingPathComponent("payloads")
        var found: [(file: URL, bytes: [UInt8])] = []
        for folder in folders {
            let files = FileManager.default.enumerator(
                at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            for case let file as URL in try #require(files) where file.pathExtension == "json" {
                found.append((file, try bytes(of: file)))
            }
        }
        return found
    }

    static func check(_ service: any WebhookService, _ headers: HeaderList, _ bytes: [UInt8]) throws -> WebhookEvent {
        let event = try service.event(of: request(headers, bytes))
        let body = try event.parsedBody()
        let payload = try #require(body["body"] as? [String: Any])
        let sent = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        // Old versions of Gitea sent the secret.
        #expect(Set(payload.keys).union(["secret"]) == Set(sent.keys).union(["secret"]))
        // Of what is private, what says so is cut out as well: a default token does not publish it.
        let isPrivate = event.privateContent != nil
        #expect(bytes.contains(UInt8(ascii: "@")) || isPrivate || event.payloadBytes == bytes)
        var allowed = request(headers, bytes)
        allowed.allowsPrivateContent = true
        #expect(try bytes.contains(UInt8(ascii: "@")) || service.event(of: allowed).payloadBytes == bytes)
        #expect(body["headers"] is [String: String])
        #expect(body["agent"] is NSNull)
        return event
    }
}
