import Foundation
import Testing

@testable import WebhookServices

/// The documents in the program are those of the Python package.
@Suite struct MessageSchemaDocumentTests {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        .standardized
    static let generated = repository.appending(
        path: "Sources/WebhookServices/Schemas/MessageSchemaDocument+Generated.swift")
    static let documents = repository.appending(path: "deploy/schemas/src/webhook2fedmsg_messages/schemas")

    /// After a change of the files, `W2F_WRITE_SCHEMAS=1 swift test --filter MessageSchemaDocument` writes the source
    /// anew; the next build has it.
    @Test func `the source is what the files say`() throws {
        let expected = try Self.source()
        if ProcessInfo.processInfo.environment["W2F_WRITE_SCHEMAS"] != nil {
            try expected.write(to: Self.generated, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.generated, encoding: .utf8) == expected)
    }

    @Test func `the program has the files`() throws {
        let files = try Self.files()
        #expect(MessageSchemaDocument.all.map(\.name) == files.map(\.name))
        for file in files {
            let document = try #require(MessageSchemaDocument.named(file.name))
            #expect(document.json == file.text, "\(file.name)")
            let value = try #require(try JSONSerialization.jsonObject(with: Data(document.json.utf8)) as? [String: Any])
            #expect(value["$id"] as? String == "urn:fedora-messaging:\(file.name)")
        }
    }

    @Test func `every service has a schema that is listed`() {
        for service in ServiceRegistry.builtIn {
            let schema = service.schema
            let entry = MessageSchemaIndex.entries.first { $0.name == schema.name }
            #expect(entry?.package.replacing("-", with: "_") == schema.package, "\(service.name)")
        }
    }

    @Test func `the list is JSON and names every schema once`() throws {
        let value = try JSONSerialization.jsonObject(with: Data(MessageSchemaIndex.json.utf8))
        let schemas = try #require((value as? [String: Any])?["schemas"] as? [[String: String]])
        let names = schemas.compactMap { $0["name"] }
        #expect(names.count == schemas.count && Set(names).count == names.count)
        #expect(names.count == MessageSchemaDocument.all.count + PublishedSchemaPackage.schemas.count)
        for schema in schemas {
            let isOurs = schema["package"] == MessageSchemaDocument.package
            #expect(isOurs == (schema["url"] != nil) && isOurs == (schema["package_url"] == nil))
        }
    }

    // MARK: Files and source

    private static func files() throws -> [(name: String, text: String)] {
        try FileManager.default.contentsOfDirectory(at: documents, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
            .map { ($0.deletingPathExtension().lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
            .sorted { $0.name < $1.name }
    }

    private static func source() throws -> String {
        let documents = try files().map { file in
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: true)
                .map { "                \($0)\n" }.joined()
            return """
                        MessageSchemaDocument(
                            name: "\(file.name)",
                            json: #\"""
                \(lines)
                                \"""#)
                """
        }
        return """
            // Written by MessageSchemaDocumentTests from the files in deploy/schemas; not to be edited.

            extension MessageSchemaDocument {
                /// All documents, in the order of their names.
                public static let all = [
            \(documents.joined(separator: ",\n")),
                ]
            }

            """
    }
}
