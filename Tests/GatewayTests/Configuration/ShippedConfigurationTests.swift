import FedoraMessaging
import Foundation
import Testing

@testable import Gateway

/// The shipped file and the table of keys say the same.
@Suite struct ShippedConfigurationTests {
    static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../config/webhook2fedmsg.toml").standardized.path

    /// After a change of the table, `W2F_WRITE_SHIPPED_CONFIGURATION=1 swift test --filter ShippedConfiguration`
    /// writes the file anew.
    @Test func `the shipped file is what the table says`() throws {
        let expected = ConfigurationTemplate.text()
        if ProcessInfo.processInfo.environment["W2F_WRITE_SHIPPED_CONFIGURATION"] != nil {
            try expected.write(toFile: Self.path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: Self.path, encoding: .utf8) == expected)
    }

    @Test func `every key is there with its default`() throws {
        let document = try TOMLDocument(path: Self.path)
        var found = 0
        for section in ConfigurationTable.shared.sections {
            var entries = document.root
            for part in section.name.split(separator: ".") {
                guard case .table(let inner) = entries[String(part)] else {
                    Issue.record("no section \(section.name)")
                    return
                }
                entries = inner
            }
            for key in section.keys {
                let path = section.path(of: key.name)
                #expect(!key.documentation.isEmpty && key.documentation.hasSuffix("."), "\(path)")
                guard let written = entries[key.name] else {
                    #expect(key.text(Configuration()) == nil, "\(path) is not in the file")
                    continue
                }
                var read = Configuration()
                try key.assign(.toml(written), &read)
                found += 1
            }
        }
        #expect(found > 70)
    }

    @Test func `the shipped file changes nothing`() throws {
        let environment = ["HOME": "/home/w2f"]
        let shipped = try Configuration.load(path: Self.path, environment: environment)
        let built = try Configuration.load(text: "", environment: environment)
        var first = ""
        var second = ""
        dump(shipped.withoutFile, to: &first)
        dump(built.withoutFile, to: &second)
        #expect(first == second)
    }

    @Test func `every key has a variable of its own`() {
        let paths = ConfigurationTable.shared.sections.flatMap { section in
            section.keys.map { section.path(of: $0.name) }
        }
        let variables = Set(paths.map { ConfigurationTable.variable(for: $0) })
        #expect(variables.count == paths.count)
        // No variable is another's _FILE form, or one of the two could not be set.
        #expect(!variables.contains { variables.contains($0 + "_FILE") })
        #expect(variables.contains("W2F_STATE_DIR") && variables.contains("W2F_BROKER_TLS_CA_CERT"))
    }
}

extension Configuration {
    fileprivate var withoutFile: Configuration {
        var copy = self
        copy.file = nil
        copy.sources = [:]
        return copy
    }
}
