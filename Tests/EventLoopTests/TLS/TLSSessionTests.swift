import COpenSSL
import Foundation
import TLSTesting
import Testing

@testable import EventLoop

/// Two sessions that talk to each other without sockets.
@Suite struct TLSSessionTests {
    let authority: TestAuthority
    let server: TLSServerContext
    let client: TLSClientContext

    init() throws {
        authority = try TestAuthority()
        let files = try authority.issue("server")
        server = try TLSServerContext(.init(certificate: files.certificate, key: files.key))
        client = try TLSClientContext(.init(authorities: authority.certificateFile))
    }

    /// One side of the conversation, and what it has heard and not looked at.
    final class Side {
        let session: TLSSession
        var heard = ReadBuffer()
        var isDone = false

        init(_ session: TLSSession) {
            self.session = session
        }

        /// Says all it has to say, in pieces, and has the other side go on with its handshake after each.
        func speak(to other: Side, piece: Int = .max) throws {
            while session.outputCount > 0 {
                try session.sendOutput { bytes in
                    let count = min(piece, bytes.count)
                    other.heard.append(bytes[..<count])
                    return count
                }
                if !other.isDone { other.isDone = try other.session.handshake(&other.heard) }
            }
        }

        func read() throws -> (bytes: [UInt8], last: TLSSession.ReadResult) {
            var plain = ReadBuffer()
            while true {
                let result = try session.read(&heard, into: &plain)
                guard case .bytes = result else { return (Array(plain.readable), result) }
            }
        }

        func write(_ bytes: [UInt8]) throws -> Int {
            try bytes.withUnsafeBytes { try session.write($0) }
        }
    }

    /// Both sides, with the handshake done or failed.
    func converse(_ client: TLSSession, _ server: TLSSession, piece: Int = .max) throws -> (client: Side, server: Side)
    {
        let (client, server) = (Side(client), Side(server))
        client.isDone = try client.session.handshake(&client.heard)
        while !client.isDone || !server.isDone || client.session.outputCount + server.session.outputCount > 0 {
            try client.speak(to: server, piece: piece)
            try server.speak(to: client, piece: piece)
        }
        return (client, server)
    }

    @Test(arguments: [1, 7, 1000, .max])
    func `a conversation in pieces of`(_ piece: Int) throws {
        let (client, server) = try converse(
            TLSSession(self.client, host: "localhost"), TLSSession(self.server), piece: piece)
        #expect(client.session.version == "TLSv1.3")
        #expect(try client.write(Array("question".utf8)) == 8)
        try client.speak(to: server, piece: piece)
        #expect(try server.read().bytes == Array("question".utf8))
        #expect(try server.write(Array("answer".utf8)) == 6)
        try server.speak(to: client, piece: piece)
        let (bytes, last) = try client.read()
        #expect(bytes == Array("answer".utf8) && last == .wantsInput)
    }

    @Test func `a record arrives byte by byte`() throws {
        let (client, server) = try converse(TLSSession(self.client, host: "127.0.0.1"), TLSSession(self.server))
        let text = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try client.write(text) == text.count)
        var plain = ReadBuffer()
        while client.session.outputCount > 0 {
            try client.session.sendOutput { bytes in
                server.heard.append(bytes[..<1])
                return 1
            }
            let result = try server.session.read(&server.heard, into: &plain)
            #expect(result == .wantsInput || client.session.outputCount == 0)
            #expect(server.heard.isEmpty, "the session takes what it is given")
        }
        while case .bytes = try server.session.read(&server.heard, into: &plain) {}
        #expect(plain.readable.elementsEqual(text))
    }

    @Test func `a write is one record at most`() throws {
        let (client, _) = try converse(TLSSession(self.client, host: "localhost"), TLSSession(self.server))
        #expect(try client.write([UInt8](repeating: 1, count: 40_000)) == 16_384)
        #expect(client.session.outputCount < 16_384 + 64)
    }

    @Test func `the end of one direction leaves the other`() throws {
        let (client, server) = try converse(TLSSession(self.client, host: "localhost"), TLSSession(self.server))
        client.session.shut()
        client.session.shut()
        try client.speak(to: server)
        #expect(try server.read().last == .end)
        _ = try server.write([1, 2, 3])
        try server.speak(to: client)
        #expect(try client.read().bytes == [1, 2, 3])
    }

    @Test func `output that left holds no memory and no bytes`() throws {
        let (client, server) = try converse(TLSSession(self.client, host: "localhost"), TLSSession(self.server))
        #expect(client.session.outputCount == 0 && server.session.outputCount == 0)
        #expect(try client.read().last == .wantsInput)
        #expect(!client.session.hasPending)
    }

    /// The handshake's failure on one side, and then what its alert says on the other.
    func failures(_ client: TLSSession, _ server: TLSSession) -> (first: TLSError?, told: TLSError?) {
        let (client, server) = (Side(client), Side(server))
        var first: TLSError?
        var told: TLSError?
        for _ in 0..<6 {
            for (side, other) in [(client, server), (server, client)] {
                do throws(TLSError) {
                    if side.isDone {
                        var plain = ReadBuffer()
                        _ = try side.session.read(&side.heard, into: &plain)
                    } else {
                        side.isDone = try side.session.handshake(&side.heard)
                    }
                } catch {
                    if first == nil { first = error } else { told = told ?? error }
                }
                try? side.session.sendOutput { bytes in
                    other.heard.append(bytes)
                    return bytes.count
                }
            }
        }
        return (first, told)
    }

    @Test func `another authority's server is not accepted`() throws {
        let other = try TestAuthority(name: "another authority")
        defer { withExtendedLifetime(other) {} }
        let client = try TLSClientContext(.init(authorities: other.certificateFile))
        let (first, told) = failures(try TLSSession(client, host: "localhost"), try TLSSession(server))
        #expect(first == .untrusted(peer: "localhost", reason: "unable to get local issuer certificate"))
        #expect(told == .alert("unknown ca"))
    }

    @Test(arguments: [("broker.example.org", "hostname mismatch"), ("127.0.0.2", "IP address mismatch")])
    func `another host's certificate is not accepted`(host: String, reason: String) throws {
        let (first, _) = failures(try TLSSession(client, host: host), try TLSSession(server))
        #expect(first == .untrusted(peer: host, reason: reason))
    }

    @Test(arguments: [
        ("*.example.org", "a.example.org", true), ("*.example.org", "a.b.example.org", false),
        ("*.example.org", "example.org", false), ("b*.example.org", "broker.example.org", false),
        ("broker.*.org", "broker.example.org", false),
    ])
    func `a wildcard stands for one whole label in front`(name: String, host: String, isGood: Bool) throws {
        let files = try authority.issue("wild", names: "DNS:\(name)")
        let server = try TLSServerContext(.init(certificate: files.certificate, key: files.key))
        let (first, _) = failures(try TLSSession(client, host: host), try TLSSession(server))
        #expect(first == (isGood ? nil : .untrusted(peer: host, reason: "hostname mismatch")))
    }

    @Test func `an intermediate authority is sent along`() throws {
        let intermediate = try authority.intermediate()
        defer { withExtendedLifetime(intermediate) {} }
        let files = try intermediate.issue("behind")
        let alone = try TLSServerContext(.init(certificate: files.certificate, key: files.key))
        let (first, _) = failures(try TLSSession(client, host: "localhost"), try TLSSession(alone))
        #expect(first == .untrusted(peer: "localhost", reason: "unable to get local issuer certificate"))
        let chain = try ["behind.crt", "ca.crt"].map {
            try String(contentsOfFile: "\(intermediate.folder)/\($0)", encoding: .utf8)
        }
        let chained = try TLSServerContext(
            .init(certificate: intermediate.file("chain.crt", chain.joined()), key: files.key))
        let (one, other) = try converse(TLSSession(client, host: "localhost"), TLSSession(chained))
        #expect(one.isDone && other.isDone)
    }

    /// RFC 6066 section 3: a literal address is not asked for.
    @Test(arguments: [("localhost", true), ("127.0.0.1", false), ("::1", false)])
    func `the name is asked for but no address`(host: String, isSent: Bool) throws {
        let session = try TLSSession(client, host: host)
        var input = ReadBuffer()
        _ = try session.handshake(&input)
        var hello: [UInt8] = []
        try session.sendOutput { bytes in
            hello = Array(bytes)
            return bytes.count
        }
        // The extension server_name (type 0): the name's type and length, then the name.
        let name = Array(host.utf8)
        let extended = [0, 0, 0, UInt8(name.count + 5), 0, UInt8(name.count + 3), 0, 0, UInt8(name.count)] + name
        let isThere = hello.indices.contains { hello[$0...].starts(with: extended) }
        #expect(isThere == isSent)
        #expect(hello.indices.contains { hello[$0...].starts(with: name) } == isSent)
    }

    /// As fedora-messaging's own check: a common name is no host's name.
    @Test func `a common name is no host name`() throws {
        let files = try authority.issue("nameless", commonName: "localhost", names: nil)
        let server = try TLSServerContext(.init(certificate: files.certificate, key: files.key))
        let (first, _) = failures(try TLSSession(client, host: "localhost"), try TLSSession(server))
        #expect(first == .untrusted(peer: "localhost", reason: "hostname mismatch"))
    }

    @Test func `an expired server is not accepted`() throws {
        let files = try authority.issue("old", from: -7200, until: -3600)
        let server = try TLSServerContext(.init(certificate: files.certificate, key: files.key))
        let (first, told) = failures(try TLSSession(client, host: "localhost"), try TLSSession(server))
        #expect(first == .untrusted(peer: "localhost", reason: "certificate has expired"))
        #expect(told == .alert("certificate expired"))
    }

    func strictServer() throws -> TLSServerContext {
        let files = try authority.issue("strict")
        return try TLSServerContext(
            .init(certificate: files.certificate, key: files.key, clientAuthorities: authority.certificateFile))
    }

    @Test func `a client's certificate is asked for and taken`() throws {
        let files = try authority.issue("client", commonName: "webhook2fedmsg", names: nil)
        let client = try TLSClientContext(
            .init(authorities: authority.certificateFile, certificate: files.certificate, key: files.key))
        let (one, other) = try converse(try TLSSession(client, host: "localhost"), TLSSession(strictServer()))
        _ = try one.write([7])
        try one.speak(to: other)
        #expect(try other.read().bytes == [7])
    }

    /// A ticket with a client's certificate in it, in records so small that it has two of them.
    @Test func `a write within a ticket waits for its rest`() throws {
        let strict = try strictServer()
        #expect(SSL_CTX_ctrl(strict.context.raw, SSL_CTRL_SET_MAX_SEND_FRAGMENT, 512, nil) == 1)
        let files = try authority.issue("ticket", commonName: "webhook2fedmsg", names: nil)
        let context = try TLSClientContext(
            .init(authorities: authority.certificateFile, certificate: files.certificate, key: files.key))
        let (client, server) = (
            Side(try TLSSession(context, host: "localhost")), Side(try TLSSession(strict))
        )
        client.isDone = try client.session.handshake(&client.heard)
        while !client.isDone {
            try client.speak(to: server)
            try server.speak(to: client)
        }
        try client.speak(to: server)
        var ticket: [UInt8] = []
        try server.session.sendOutput { bytes in
            ticket = Array(bytes)
            return bytes.count
        }
        let record = 5 + Int(ticket[3]) << 8 + Int(ticket[4])
        try #require(ticket.count > record)
        client.heard.append(ticket[..<record])
        #expect(try client.read().last == .wantsInput)
        #expect(try client.write([7]) == 0)
        client.heard.append(ticket[record...])
        #expect(try client.read().last == .wantsInput)
        #expect(try client.write([7]) == 1)
        try client.speak(to: server)
        #expect(try server.read().bytes == [7])
    }

    @Test func `a client without certificate is told so`() throws {
        let (_, told) = failures(try TLSSession(client, host: "localhost"), try TLSSession(strictServer()))
        #expect(told == .alert("certificate required"))
    }

    @Test func `a client of another authority is told so`() throws {
        let rogues = try TestAuthority(name: "a rogue")
        defer { withExtendedLifetime(rogues) {} }
        let rogue = try rogues.issue("client")
        let client = try TLSClientContext(
            .init(authorities: authority.certificateFile, certificate: rogue.certificate, key: rogue.key))
        let (first, told) = failures(try TLSSession(client, host: "localhost"), try TLSSession(strictServer()))
        #expect(first == .untrusted(peer: "the client", reason: "unable to get local issuer certificate"))
        #expect(told == .alert("unknown ca"))
    }

    @Test func `an expired client is told so`() throws {
        let old = try authority.issue("old", from: -7200, until: -3600)
        let client = try TLSClientContext(
            .init(authorities: authority.certificateFile, certificate: old.certificate, key: old.key), now: nil)
        let (_, told) = failures(try TLSSession(client, host: "localhost"), try TLSSession(strictServer()))
        #expect(told == .alert("certificate expired"))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", TLSError.plainHTTP), ("AMQP\0\0\u{9}\u{1}", .notTLS),
        ("nobody speaks like this", .notTLS),
    ])
    func `what is not TLS is called so`(text: String, error: TLSError) throws {
        let session = try TLSSession(server)
        var input = ReadBuffer()
        input.append(Array(text.utf8))
        #expect(throws: error) { _ = try session.handshake(&input) }
    }

    @Test func `a server that is not TLS is called so`() throws {
        let session = try TLSSession(client, host: "localhost")
        var input = ReadBuffer()
        _ = try session.handshake(&input)
        input.append(Array("AMQP".utf8) + [0, 0, 9, 1])
        #expect(throws: TLSError.notTLS) { _ = try session.handshake(&input) }
    }
}
