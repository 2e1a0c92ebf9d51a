import Testing

@testable import Gateway
@testable import WebPages

/// Every sample, as a whole.
struct PageTests {
    let renderer: PageRenderer

    init() throws {
        renderer = try PageRenderer()
    }

    @Test(arguments: Sample.all.indices)
    func `is a whole document`(_ index: Int) throws {
        let sample = Sample.all[index]
        let html = try sample.html(renderer)
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(html.hasSuffix("</html>\n") || html.hasSuffix("</html>"))
        #expect(html.contains("<title>"))
        #expect(html.components(separatedBy: "<h1").count == 2, "one h1: \(sample.name)")
        #expect(!html.contains("{{") && !html.contains("Optional("), "\(sample.name)")
        #expect(html.contains("<main id=\"main\""))
        #expect(html.contains("href=\"/assets/style."))
    }

    @Test(arguments: Sample.all.indices)
    func `elements are closed and ids are unique`(_ index: Int) throws {
        let sample = Sample.all[index]
        let problems = MarkupCheck.problems(try sample.html(renderer))
        #expect(problems == [], "\(sample.name)")
    }

    @Test func `forms carry the token of the frame`() throws {
        for sample in Sample.all {
            let html = try sample.html(renderer)
            let forms = html.components(separatedBy: "method=\"post\"").count - 1
            let tokens = html.components(separatedBy: "name=\"csrf\" value=\"\(sample.frame.csrf)\"").count - 1
            #expect(forms == tokens, "\(sample.name)")
        }
    }

    @Test func `the title says that there are errors`() throws {
        let sample = try #require(Sample.all.first { $0.name == "new-github-wrong" })
        #expect(try sample.html(renderer).contains("<title>Error: New token for GitHub · webhook2fedmsg</title>"))
    }

    /// Whatever kind of field it is, the page opens where something is to be done.
    @Test func `fields with errors have the focus`() throws {
        func html(_ change: (inout NewTokenPage) -> Void) throws -> String {
            var page = Samples.newToken()
            change(&page)
            return try Sample("focus", Samples.loggedOut, page).html(renderer)
        }
        #expect(try !html { _ in }.contains("autofocus"))
        #expect(try html { $0.checks[0].error = "Currently saved: “on”." }.contains(/type="checkbox"[^>]* autofocus/))
        #expect(try html { $0.fields[0] = Samples.scopeField("", error: "x") }.contains(/id="scope"[^>]* autofocus/))
    }

    @Test func `the address of an asset changes with its content`() throws {
        let one = AssetCatalog(["style.css": Array("a".utf8)])
        let other = AssetCatalog(["style.css": Array("b".utf8)])
        #expect(one.urls["style"] == "/assets/style.ca978112ca1b.css")
        #expect(one.urls != other.urls)
        #expect(one.asset(named: "style.ca978112ca1b.css")?.contentType == "text/css; charset=utf-8")
        #expect(one.asset(named: "style.css") == nil)
    }

    @Test func `drawings have no script and nothing from elsewhere`() {
        for asset in renderer.assets.all where asset.contentType == "image/svg+xml" {
            let text = String(decoding: asset.bytes, as: UTF8.self)
            #expect(!text.contains("<script") && !text.contains("href=") && !text.contains("style="), "\(asset.name)")
        }
    }
}
