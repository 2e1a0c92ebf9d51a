import EventLoop
import Glibc
import HTTPServer
import WebhookServices

extension Ingest: TestSending {
    func sendTest(through id: TokenID, sender: String) async -> DeliveryRecord? {
        let loop = EventLoop.current ?? loops[0]
        // The parsers and the publisher are the loops'.
        return await Task(executorPreference: loop.taskExecutor) {
            await send(through: id, sender: sender)
        }.value
    }

    private func send(through id: TokenID, sender: String) async -> DeliveryRecord? {
        let deadline = RequestDeadline(from: .now, limit: pipeline.settings.deadline)
        var size: Int?
        var record: DeliveryRecord
        do throws(HTTPError) {
            guard let token = try await tokens.record(of: id, until: deadline) else { return nil }
            let acceptance = try await accept(token, sender: sender, size: &size, until: deadline)
            record = acceptance.record(size: size)
        } catch {
            record = DeliveryRecord(
                at: .now(), outcome: .refused, status: Int(error.status.code), size: size,
                reason: error.deliveryReason)
        }
        record.isTest = true
        pipeline.deliveries.note(record, for: id)
        // The page that comes next lists it.
        await pipeline.deliveries.flushed()
        return record
    }

    private func accept(
        _ token: TokenRecord, sender: String, size: inout Int?, until deadline: RequestDeadline
    ) async throws(HTTPError) -> Acceptance {
        guard let service = services.first(where: { $0.name == token.service }) else { throw .unknownWebhook }
        guard token.isEnabled else { throw .tokenDisabled }
        let second = Int64(time(nil))
        let webhook = TestWebhook(for: token, of: service, sender: sender)
        size = webhook.size
        let request = webhook.request(second: second)
        let prepared = try pipeline.prepare(request, service: service, token: token)
        return try await pipeline.finish(prepared, second: second, until: deadline, requestID: RequestID())
    }
}
