import Testing

@testable import Gateway

@Suite struct KeyFilePermissionsTests {
    private func findings(
        owner: UInt32, mode: UInt32, readOnly: Bool = false, user: UInt32 = 1000
    ) -> [KeyFilePermissions.Finding] {
        KeyFilePermissions(owner: owner, mode: mode, isOnReadOnlyMount: readOnly).findings(user: user)
    }

    @Test(arguments: [UInt32(0o600), 0o400, 0o700, 0o100600]) func `what is fine`(mode: UInt32) {
        #expect(findings(owner: 1000, mode: mode).isEmpty)
        #expect(findings(owner: 0, mode: mode).isEmpty)
        #expect(findings(owner: 0, mode: mode, user: 0).isEmpty)
    }

    @Test func `what the group may read`() {
        for mode: UInt32 in [0o640, 0o440] {
            #expect(findings(owner: 1000, mode: mode) == [.odd("can be read by its group")])
        }
    }

    /// What others may read is known, and what others may write is theirs.
    @Test(arguments: [UInt32(0o644), 0o604, 0o602, 0o620, 0o660, 0o666, 0o777]) func `what is too open`(mode: UInt32) {
        #expect(findings(owner: 1000, mode: mode) == [.mode])
        #expect(findings(owner: 0, mode: mode) == [.mode])
    }

    /// Kubernetes and OpenShift give secrets so.
    @Test func `secrets that are mounted`() {
        for mode: UInt32 in [0o644, 0o444, 0o640, 0o440] {
            let found = findings(owner: 0, mode: mode, readOnly: true)
            #expect(found.count == 1 && !found.contains(.mode), "\(String(mode, radix: 8))")
        }
        #expect(findings(owner: 0, mode: 0o664, readOnly: true) == [.mode])
        #expect(findings(owner: 0, mode: 0o646, readOnly: true) == [.mode])
        #expect(findings(owner: 1000, mode: 0o644, readOnly: true) == [.mode], "only root's")
    }

    @Test func `files of others`() {
        #expect(findings(owner: 1001, mode: 0o600) == [.owner])
        #expect(findings(owner: 1001, mode: 0o600, user: 0) == [.owner])
        #expect(findings(owner: 1001, mode: 0o644) == [.owner, .mode])
        let mounted = findings(owner: 1001, mode: 0o600, readOnly: true)
        #expect(mounted.count == 1 && !mounted.contains(.owner))
    }

    @Test func `sentences say what to do`() {
        let open = KeyFilePermissions(owner: 0, mode: 0o644, isOnReadOnlyMount: false).sentences(about: "/k", user: 0)
        #expect(open.problems.count == 1 && open.problems[0].contains("/k") && open.problems[0].contains("0644"))
        let group = KeyFilePermissions(owner: 0, mode: 0o640, isOnReadOnlyMount: false).sentences(about: "/k", user: 0)
        #expect(group.problems.isEmpty && group.warnings.count == 1)
    }
}
