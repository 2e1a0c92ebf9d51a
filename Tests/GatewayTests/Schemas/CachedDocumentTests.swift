import HTTPServer
import Testing
import WebhookServices

@testable import Gateway

@Suite struct CachedDocumentTests {
    let document = CachedDocument("{}", contentType: "application/schema+json")

    private func status(_ values: String...) -> UInt16 {
        document.answer(ifNoneMatch: values.map { Array($0.utf8)[...] }).status.code
    }

    @Test func itIsSentWithItsTagAndMayBeKept() {
        let answer = document.answer(ifNoneMatch: [])
        #expect(answer.status == .ok)
        #expect(answer.contentType == "application/schema+json")
        #expect(answer.body == Array("{}".utf8))
        #expect(answer.headers.contains(.init("ETag", document.entityTag)))
        #expect(answer.headers.contains { $0.name == "Cache-Control" && $0.value.hasPrefix("public, max-age=") })
    }

    @Test func whoHasItAlreadyIsToldSo() {
        let tag = document.entityTag
        #expect(status(tag) == 304)
        #expect(status("W/\(tag)") == 304)
        #expect(status("\"other\", \(tag) ") == 304)
        #expect(status("\"other\"", tag) == 304)
        #expect(status("*") == 304)
        #expect(document.answer(ifNoneMatch: [Array(tag.utf8)[...]]).body.isEmpty)
    }

    @Test func whoHasAnotherGetsIt() {
        #expect(status("\"other\"") == 200)
        #expect(status(document.entityTag.replacing("\"", with: "")) == 200)
        #expect(status("") == 200)
        #expect(status(", ,") == 200)
    }

    @Test func everyDocumentHasATagOfItsOwn() {
        let tags = MessageSchemaDocument.all.map { CachedDocument($0.json, contentType: "").entityTag }
        #expect(Set(tags).count == MessageSchemaDocument.all.count && tags.count > 5)
    }

    @Test func aSchemaOfThePublishedPackageIsNamedAndAMadeUpNameIsNotEchoed() {
        #expect(SchemaHandler.refusal("discourse.event.v1").message.contains(PublishedSchemaPackage.url))
        let refusal = SchemaHandler.refusal("<script>")
        #expect(refusal.status == .notFound && !refusal.message.contains("script"))
    }
}
