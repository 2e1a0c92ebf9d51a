import EventLoop

/// Opens a stream to the broker, by TCP or TLS, at the first of a host's addresses where that works.
struct BrokerConnector: Sendable {
    /// The outcome of an attempt at one address.
    private struct Failure {
        var address: SocketAddress
        var reason: String
    }

    private let tls: TLSSettings?
    private let tcpTimeout: Duration?
    private let tcpOptions: TCPOptions

    init(_ settings: ConnectionSettings) {
        tls = settings.tls
        tcpTimeout = settings.tcpTimeout
        tcpOptions = settings.tcpOptions
    }

    /// Resolves the name and tries its addresses in turn, each with its share of the time that is left. Runs on the loop,
    /// in a task that prefers it.
    func connect(
        to endpoint: BrokerEndpoint, on loop: EventLoop, deadline: ContinuousClock.Instant
    ) async throws(ConnectError) -> any ByteStream {
        let context = try await loadContext()
        let addresses = try await resolve(endpoint)
        var failures: [Failure] = []
        for (index, address) in addresses.enumerated() {
            let now = ContinuousClock.now
            guard now < deadline, !Task.isCancelled else { break }
            let share = (deadline - now) / (addresses.count - index)
            do throws(ConnectError) {
                return try await connect(
                    to: address, of: endpoint.host, context, on: loop, deadline: now + share)
            } catch {
                failures.append(Failure(address: address, reason: error.text))
            }
        }
        throw Self.error(of: failures, at: endpoint)
    }

    /// The files are read anew for each attempt: those that were mended or renewed count from then on.
    private func loadContext() async throws(ConnectError) -> TLSClientContext? {
        guard let tls else { return nil }
        do throws(TLSError) {
            return try await TLSClientContext.load(tls.files)
        } catch {
            throw ConnectError(text: "\(error)")
        }
    }

    private func resolve(_ endpoint: BrokerEndpoint) async throws(ConnectError) -> [SocketAddress] {
        do throws(StreamError) {
            return try await SocketAddress.resolve(host: endpoint.host, port: endpoint.port)
        } catch {
            throw ConnectError(text: "\(error)")
        }
    }

    private func connect(
        to address: SocketAddress, of host: String, _ context: TLSClientContext?, on loop: EventLoop,
        deadline: ContinuousClock.Instant
    ) async throws(ConnectError) -> any ByteStream {
        let socket: TCPStream
        do throws(StreamError) {
            let limit = tcpTimeout.map { min(deadline, .now + $0) } ?? deadline
            socket = try await TCPStream.connect(to: address, on: loop, deadline: limit)
        } catch {
            throw ConnectError(text: error == .deadlineExceeded ? "connect: timed out" : "\(error)")
        }
        socket.apply(tcpOptions)
        guard let tls, let context else { return socket }
        // The handler may run on any thread: the socket's `cancel` posts to the loop.
        let secured: Result<TLSStream, StreamError> = await withTaskCancellationHandler {
            do throws(StreamError) {
                return .success(
                    try await TLSStream.connect(
                        over: socket, to: tls.serverName ?? host, context: context, deadline: deadline))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            socket.cancel()
        }
        switch secured {
        case .success(let stream):
            return stream
        case .failure(let error):
            socket.close()
            // What TLS has to say speaks for itself.
            if case .tls = error { throw ConnectError(text: RefusalAdvice.text(of: error, context.identity)) }
            throw ConnectError(text: "TLS handshake: \(error)")
        }
    }

    /// One reason, or each with its address where the host has several.
    private static func error(of failures: [Failure], at endpoint: BrokerEndpoint) -> ConnectError {
        guard let last = failures.last else { return ConnectError(text: "timed out") }
        if failures.count == 1 { return ConnectError(text: last.reason) }
        return ConnectError(text: failures.map { "\($0.address): \($0.reason)" }.joined(separator: "; "))
    }
}

/// The reason why there is no stream to the broker, in words for people.
struct ConnectError: Error, Hashable, CustomStringConvertible {
    var text: String

    var description: String { text }
}

/// Opens a stream to the broker, in the place of the publisher's own way: for tests.
///
/// Runs on the loop. What it returns belongs to that loop; what it throws is shown to people, so it must describe itself
/// without secrets. It should heed the deadline and its task's cancellation.
public typealias Connector =
    @Sendable (BrokerEndpoint, EventLoop, ContinuousClock.Instant) async throws -> any ByteStream
