import Cryptography
import Encodings

/// A file that pages refer to. Its name holds a hash of its content, so that it may be cached forever.
package struct Asset: Sendable {
    /// The name in the sources: `style.css`.
    package let source: String
    /// The name in URLs: `style.0123456789ab.css`.
    package let name: String
    /// Its Content-Type.
    package let contentType: String
    /// Its bytes.
    package let bytes: [UInt8]
}

/// The files that pages refer to, by the names in their URLs.
package struct AssetCatalog: Sendable {
    /// The prefix of the URLs.
    package static let path = "/assets/"

    private let assets: [String: Asset]

    /// Creates the catalog of those that are part of the program.
    package init() {
        self.init(EmbeddedAssets.sources)
    }

    /// - Parameter sources: Bytes by file names.
    package init(_ sources: [String: [UInt8]]) {
        var assets: [String: Asset] = [:]
        for (source, bytes) in sources {
            let asset = Self.asset(source, bytes)
            assets[asset.name] = asset
        }
        self.assets = assets
    }

    /// Returns the file of this name; `nil` if there is none, or none of this content.
    package func asset(named name: String) -> Asset? { assets[name] }

    /// All files.
    package var all: [Asset] { Array(assets.values) }

    /// The URLs' paths, by the sources' names without what follows the dot: `style`.
    var urls: [String: String] {
        var urls: [String: String] = [:]
        for asset in assets.values { urls[String(asset.source.prefix { $0 != "." })] = Self.path + asset.name }
        return urls
    }

    private static func asset(_ source: String, _ bytes: [UInt8]) -> Asset {
        let parts = source.split(separator: ".", maxSplits: 1).map(String.init)
        let suffix = parts.count == 2 ? parts[1] : ""
        let hash = Hex.encode(SHA256.digest(bytes[...]).prefix(6))
        let contentType =
            switch suffix {
            case "css": "text/css; charset=utf-8"
            case "js": "text/javascript; charset=utf-8"
            case "svg": "image/svg+xml"
            default: "application/octet-stream"
            }
        return Asset(source: source, name: "\(parts[0]).\(hash).\(suffix)", contentType: contentType, bytes: bytes)
    }
}

/// The files that pages refer to, compiled in from `Resources/assets`. A test holds the list against the folder.
enum EmbeddedAssets {
    /// The bytes by the files' names.
    static var sources: [String: [UInt8]] {
        [
            "empty.svg": PackageResources.empty_svg,
            "hero.svg": PackageResources.hero_svg,
            "icon.svg": PackageResources.icon_svg,
            "lost.svg": PackageResources.lost_svg,
            "script.js": PackageResources.script_js,
            "style.css": PackageResources.style_css,
        ]
    }
}
