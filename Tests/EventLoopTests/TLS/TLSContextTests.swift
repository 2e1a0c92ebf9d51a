import Foundation
import TLSTesting
import Testing

@testable import EventLoop

/// What files are taken, and what is said of those that are not.
@Suite struct TLSContextTests {
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    func refusal(_ files: TLSClientContext.Files) -> TLSError? {
        do throws(TLSError) {
            _ = try TLSClientContext(files)
            return nil
        } catch { return error }
    }

    func refusal(certificate: String, key: String) -> TLSError? {
        refusal(TLSClientContext.Files(authorities: authority.certificateFile, certificate: certificate, key: key))
    }

    @Test func `good files are taken`() async throws {
        let good = try authority.issue("good")
        #expect(refusal(certificate: good.certificate, key: good.key) == nil)
        #expect(refusal(TLSClientContext.Files()) == nil, "the system's authorities")
        let server = try TLSServerContext(.init(certificate: good.certificate, key: good.key))
        #expect(server.validity == nil)
        #expect(server.validUntil.hasSuffix(" UTC"))
        _ = try await TLSServerContext.load(.init(certificate: good.certificate, key: good.key))
    }

    @Test func `certificate and key may share a file`() throws {
        let good = try authority.issue("good")
        let both = try authority.file(
            "both.pem",
            try String(contentsOfFile: good.key, encoding: .utf8)
                + String(contentsOfFile: good.certificate, encoding: .utf8)
                + String(contentsOfFile: authority.certificateFile, encoding: .utf8))
        #expect(refusal(certificate: both, key: both) == nil)
    }

    @Test func `a missing file is named`() throws {
        let good = try authority.issue("good")
        let nowhere = authority.folder + "/nowhere.pem"
        let error = TLSError.unreadable(file: nowhere, reason: "No such file or directory")
        #expect(refusal(certificate: nowhere, key: good.key) == error)
        #expect(refusal(certificate: good.certificate, key: nowhere) == error)
        #expect(refusal(.init(authorities: nowhere)) == error)
        #expect(refusal(.init(authorities: authority.folder))?.description.contains("Is a directory") == true)
    }

    @Test func `a file of something else is named`() throws {
        let good = try authority.issue("good")
        let empty = try authority.file("empty.pem", "")
        #expect(
            refusal(certificate: good.key, key: good.key)
                == .unusable(file: good.key, reason: "holds no certificate in PEM"))
        #expect(
            refusal(certificate: empty, key: empty) == .unusable(file: empty, reason: "holds no certificate in PEM"))
        #expect(
            refusal(certificate: good.certificate, key: good.certificate)
                == .unusable(file: good.certificate, reason: "holds no private key in PEM"))
        let broken = try authority.file(
            "broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        #expect(refusal(.init(authorities: broken))?.description.contains("a certificate that can't be read") == true)
    }

    @Test func `another certificate's key is a mismatch`() throws {
        let (one, other) = (try authority.issue("one"), try authority.issue("other"))
        let error = TLSError.keyMismatch(certificate: one.certificate, key: other.key)
        #expect(refusal(certificate: one.certificate, key: other.key) == error)
        #expect(throws: error) { try TLSServerContext(.init(certificate: one.certificate, key: other.key)) }
    }

    /// And nobody is asked for the passphrase.
    @Test func `an encrypted key is called so`() throws {
        let sealed = try authority.issue("sealed", passphrase: "sesame")
        let error = refusal(certificate: sealed.certificate, key: sealed.key)
        #expect(
            error
                == .unusable(file: sealed.key, reason: "holds an encrypted key: one without a passphrase is needed"))
    }

    @Test func `dates are looked at`() throws {
        let old = try authority.issue("old", from: -7200, until: -3600)
        guard case .expired(old.certificate, _) = refusal(certificate: old.certificate, key: old.key) else {
            Issue.record("an expired certificate was taken")
            return
        }
        let early = try authority.issue("early", from: 1800, until: 3600)
        guard case .notYetValid(early.certificate, _) = refusal(certificate: early.certificate, key: early.key) else {
            Issue.record("a certificate was taken before its time")
            return
        }
        // A server may have nothing better to show.
        let server = try TLSServerContext(.init(certificate: old.certificate, key: old.key))
        #expect(server.validity != nil)
    }

    @Test func `times are readable`() {
        #expect(TLSFile.text(of: 0) == "1970-01-01 00:00:00 UTC")
        #expect(TLSFile.text(of: 1_798_761_599) == "2026-12-31 23:59:59 UTC")
    }
}
