/// The list of all schemas that messages can have.
public enum MessageSchemaIndex {
    /// A line of the list.
    public struct Entry: Sendable, Hashable {
        /// The schema's name.
        public let name: String
        /// The Python package that has its class.
        public let package: String
        /// The location: a path on this server, or the URL of the package that has it.
        public let url: String
        /// A Boolean value that indicates whether this program has the document.
        public let isOurs: Bool
    }

    /// Our own, then those of the published package; each in order of their names.
    public static let entries: [Entry] =
        MessageSchemaDocument.all.map {
            Entry(name: $0.name, package: MessageSchemaDocument.package, url: "/schemas/\($0.name)", isOurs: true)
        }
        + PublishedSchemaPackage.schemas.map {
            Entry(name: $0, package: PublishedSchemaPackage.name, url: PublishedSchemaPackage.url, isOurs: false)
        }

    /// The list as JSON: `{"schemas": [{"name", "package", "url" or "package_url"}]}`.
    public static let json: String = {
        // Nothing in it needs an escape.
        let lines = entries.map { entry in
            let url = entry.isOurs ? "url" : "package_url"
            return #"    {"name": "\#(entry.name)", "package": "\#(entry.package)", "\#(url)": "\#(entry.url)"}"#
        }
        return "{\n  \"schemas\": [\n\(lines.joined(separator: ",\n"))\n  ]\n}\n"
    }()
}
