import HTTPServer
import Testing
import WebhookServices

@testable import Gateway

@Suite struct StaticDocumentTests {
    let document = StaticDocument("{}", contentType: "application/schema+json")

    private func answer(ifMatch: [String] = [], ifNoneMatch: [String] = []) -> ServerResponse? {
        document.answer(
            ifMatch: ifMatch.map { Array($0.utf8)[...] }, ifNoneMatch: ifNoneMatch.map { Array($0.utf8)[...] })
    }

    private func status(_ values: String...) -> UInt16? { answer(ifNoneMatch: values)?.status.code }

    @Test func `it is sent with its tag and may be kept`() throws {
        let answer = try #require(self.answer())
        #expect(answer.status == .ok)
        #expect(answer.contentType == "application/schema+json")
        #expect(answer.body == Array("{}".utf8))
        #expect(answer.headers.contains(.init("ETag", document.entityTag)))
        #expect(answer.headers.contains { $0.name == "Cache-Control" && $0.value.hasPrefix("public, max-age=") })
    }

    @Test func `who has it already is told so`() {
        let tag = document.entityTag
        #expect(status(tag) == 304)
        #expect(status("W/\(tag)") == 304)
        #expect(status("\"other\", \(tag) ") == 304)
        #expect(status("\"other\"", tag) == 304)
        #expect(status("*") == 304)
        #expect(answer(ifNoneMatch: [tag])?.body.isEmpty == true)
    }

    /// Apache writes what it did into the tag, within its quotes.
    @Test func `compressed it is the same`() {
        let tag = document.entityTag.dropLast()
        for suffix in ["-gzip", "-br"] {
            #expect(status("\(tag)\(suffix)\"") == 304)
            #expect(status("W/\(tag)\(suffix)\"") == 304)
            #expect(status("\"other\", \(tag)\(suffix)\"") == 304)
        }
        for other in ["\(tag)-gzip", "\(tag)\"-gzip", "\(tag)-gzip-gzip\"", "\(tag)-\"", "\"other-gzip\"", "\"-gzip\""]
        {
            #expect(status(other) == 200, "\(other)")
        }
    }

    /// RFC 9110 section 13.1.1: by strong comparison.
    @Test func `who asks for this version gets it and who asks for another does not`() {
        let tag = document.entityTag
        for values in [[tag], ["*"], ["\"other\", \(tag)"], ["\"other\"", "\t\(tag) "]] {
            #expect(answer(ifMatch: values)?.status == .ok, "\(values)")
        }
        let compressed = "\(tag.dropLast())-gzip\""
        for values in [["\"other\""], ["W/\(tag)"], [compressed], ["\"other\", W/\(tag), \(compressed)"], [""], [","]] {
            #expect(answer(ifMatch: values) == nil, "\(values)")
        }
    }

    @Test func `if match comes first`() {
        let tag = document.entityTag
        #expect(answer(ifMatch: [tag], ifNoneMatch: [tag])?.status.code == 304)
        #expect(answer(ifMatch: ["\"other\""], ifNoneMatch: [tag]) == nil)
    }

    @Test func `its addresses heed both`() async throws {
        try await TestGateway.run { gateway in
            let name = try #require(MessageSchemaDocument.all.first).name
            for path in ["/schemas", "/schemas/\(name)"] {
                for method in ["GET", "HEAD"] {
                    let failed = try await gateway.send(method, path, ["If-Match": "\"other\""])
                    #expect(failed.status == 412, "\(method) \(path)")
                    #expect(try await gateway.send(method, path, ["If-Match": "*"]).status == 200)
                    #expect(try await gateway.send(method, path, ["If-None-Match": "*"]).status == 304)
                }
            }
            #expect(try await gateway.send("GET", "/schemas/no.such", ["If-Match": "\"other\""]).status == 404)
        }
    }

    @Test func `who has another gets it`() {
        #expect(status("\"other\"") == 200)
        #expect(status(document.entityTag.replacing("\"", with: "")) == 200)
        #expect(status("") == 200)
        #expect(status(", ,") == 200)
    }

    @Test func `every document has a tag of its own`() {
        let tags = MessageSchemaDocument.all.map { StaticDocument($0.json, contentType: "").entityTag }
        #expect(Set(tags).count == MessageSchemaDocument.all.count && tags.count > 5)
    }

    @Test func `a schema of the published package is named and a made up name is not echoed`() {
        #expect(SchemaHandler.refusal("discourse.event.v1").message.contains(PublishedSchemaPackage.url))
        let refusal = SchemaHandler.refusal("<script>")
        #expect(refusal.status == .notFound && !refusal.message.contains("script"))
    }
}
