import CLibcurl
import EventLoop

/// libcurl's multi handle on a loop: its sockets are watched and its one timer is set as it asks. Confined to the loop.
///
/// libcurl calls back while it is being called, and must not be called from there: the callbacks set watchers and the
/// timer, nothing else. Transfers that ended are collected after each call.
final class TransferEngine {
    private let loop: EventLoop
    private let ended: (TransferQueue.ID, Result<ClientResponse, HTTPClientError>) -> Void
    /// Nil once closed.
    private var multi: UnsafeMutableRawPointer?
    private var watchers: [CInt: SocketWatcher] = [:]
    private var timer: LoopTimer?
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]

    private static let isReady = w2f_curl_global_init() == 0

    /// - Parameters:
    ///   - connections: how many are kept, those in use among them: no fewer than the transfers at once, or none would
    ///     ever be used again.
    ///   - ended: called on the loop for each transfer that ended by itself.
    init(
        on loop: EventLoop, connections: Int,
        ended: @escaping (TransferQueue.ID, Result<ClientResponse, HTTPClientError>) -> Void
    ) throws(HTTPClientError) {
        loop.preconditionInLoop()
        guard Self.isReady else { throw .library(reason: "it cannot be initialised") }
        guard w2f_curl_resolves_asynchronously() != 0 else {
            throw .library(reason: "it was built without a resolver of its own thread, and would block")
        }
        self.loop = loop
        self.ended = ended
        // The engine is held by its client, and frees the handle, the last that could call back, in `close`.
        multi = w2f_curl_multi_new(
            engineWatches, engineSetsTimer, Unmanaged.passUnretained(self).toOpaque(), connections)
        guard multi != nil else { throw .library(reason: "no multi handle") }
        timer = LoopTimer(on: loop) { [weak self] in self?.act(CInt(W2F_CURL_TIMEOUT), 0) }
    }

    /// Starts a transfer.
    func start(_ transfer: Transfer) throws(HTTPClientError) {
        guard let multi else { throw .closed }
        transfers[transfer.easy] = transfer
        guard w2f_curl_multi_add(multi, transfer.easy) == 0 else {
            transfers[transfer.easy] = nil
            throw .library(reason: "it does not take another transfer")
        }
    }

    /// Ends a transfer without an outcome.
    func abort(_ id: TransferQueue.ID) {
        guard let multi, let transfer = transfers.values.first(where: { $0.id == id }) else { return }
        _ = w2f_curl_multi_remove(multi, transfer.easy)
        transfers[transfer.easy] = nil
    }

    /// Ends everything; connections are closed. May be called again.
    func close() {
        guard let multi else { return }
        for transfer in transfers.values { _ = w2f_curl_multi_remove(multi, transfer.easy) }
        transfers.removeAll()
        w2f_curl_multi_free(multi)
        self.multi = nil
        timer?.cancel()
        for watcher in watchers.values { watcher.stop() }
        watchers.removeAll()
    }

    private func act(_ descriptor: CInt, _ ready: CInt) {
        guard let multi else { return }
        _ = w2f_curl_multi_act(multi, descriptor, ready)
        var result: CInt = 0
        while let multi = self.multi, let easy = w2f_curl_multi_next_done(multi, &result) {
            _ = w2f_curl_multi_remove(multi, easy)
            guard let transfer = transfers.removeValue(forKey: easy) else { continue }
            ended(transfer.id, transfer.outcome(result))
        }
    }

    fileprivate func watch(_ descriptor: CInt, _ what: CInt) {
        guard what != CInt(W2F_CURL_WATCH_END) else {
            watchers.removeValue(forKey: descriptor)?.stop()
            return
        }
        let watcher: SocketWatcher
        if let known = watchers[descriptor] {
            watcher = known
        } else {
            watcher = SocketWatcher(on: loop, descriptor: descriptor) { [weak self] readiness in
                var ready: CInt = 0
                if readiness.contains(.readable) { ready |= CInt(W2F_CURL_READY_IN) }
                if readiness.contains(.writable) { ready |= CInt(W2F_CURL_READY_OUT) }
                self?.act(descriptor, ready)
            }
            watchers[descriptor] = watcher
        }
        var interest: SocketEvents = []
        if what & CInt(W2F_CURL_WATCH_IN) != 0 { interest.insert(.readable) }
        if what & CInt(W2F_CURL_WATCH_OUT) != 0 { interest.insert(.writable) }
        watcher.watch(interest)
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        if milliseconds < 0 {
            timer?.cancel()
        } else {
            timer?.schedule(after: .milliseconds(milliseconds))
        }
    }
}

// libcurl's callbacks: named functions, called on the loop's thread from within the engine's calls to libcurl; the
// engine outlives its handle.

private func engineWatches(
    _ easy: UnsafeMutableRawPointer?, _ descriptor: CInt, _ what: CInt, _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> CInt {
    guard let context else { return -1 }
    Unmanaged<TransferEngine>.fromOpaque(context).takeUnretainedValue().watch(descriptor, what)
    return 0
}

private func engineSetsTimer(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> CInt {
    guard let context else { return -1 }
    Unmanaged<TransferEngine>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
    return 0
}
