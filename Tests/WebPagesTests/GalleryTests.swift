import FoundationEssentials
import Testing
import WebPages

/// Writes every sample to a folder for people and browsers to look at:
/// `W2F_PAGE_GALLERY=folder swift test --filter GalleryTests`. With `W2F_PAGE_SOURCES=Sources/WebPages/Resources` it
/// takes templates and assets from there, so that they can be worked on without compiling.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["W2F_PAGE_GALLERY"] != nil))
struct GalleryTests {
    @Test func `writes all samples`() throws {
        let environment = ProcessInfo.processInfo.environment
        let folder = try #require(environment["W2F_PAGE_GALLERY"])
        let renderer = try environment["W2F_PAGE_SOURCES"].map(Self.renderer(from:)) ?? PageRenderer()
        let files = FileManager.default
        try files.createDirectory(atPath: folder + "/assets", withIntermediateDirectories: true)
        for asset in renderer.assets.all {
            try Data(asset.bytes).write(to: URL(filePath: "\(folder)/assets/\(asset.name)"))
        }
        for sample in Sample.all {
            try Data(sample.html(renderer).utf8).write(to: URL(filePath: "\(folder)/\(sample.name).html"))
        }
    }

    private static func renderer(from folder: String) throws -> PageRenderer {
        var templates: [String: String] = [:]
        var assets: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/templates") {
            let data = try Data(contentsOf: URL(filePath: "\(folder)/templates/\(name)"))
            templates[String(name.prefix { $0 != "." })] = String(decoding: data, as: UTF8.self)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/assets") {
            assets[name] = Array(try Data(contentsOf: URL(filePath: "\(folder)/assets/\(name)")))
        }
        return try PageRenderer(templates: templates, assets: AssetCatalog(assets))
    }
}
