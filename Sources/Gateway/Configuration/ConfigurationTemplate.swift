/// Writes the shipped file, `config/webhook2fedmsg.toml`, from the table of keys.
enum ConfigurationTemplate {
    /// The file's text.
    static func text() -> String {
        var sections = ConfigurationTable.shared.sections.map(text(of:))
        if let services = ConfigurationTable.shared.sections.firstIndex(where: { $0.name == "services" }) {
            sections[services] += "\n" + serviceExample
        }
        let broker = ConfigurationTable.shared.sections.firstIndex { $0.name == "broker.tls" } ?? 0
        return (sections[...broker] + [freeSection] + sections[(broker + 1)...]).joined(separator: "\n")
    }

    private static func text(of section: ConfigurationTable.Section) -> String {
        var lines = section.documentation.map { $0.isEmpty ? "#" : "# \($0)" }
        lines.append(section.name.isEmpty ? "" : "[\(section.name)]")
        for key in section.keys {
            lines += comment(key.documentation)
            lines.append(key.defaultText.map { "\(key.name) = \($0)" } ?? "# \(key.name) = \(key.example)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let freeSection = """
        # What the connection tells the broker about itself, besides product, version and information: any keys.
        [\(ConfigurationTable.freeSection)]
        # The name that the broker's administrators see; app_url and app_contacts_email help them too.
        app = "webhook2fedmsg"

        """

    /// The sections whose names people choose, as an example: what is to be taken in has no blank behind its "#".
    private static var serviceExample: String {
        var lines = GenericServiceConfiguration.documentation.map { "# \($0)" }
        lines.append("#[\(ConfigurationLoader.servicesSection).example]")
        for key in GenericServiceConfiguration.keys {
            lines += comment(key.documentation)
            lines.append("#\(key.name) = \(key.example.isEmpty ? key.defaultText ?? "\"\"" : key.example)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A comment, broken before column 118.
    private static func comment(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.count + word.count + 1 > 118 {
                lines.append(line)
                line = "#"
            }
            line += " " + word
        }
        return lines + [line]
    }
}
