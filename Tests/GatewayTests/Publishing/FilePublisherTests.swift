import AMQP
import EventLoop
import FedoraMessaging
import Foundation
import Logging
import Testing

@testable import Gateway

@Suite struct FilePublisherTests {
    static let loops = Result { try LoopGroup.start(count: 1, name: "file-test") }

    let folder: TemporaryFolder
    let disk = FaultyDisk()
    var path: String { folder.path + "/messages.jsonl" }

    init() throws {
        folder = try TemporaryFolder()
    }

    func publisher(
        _ limits: FilePublisherLimits = FilePublisherLimits(timeout: .seconds(60)), prefix: String = "org.example",
        calls: FilePublisherCalls? = nil
    ) throws -> FilePublisher {
        try FilePublisher(
            path: path, topicPrefix: prefix, limits: limits, loops: Self.loops.get(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, calls: calls ?? disk.calls)
    }

    func message(_ number: Int, topic: String = "github.push") -> FedoraMessage {
        FedoraMessage(
            id: "id-\(number)", topic: topic, schema: "s", schemaPackage: "p", sentAt: "2026-11-23T17:50:19+00:00",
            body: Array("{\"n\": \(number)}".utf8))
    }

    func line(_ number: Int) -> String {
        String(decoding: message(number).fileLine(topicPrefix: "org.example"), as: UTF8.self)
    }

    func content(_ path: String? = nil) throws -> String {
        try String(contentsOfFile: path ?? self.path, encoding: .utf8)
    }

    @Test func `a message is a line`() async throws {
        let publisher = try publisher()
        #expect(await publisher.publish(message(1)) == .published)
        #expect(await publisher.publish(message(2)) == .published)
        #expect(try content() == line(1) + line(2))
        #expect(publisher.readiness == .ready)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        await publisher.close()
    }

    @Test func `what gathers goes out in one write`() async throws {
        let publisher = try publisher()
        disk.hold()
        async let first = publisher.publish(message(0))
        await disk.untilHeld()
        let results = await withTaskGroup(of: PublishResult.self) { group in
            for number in 1...20 { group.addTask { await publisher.publish(message(number)) } }
            while publisher.waitingMessages < 21 { await Task.yield() }
            disk.release()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(await first == .published)
        #expect(results.count == 20 && results.allSatisfy { $0 == .published })
        let done = disk.state.withLock { $0 }
        #expect(done.writes == 2 && done.synchronizes == 2)
        let lines = try content().split(separator: "\n").map { String($0) + "\n" }
        #expect(Set(lines) == Set((0...20).map(line)) && lines.count == 21 && lines.first == line(0))
        await publisher.close()
    }

    @Test func `nothing is answered before the disk has it`() async throws {
        let publisher = try publisher(FilePublisherLimits(messages: 1, timeout: .seconds(60)))
        disk.hold()
        async let first = publisher.publish(message(1))
        await disk.untilHeld()
        #expect(publisher.waitingMessages == 1)
        #expect(await publisher.publish(message(2)) == .full)
        disk.release()
        #expect(await first == .published)
        #expect(try content() == line(1))
        await publisher.close()
    }

    @Test func `a full disk leaves no half message`() async throws {
        let publisher = try publisher(FilePublisherLimits(timeout: .seconds(60), retryInterval: .seconds(3600)))
        #expect(await publisher.publish(message(1)) == .published)
        disk.change {
            $0.writeFails = (ENOSPC, 10)
            $0.free = 0
        }
        let words = "the file of messages can't be written to: No space left on device"
        #expect(await publisher.publish(message(2)) == .unavailable(reason: words))
        #expect(publisher.readiness == .notReady(reason: words))
        #expect(try content() == line(1))
        disk.change {
            $0.writeFails = nil
            $0.free = 1 << 30
        }
        #expect(await publisher.publish(message(3)) == .published)
        #expect(try content() == line(1) + line(3))
        #expect(publisher.readiness == .ready)
        await publisher.close()
    }

    @Test func `readiness comes back by itself`() async throws {
        let publisher = try publisher(FilePublisherLimits(timeout: .seconds(60), retryInterval: .milliseconds(1)))
        disk.change { $0.writeFails = (ENOSPC, 0) }
        #expect(await publisher.publish(message(1)) != .published)
        while !publisher.readiness.isReady { await Task.yield() }
        #expect(try content() == "")
        await publisher.close()
    }

    @Test func `what the disk may have lost is taken back`() async throws {
        let publisher = try publisher(FilePublisherLimits(timeout: .seconds(60), retryInterval: .seconds(3600)))
        #expect(await publisher.publish(message(1)) == .published)
        disk.change { $0.synchronizeFails = EIO }
        let result = await publisher.publish(message(2))
        #expect(result == .unavailable(reason: "the file of messages can't be brought to the disk: Input/output error"))
        #expect(try content() == line(1))
        await publisher.close()
    }

    @Test func `a cut that failed is made up for`() async throws {
        let publisher = try publisher(FilePublisherLimits(timeout: .seconds(60), retryInterval: .seconds(3600)))
        disk.change {
            $0.writeFails = (ENOSPC, 10)
            $0.truncateFails = EIO
        }
        #expect(await publisher.publish(message(1)) != .published)
        #expect(try content() == String(line(1).prefix(10)))
        disk.change { $0.writeFails = nil }
        #expect(
            await publisher.publish(message(2))
                == .unavailable(reason: "the file of messages can't be repaired: Input/output error"))
        disk.change { $0.truncateFails = nil }
        #expect(await publisher.publish(message(3)) == .published)
        #expect(try content() == line(3))
        await publisher.close()
    }

    @Test func `a file emptied by hand is not filled with zeros`() async throws {
        let publisher = try publisher()
        #expect(await publisher.publish(message(1)) == .published)
        #expect(truncate(path, 0) == 0)
        disk.change { $0.writeFails = (ENOSPC, 5) }
        #expect(await publisher.publish(message(2)) != .published)
        #expect(try content() == "")
        disk.change { $0.writeFails = nil }
        #expect(await publisher.publish(message(3)) == .published)
        #expect(try content() == line(3))
        await publisher.close()
    }

    /// The same, while a cut that failed was still due.
    @Test func `a file emptied before it is repaired is not filled with zeros`() async throws {
        let publisher = try publisher(FilePublisherLimits(timeout: .seconds(60), retryInterval: .seconds(3600)))
        #expect(await publisher.publish(message(1)) == .published)
        disk.change {
            $0.writeFails = (ENOSPC, 10)
            $0.truncateFails = EIO
        }
        #expect(await publisher.publish(message(2)) != .published)
        #expect(truncate(path, 0) == 0)
        disk.change {
            $0.writeFails = nil
            $0.truncateFails = nil
        }
        #expect(await publisher.publish(message(3)) == .published)
        #expect(try content() == line(3))
        await publisher.close()
    }

    @Test func `a stuck disk is a timeout`() async throws {
        let publisher = try publisher(FilePublisherLimits(timeout: .milliseconds(20)))
        disk.hold()
        #expect(await publisher.publish(message(1)) == .timedOut)
        #expect(await publisher.publish(message(2)) == .timedOut)
        disk.release()
        await publisher.close()
        // Late, and with their own ids: closing waits no longer than a message does.
        let deadline = ContinuousClock.now + .seconds(60)
        while try content() != line(1) + line(2), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try content() == line(1) + line(2))
    }

    /// As a disk of a network does that has gone away: whoever asks, and whoever closes, is answered all the same.
    @Test func `callers are answered at their deadline while the disk hangs`() async throws {
        let (entered, left) = (Locked(false), Locked(false))
        var calls = FilePublisherCalls.system
        calls.synchronize = { _ in
            entered.withLock { $0 = true }
            sleep(60)
            left.withLock { $0 = true }
            return 0
        }
        let publisher = try publisher(FilePublisherLimits(messages: 4, timeout: .seconds(2)), calls: calls)
        async let first = publisher.publish(message(1))
        while !entered.withLock({ $0 }) { await Task.yield() }
        // Less time than the limits give.
        #expect(await publisher.publish(message(2), until: RequestDeadline(.now + .milliseconds(10))) == .timedOut)
        #expect(await publisher.publish(message(3), until: RequestDeadline(.now)) == .timedOut)
        async let fourth = publisher.publish(message(4), until: RequestDeadline(.now + .seconds(3600)))
        #expect(await first == .timedOut)
        #expect(await fourth == .timedOut)
        // They still wait for the disk, and there is no room for more.
        #expect(publisher.waitingMessages == 4)
        #expect(await publisher.publish(message(5)) == .full)
        await publisher.close()
        #expect(!left.withLock { $0 })
    }

    @Test func `callers are answered at their deadline when the thread has died`() async throws {
        var calls = FilePublisherCalls.system
        calls.synchronize = { _ in pthread_exit(nil) }
        let publisher = try publisher(FilePublisherLimits(timeout: .milliseconds(20)), calls: calls)
        #expect(await publisher.publish(message(1)) == .timedOut)
        #expect(await publisher.publish(message(2)) == .timedOut)
        await publisher.close()
        #expect(await publisher.publish(message(3)) == .unavailable(reason: "the server is shutting down"))
    }

    /// Messages of a loop's tasks go to the writer at the end of the loop's turn.
    @Test func `what comes in a turn of a loop goes out in one write`() async throws {
        let publisher = try publisher()
        let loop = try Self.loops.get().loops[0]
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop.taskExecutor) {
                await withTaskGroup(of: PublishResult.self) { group in
                    for number in 1...20 { group.addTask { await publisher.publish(message(number)) } }
                    for await result in group { #expect(result == .published) }
                }
            }
        }
        #expect(disk.state.withLock { $0.writes } == 1)
        #expect(try content() == (1...20).map(line).joined())
        await publisher.close()
    }

    @Test func `closing does not wait for a stuck disk`() async throws {
        let publisher = try publisher(FilePublisherLimits(timeout: .milliseconds(20)))
        disk.hold()
        async let result = publisher.publish(message(1))
        await disk.untilHeld()
        await publisher.close()
        #expect(await result == .timedOut)
        disk.release()
    }

    @Test func `messages that can never be published`() async throws {
        let publisher = try publisher(FilePublisherLimits(messageBytes: 8, timeout: .seconds(60)))
        #expect(await publisher.publish(message(1)) == .published)
        #expect(
            await publisher.publish(message(10)) == .refused(reason: "the message has 9 bytes, and 8 may be"))
        let topic = String(repeating: "t", count: 244)
        #expect(
            await publisher.publish(message(2, topic: topic))
                == .refused(reason: "the routing key has 256 bytes, and AMQP allows 255"))
        #expect(try content() == line(1))
        await publisher.close()
    }

    @Test func `closing writes what waits`() async throws {
        let publisher = try publisher()
        disk.hold()
        async let first = publisher.publish(message(1))
        await disk.untilHeld()
        async let second = publisher.publish(message(2))
        while publisher.waitingMessages < 2 { await Task.yield() }
        disk.release()
        await publisher.close()
        #expect(await first == .published)
        #expect(await second == .published)
        #expect(try content() == line(1) + line(2))
        #expect(await publisher.publish(message(3)) == .unavailable(reason: "the server is shutting down"))
        #expect(!publisher.readiness.isReady)
        await publisher.close()
        // The lock is gone with the file.
        let next = try self.publisher()
        await next.close()
    }

    @Test func `two servers cannot share a file`() async throws {
        let first = try publisher()
        let error = #expect(throws: FilePublisherError.self) { try publisher() }
        #expect(error?.description.contains("in use by another server") == true)
        #expect(await first.publish(message(1)) == .published)
        await first.close()
    }

    /// What rotates logs renames the file; nobody needs to tell the server (logrotate/logrotate#338).
    @Test func `a renamed file is left by itself`() async throws {
        let publisher = try publisher()
        #expect(await publisher.publish(message(1)) == .published)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        #expect(await publisher.publish(message(2)) == .published)
        #expect(try content(path + ".1") == line(1))
        #expect(try content() == line(2))
        await publisher.close()
    }

    /// As `logrotate` with `create` leaves it.
    @Test func `a file that was made in its place is taken`() async throws {
        let publisher = try publisher()
        #expect(await publisher.publish(message(1)) == .published)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(await publisher.publish(message(2)) == .published)
        #expect(try content(path + ".1") == line(1) && content() == line(2))
        // Another was put over it: the messages in it before stay, and the next goes to it.
        #expect(FileManager.default.createFile(atPath: path + ".new", contents: Data(line(9).utf8)))
        #expect(rename(path + ".new", path) == 0)
        #expect(await publisher.publish(message(3)) == .published)
        #expect(try content() == line(9) + line(3))
        await publisher.close()
    }

    @Test func `a moved file is left on reopening`() async throws {
        let publisher = try publisher()
        #expect(await publisher.publish(message(1)) == .published)
        try await publisher.reopen()
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try await publisher.reopen()
        #expect(try content() == "")
        #expect(await publisher.publish(message(3)) == .published)
        #expect(try content(path + ".1") == line(1))
        #expect(try content() == line(3))
        await publisher.close()
        await #expect(throws: FilePublisherError.self) { try await publisher.reopen() }
    }

    /// The file is deleted after the batch was written to it and before the disk has it.
    @Test func `what went into a file that is deleted meanwhile is written again`() async throws {
        let publisher = try publisher()
        disk.hold()
        async let first = publisher.publish(message(1))
        await disk.untilHeld()
        try FileManager.default.removeItem(atPath: path)
        disk.release()
        #expect(await first == .published)
        #expect(try content() == line(1))
        await publisher.close()
    }

    @Test func `the old file stays where the new one cannot be opened`() async throws {
        let publisher = try publisher()
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        await #expect(throws: FilePublisherError.self) { try await publisher.reopen() }
        #expect(await publisher.publish(message(1)) == .published)
        #expect(try content(path + ".1") == line(1))
        await publisher.close()
    }

    @Test func `a deleted file is made anew`() async throws {
        let publisher = try publisher()
        #expect(await publisher.publish(message(1)) == .published)
        try FileManager.default.removeItem(atPath: path)
        #expect(await publisher.publish(message(2)) == .published)
        #expect(try content() == line(2))
        await publisher.close()
    }

    @Test func `a publisher that is forgotten gives the file back`() async throws {
        do {
            let publisher = try publisher()
            #expect(await publisher.publish(message(1)) == .published)
        }
        // Its threads end by themselves; until then the file is locked.
        while true {
            if let publisher = try? publisher() {
                await publisher.close()
                break
            }
            await Task.yield()
        }
        #expect(try content() == line(1))
    }
}

extension FilePublisherLimits {
    /// Limits of which tests choose some.
    init(
        messages: Int = PublisherLimits().windowMessages, bytes: Int = PublisherLimits().windowBytes,
        messageBytes: Int = .max, timeout: Duration, retryInterval: Duration = .seconds(1)
    ) {
        self.init(
            publisher: PublisherLimits(windowMessages: messages, windowBytes: bytes, confirmTimeout: timeout),
            messageBytes: messageBytes, retryInterval: retryInterval)
    }
}
