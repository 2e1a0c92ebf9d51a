import Database
import Encodings
import Testing
import WebhookServices

@testable import Gateway

/// What people give: names, scopes, owners, secrets.
@Suite struct TokenInputTests {
    @Test(arguments: ["owner", "owner/repo", "Owner/Repo.js", "group/sub/project", "a_b-c.d/e", "~someone/x"])
    func `scopes`(text: String) throws {
        #expect(try TokenScope(text).text == text)
    }

    @Test(arguments: [
        "", "/", "owner/", "/repo", "a//b", "a b", "a/b?", "a/b#c", "é/x", "..", "a/..", ".", "a/./b", "a\n",
        String(repeating: "a", count: 256),
    ])
    func `no scopes`(text: String) {
        #expect(throws: TokenInputError.scope) { try TokenScope(text) }
    }

    @Test func `what a scope contains`() throws {
        let owner = try TokenScope("Fedora-Infra")
        #expect(owner.contains("fedora-infra/ansible".utf8))
        #expect(owner.contains("FEDORA-INFRA".utf8))
        #expect(!owner.contains("fedora-infra2/ansible".utf8))
        #expect(!owner.contains("fedora".utf8))
        #expect(!owner.contains("".utf8))
        let repository = try TokenScope("fedora-infra/Ansible")
        #expect(repository.contains("Fedora-Infra/ansible".utf8))
        #expect(repository.contains(Array("fedora-infra/ansible".utf8)))
        #expect(!repository.contains("fedora-infra/ansible2".utf8))
        #expect(!repository.contains("fedora-infra".utf8))
        #expect(!repository.contains("x/fedora-infra/ansible".utf8))
        // Only ASCII letters fold: "[" and "{" differ by the same bit.
        #expect(!repository.contains("fedora\rinfra/ansible".utf8))
    }

    @Test func `owners`() throws {
        #expect(try TokenOwner(.user, name: "kevin").name == "kevin")
        #expect(try TokenOwner(.group, name: "sysadmin-main").kind == .group)
        for name in ["", "Kevin", "-x", ".x", "a b", "a@b", "é", String(repeating: "a", count: 65), "a\u{1b}[31m"] {
            #expect(throws: TokenInputError.self) { try TokenOwner(.user, name: name) }
        }
        let error = #expect(throws: TokenInputError.self) { try TokenOwner(.user, name: "a\u{1b}b") }
        #expect(error == .owner("ab"))
    }

    @Test func `drafts`() throws {
        let kevin = try TokenOwner(.user, name: "kevin")
        let validator = TokenValidator(services: ServiceRegistry(enabled: ["github"]))
        func made(_ name: String, _ owners: [TokenOwner]) throws -> Token {
            try validator.token(NewToken(service: "github", name: name), owners: owners)
        }
        #expect(try made("Ansible – prod", [kevin, kevin]).owners == [kevin])
        for name in ["", "   ", "a\nb", "a\u{0}", "\u{202e}x", String(repeating: "x", count: 101)] {
            #expect(throws: TokenInputError.name) { try TokenValidator.check(name: name) }
        }
        try TokenValidator.check(name: String(repeating: "é", count: 100))
        let many = try (0..<51).map { try TokenOwner(.user, name: "u\($0)") }
        #expect(throws: TokenInputError.tooManyOwners(limit: 50)) {
            try made("x", many)
        }
    }

    @Test func `made secrets`() throws {
        let secret = try TokenSecret.generate()
        #expect(secret.bytes.count == 64)
        #expect(secret.bytes.allSatisfy { "0123456789abcdef".utf8.contains($0) })
        #expect(try TokenSecret.generate() != secret)
    }

    @Test func `own secrets`() throws {
        let text = String(repeating: "k3", count: 16)
        #expect(try TokenSecret(ownText: Array(text.utf8)).reveal() == text)
        #expect(try TokenSecret(fileContent: Array((text + "\n").utf8)).reveal() == text)
        #expect(try TokenSecret(fileContent: Array((text + "\r\n").utf8)).reveal() == text)
        // 32 characters, not bytes
        #expect(throws: TokenInputError.secretTooShort(characters: 31)) {
            try TokenSecret(ownText: Array(String(repeating: "é", count: 31).utf8))
        }
        #expect(try TokenSecret(ownText: Array(String(repeating: "é", count: 32).utf8)).bytes.count == 64)
        #expect(throws: TokenInputError.secretTooLong(limit: 255)) {
            try TokenSecret(ownText: [UInt8](repeating: 0x61, count: 256))
        }
        #expect(throws: TokenInputError.secretTooShort(characters: 0)) { try TokenSecret(fileContent: [0x0a]) }
        for bad in [" " + text, text + " ", text + "\n", text + "\u{0}x", "a\tb" + text] {
            #expect(throws: TokenInputError.secretUnprintable) { try TokenSecret(ownText: Array(bad.utf8)) }
        }
        #expect(throws: TokenInputError.secretUnprintable) {
            try TokenSecret(ownText: [UInt8](repeating: 0xff, count: 40))
        }
    }

    @Test func `secrets do not show`() throws {
        let text = String(repeating: "k3", count: 16)
        let secret = try TokenSecret(ownText: Array(text.utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        let draft = TokenDraft(service: "github", name: "x", secret: secret)
        for shown in ["\(secret)", String(reflecting: secret), dumped, "\(draft)", String(reflecting: draft)] {
            #expect(!shown.contains("k3k3"))
            #expect(!shown.contains("107, 51"))
        }
    }

    @Test func `times`() {
        let time = UnixTime(milliseconds: 1_795_462_528_999)
        #expect(time.description == "2026-11-23T19:35:28Z")
        #expect(time.advanced(by: .milliseconds(1)).description == "2026-11-23T19:35:29Z")
        #expect(time.advanced(by: .seconds(-1)).milliseconds == 1_795_462_527_999)
        #expect(time.advanced(by: .seconds(Int64.max)).milliseconds == .max)
        #expect(UnixTime.now() > time.advanced(by: .seconds(-1_000_000_000)))
    }

    /// Persian, Hindi, Malayalam, a family, and a flag with its tags are names; what cannot be seen is none.
    @Test func `names with joiners`() throws {
        for name in [
            "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}", "\u{915}\u{94D}\u{200D}\u{937}",
            "\u{D28}\u{D4D}\u{200D}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
            "\u{2764}\u{FE0F}\u{200D}\u{1F525}",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        ] {
            try TokenValidator.check(name: name)
            #expect(name.printable == name)
        }
        for name in [
            "\u{200D}", "\u{200C}\u{200D} ", "\u{E0067}", "\u{FE0F}", "a\u{202E}b", "a\u{2066}b", "a\u{200B}b",
            "a\u{FEFF}",
            "a\u{0}", "a\nb", "\u{2028}a",
        ] {
            #expect(throws: TokenInputError.name) { try TokenValidator.check(name: name) }
        }
        // A secret is typed into other programs: there, nothing that cannot be seen.
        let secret = String(repeating: "s", count: 40) + "\u{200D}"
        #expect(throws: TokenInputError.secretUnprintable) { try TokenSecret(ownText: Array(secret.utf8)) }
    }

    @Test func `scopes as they are pasted`() throws {
        let validator = TokenValidator(services: ServiceRegistry(enabled: ["github", "gitlab", "discourse"]))
        func scope(_ text: String, _ service: String = "github") throws -> String? {
            try validator.token(NewToken(service: service, name: "x", scope: text)).scope?.text
        }
        #expect(try scope("https://github.com/fedora-infra/bodhi.git?x=y") == "fedora-infra/bodhi")
        #expect(try scope(" ") == nil)
        #expect(try scope("a/b/c/d", "gitlab") == "a/b/c/d")
        #expect(throws: TokenInputError.scopeParts(service: "GitHub", limit: 2)) { try scope("a/b/c/d") }
        #expect(throws: TokenInputError.scopeOfAnotherService("GitLab", service: "GitHub")) {
            try scope("https://gitlab.com/a/b")
        }
        for text in ["https://github.com/", "a b/c", "https://github.com/a%20b/c", "..", "a//b"] {
            #expect(throws: TokenInputError.scope) { try scope(text) }
        }
        let error = TokenInputError.scopeParts(service: "GitHub", limit: 2)
        #expect(error.place == .scope && error.sentence.contains("at most 2 parts"))
    }

    @Test func `sentence's end once`() {
        let asked = TokenInputError.events(.unknownEvent("isues", nearest: "issues"))
        #expect(asked.sentence.hasSuffix("Did you mean “issues”?"))
        #expect(TokenInputError.events(.unknownEvent("x", nearest: nil)).sentence.hasSuffix("“x”."))
    }

    @Test func `pages say it without the command lines words`() {
        let expectation = "enter the full address, starting with https://"
        let error = ServiceSettingError.invalid(key: "instance_url", expectation: expectation)
        #expect(TokenInputError.setting(error).sentence == "Enter the full address, starting with https://")
        #expect("\(TokenInputError.setting(error))" == "instance_url: \(expectation)")
        let missing = ServiceSettingError.missing(key: "instance_url", example: "https://x")
        #expect(TokenInputError.setting(missing).sentence == "Enter a value, e.g. https://x.")
        #expect("it's \"a\" (\"b\")".withCurlyQuotes == "it’s “a” (“b”)")
    }
}
