import EventLoop
import Logging

@testable import AMQP

/// The loop that the tests' publishers live on.
let testLoop: EventLoop = {
    do {
        return try EventLoop.start(name: "amqp-tests")
    } catch {
        preconditionFailure("no event loop: \(error)")
    }
}()

let quietLogger = Logger(label: "amqp-tests") { _ in SwiftLogNoOpLogHandler() }

/// Limits that no test reaches, unless it sets its own, and pauses that are not felt.
let testLimits = PublisherLimits(
    confirmTimeout: .seconds(60), backoffMinimum: .milliseconds(5), backoffMaximum: .milliseconds(50),
    shutdownTimeout: .seconds(30), farewellTimeout: .seconds(30))

/// Runs a publisher while `body` uses it, then shuts it down.
func withPublisher<R: Sendable>(
    _ settings: ConnectionSettings, limits: PublisherLimits = testLimits, connector: Connector? = nil,
    _ body: (AMQPPublisher) async throws -> R
) async throws -> R {
    let publisher = AMQPPublisher(
        loop: testLoop, settings: settings, limits: limits, logger: quietLogger, connector: connector)
    async let running: Void = publisher.run()
    let result: Result<R, any Error>
    do {
        result = .success(try await body(publisher))
    } catch {
        result = .failure(error)
    }
    await publisher.shutdown()
    await running
    return try result.get()
}

extension AMQPPublisher {
    /// Waits until messages can be published.
    nonisolated func waitUntilConnected() async throws {
        try await eventually("a connection; it is \(status)") { self.status == .connected }
    }

    /// Publishes from a task on the publisher's own loop.
    nonisolated func publishOnLoop(_ message: OutgoingMessage) async -> PublishOutcome {
        await withTaskExecutorPreference(loop.taskExecutor) { await self.publish(message) }
    }

    /// Publishes all at once from tasks on the publisher's own loop.
    nonisolated func publishAll(_ messages: [OutgoingMessage]) async -> [PublishOutcome] {
        await withTaskGroup(of: (Int, PublishOutcome).self) { group in
            for (index, message) in messages.enumerated() {
                group.addTask(executorPreference: self.loop.taskExecutor) { (index, await self.publish(message)) }
            }
            var outcomes = [PublishOutcome](repeating: .windowFull, count: messages.count)
            for await (index, outcome) in group { outcomes[index] = outcome }
            return outcomes
        }
    }
}
