import EventLoop

/// A connection that waits for its peer, as far as making room for others goes. Confined to its loop.
final class WaitingPeer {
    /// The event that a connection waits for.
    enum Kind {
        /// The first bytes of a request: on a connection that has served one already, or on a new one.
        case nextRequest, firstRequest
        /// The rest of a request's head, or of a TLS handshake.
        case rest
        /// The rest of a request's body.
        case body
        /// Room for an answer, which the peer does not read.
        case answer
        /// The end, after the last answer.
        case end

        /// The time that such a connection is left alone, for what it waits for may be on its way.
        var grace: Duration {
            switch self {
            case .nextRequest: .zero
            case .firstRequest, .rest, .body, .answer, .end: HTTPConnection.firstChance
            }
        }
    }

    let source: ClientSource?
    fileprivate(set) var stream: any ByteStream
    fileprivate(set) var kind = Kind.firstRequest
    fileprivate(set) var since = ContinuousClock.now
    fileprivate var isWaiting = false
    /// The time from which the connection is to make room: what has come by then is served, and nothing after it.
    private(set) var leaves: ContinuousClock.Instant?
    fileprivate var next: WaitingPeer?
    fileprivate weak var previous: WaitingPeer?

    init(_ stream: any ByteStream) {
        self.stream = stream
        source = ClientAddress.address(stream.remoteAddress).source
    }

    /// The stream that took the place of the one before: TLS over TCP.
    func replace(_ stream: any ByteStream) {
        self.stream = stream
    }

    fileprivate func leave() {
        let now = ContinuousClock.now
        leaves = now
        // The read or write that waits now fails, after one last look at what lies there.
        stream.deadline = now
    }
}

/// The connections of a loop that wait for their peers. Those that have had their last answer make room first, then the one
/// that has waited longest. Confined to the loop.
struct WaitingPeers {
    /// The turn in which a connection is to make room: the lesser is the sooner.
    struct Turn: Comparable {
        let isAnswered: Bool
        let since: ContinuousClock.Instant

        static func < (one: Turn, other: Turn) -> Bool {
            one.isAnswered == other.isAnswered ? one.since < other.since : one.isAnswered
        }
    }

    /// The longest wait first.
    private struct List {
        private var first: WaitingPeer?
        private var last: WaitingPeer?

        mutating func append(_ peer: WaitingPeer) {
            peer.previous = last
            last?.next = peer
            last = peer
            if first == nil { first = peer }
        }

        mutating func remove(_ peer: WaitingPeer) {
            if let previous = peer.previous { previous.next = peer.next } else { first = peer.next }
            if let next = peer.next { next.previous = peer.previous } else { last = peer.previous }
            peer.next = nil
            peer.previous = nil
        }

        func candidate(now: ContinuousClock.Instant, of source: ClientSource?) -> WaitingPeer? {
            var next = first
            while let peer = next {
                let isWanted = source == nil || peer.source == source
                if isWanted, peer.since + peer.kind.grace <= now { return peer }
                next = peer.next
            }
            return nil
        }
    }

    private var answered = List()
    private var others = List()

    /// The turn of the connection that would be the first to make room; `nil` if none can. Of one source, if it is given.
    func firstTurn(of source: ClientSource?, now: ContinuousClock.Instant) -> Turn? {
        candidate(now: now, of: source).map { Turn(isAnswered: $0.kind == .end, since: $0.since) }
    }

    /// Ends the wait of that connection, of any source or of the given one.
    /// - Returns: whether there was a connection that can make room.
    mutating func makeRoom(of source: ClientSource?, now: ContinuousClock.Instant) -> Bool {
        guard let peer = candidate(now: now, of: source) else { return false }
        remove(peer)
        peer.leave()
        return true
    }

    private func candidate(now: ContinuousClock.Instant, of source: ClientSource?) -> WaitingPeer? {
        answered.candidate(now: now, of: source) ?? others.candidate(now: now, of: source)
    }

    /// Notes that a connection waits from now on. If it waits already, its place stays, but for its end: bytes that trickle
    /// in do not make it the youngest (``renew(_:)`` does).
    mutating func add(_ peer: WaitingPeer, _ kind: WaitingPeer.Kind) {
        if peer.isWaiting {
            guard kind == .end, peer.kind != .end else {
                peer.kind = kind
                return
            }
            remove(peer)
        }
        guard peer.leaves == nil else { return }
        peer.kind = kind
        peer.since = .now
        peer.isWaiting = true
        if kind == .end { answered.append(peer) } else { others.append(peer) }
    }

    /// Notes that enough has come, or gone, of what it waits for: the wait begins anew.
    mutating func renew(_ peer: WaitingPeer) {
        guard peer.isWaiting else { return }
        remove(peer)
        add(peer, peer.kind)
    }

    /// Notes that it does not wait any more.
    mutating func remove(_ peer: WaitingPeer) {
        guard peer.isWaiting else { return }
        peer.isWaiting = false
        if peer.kind == .end { answered.remove(peer) } else { others.remove(peer) }
    }
}
