import Foundation
import Testing

@testable import Gateway

@Suite final class RootKeyFileTests {
    private let folder: String
    private let file: RootKeyFile

    init() throws {
        folder = NSTemporaryDirectory() + "w2f-keys-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        file = RootKeyFile(path: folder + "/root.key")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func put(_ text: String, mode: Int) throws {
        // Only root can write over a file that is read-only.
        try? FileManager.default.removeItem(atPath: file.path)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file.path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    }

    private let hex = String(repeating: "0f1e", count: 16)

    @Test func `absent is nil`() throws {
        #expect(try file.read() == nil)
    }

    @Test func `made once for its owner alone`() throws {
        let key = try file.create()
        let content = try #require(try file.read())
        #expect(content.key == key)
        #expect(content.warnings.isEmpty)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["root.key"])
        // Another process was faster: its key counts.
        #expect(try file.create() == key)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["root.key"])
    }

    @Test func `modes`() throws {
        try put(hex, mode: 0o600)
        #expect(try file.read()?.warnings == [])
        try put(hex, mode: 0o400)
        #expect(try file.read()?.warnings == [])
        try put(hex, mode: 0o440)
        #expect(try file.read()?.warnings.count == 1)
        for mode in [0o644, 0o604, 0o602, 0o620, 0o666] {
            try put(hex, mode: mode)
            #expect(throws: RootKeyError.tooOpen(path: file.path, mode: UInt32(mode))) { try file.read() }
        }
    }

    @Test func `what is no key file`() throws {
        try put("hello", mode: 0o600)
        #expect(throws: RootKeyError.invalid(path: file.path, .notText)) { try file.read() }
        try put(String(repeating: "0f", count: 3000), mode: 0o600)
        #expect(throws: RootKeyError.invalid(path: file.path, .tooLong)) { try file.read() }
        #expect(throws: RootKeyError.notAFile(path: folder)) { try RootKeyFile(path: folder).read() }
        let pipe = folder + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: RootKeyError.notAFile(path: pipe)) { try RootKeyFile(path: pipe).read() }
    }

    @Test func `no folder`() {
        let away = RootKeyFile(path: folder + "/away/root.key")
        #expect(throws: RootKeyError.self) { try away.create() }
        do {
            _ = try away.create()
        } catch {
            #expect("\(error)".contains("No such file or directory"))
        }
    }

    @Test func `errors say what to do`() {
        let missing = RootKeyError.missing(path: "/etc/my key", reason: .notStandalone)
        #expect("\(missing)".contains("(umask 077; head -c 32 /dev/urandom | base64 > '/etc/my key')"))
        let lost = RootKeyError.missing(path: "/k", reason: .databaseHasKey("0123456789abcdef"))
        #expect("\(lost)".contains("0123456789abcdef"))
        #expect("\(RootKeyError.tooOpen(path: "/k", mode: 0o44))".contains("mode 0044"))
        #expect("\(RootKeyError.tooOpen(path: "/k", mode: 0o44))".contains("chmod 600 /k"))
    }
}
