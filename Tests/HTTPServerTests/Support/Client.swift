import EventLoop
import Foundation
import Testing

@testable import HTTPServer

/// An HTTP client that sends what it is told to, byte for byte. Confined to the loop that it connects on.
final class Client {
    /// What came back.
    struct Answer: CustomStringConvertible {
        var status: Int
        var fields: [String: String]
        var bytes: [UInt8]
        var body: String { latin1(bytes) }
        var description: String { "\(status) \(fields) \(bytes.count) bytes: \(latin1(bytes.prefix(200)))" }
    }

    enum Trouble: Error {
        case endedEarly(received: String)
        case malformed(String)
    }

    let stream: any ByteStream
    private var buffer = ReadBuffer()

    init(to address: SocketAddress, tls: TLSClientContext? = nil) async throws {
        let loop = try #require(EventLoop.current)
        let socket = try await TCPStream.connect(to: address, on: loop, deadline: .now + .seconds(20))
        if let tls {
            stream = try await TLSStream.connect(
                over: socket, to: "127.0.0.1", context: tls, deadline: .now + .seconds(20))
        } else {
            stream = socket
        }
        stream.deadline = .now + .seconds(60)
    }

    /// Over a connection that is there.
    init(over stream: any ByteStream) {
        self.stream = stream
        stream.deadline = .now + .seconds(60)
    }

    deinit { stream.close() }

    func send(_ text: String) async throws {
        try await stream.write(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await stream.write(bytes)
    }

    /// Reads an answer with Content-Length, or without a body.
    func receive(toHead: Bool = false) async throws -> Answer {
        let head = try await receiveHead()
        let lines = head.components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        var answer = Answer(status: try #require(status), fields: [:], bytes: [])
        for line in lines.dropFirst() where !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Trouble.malformed(line) }
            let name = parts[0].lowercased()
            #expect(answer.fields[name] == nil, "\(name) is there twice")
            answer.fields[name] = String(parts[1].dropFirst())
        }
        let length = answer.fields["content-length"].flatMap { Int($0) } ?? 0
        guard !toHead else { return answer }
        while buffer.readableBytes < length { try await fill() }
        answer.bytes = Array(buffer.readable.prefix(length))
        buffer.consume(length)
        return answer
    }

    /// Waits for the end of the stream, with nothing before it.
    func receiveEnd() async throws {
        let count = buffer.isEmpty ? try await stream.read(into: &buffer) : buffer.readableBytes
        #expect(count == 0, "instead of the end: \(latin1(buffer.readable).prefix(200))")
    }

    /// Whether nothing has come that was not asked for.
    var hasMore: Bool { !buffer.isEmpty }

    private func receiveHead() async throws -> String {
        while true {
            if let length = headLength() {
                defer { buffer.consume(length) }
                return latin1(buffer.readable.prefix(length - 4))
            }
            try await fill()
        }
    }

    private func headLength() -> Int? {
        let bytes = buffer.readable
        var index = bytes.startIndex
        while index + 4 <= bytes.endIndex {
            if bytes[index] == 13, bytes[index..<(index + 4)].elementsEqual([13, 10, 13, 10]) {
                return index + 4 - bytes.startIndex
            }
            index += 1
        }
        return nil
    }

    private func fill() async throws {
        guard try await stream.read(into: &buffer) > 0 else {
            throw Trouble.endedEarly(received: latin1(buffer.readable))
        }
    }
}
