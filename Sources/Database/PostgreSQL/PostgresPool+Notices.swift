// Hearing of what others change: each reader has a connection of its own, besides those of the pool.
extension PostgresPool {
    /// The notifications of a channel, by a connection of its own.
    public nonisolated func notices(on channel: String) -> AsyncStream<DatabaseNotice> {
        precondition(
            channel.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f },
            "a channel is named by small letters, digits and _")
        let (stream, outlet) = NoticeOutlet.make(limit: limits.notices)
        loop.execute { self.assumeIsolated { $0.listen(on: channel, outlet) } }
        return stream
    }

    private func listen(on channel: String, _ outlet: NoticeOutlet) {
        guard !isClosed else {
            outlet.finish()
            return
        }
        let number = nextNumber()
        let listener = PostgresListener(
            channel: channel, outlet: outlet,
            // Of its own, so that the turns of both lists do not mix.
            dialer: PostgresDialer(settings: settings, timeout: limits.connectTimeout, loop: loop, resolver: resolver),
            password: settings.password, limits: limits, loop: loop, logger: logger
        ) { [weak self] proof in
            self?.assumeIsolated { pool in
                _ = Task { [weak pool] in await pool?.prove(proof, on: channel, for: number) }
            }
        }
        listeners[number] = listener
        let loop = self.loop
        outlet.onEnd { [weak self] in
            loop.execute { [weak self] in self?.assumeIsolated { $0.listeners.removeValue(forKey: number)?.stop() } }
        }
        listener.start()
    }

    /// Sends a listener's proof, by one of the pool's connections.
    private func prove(_ proof: String, on channel: String, for number: Int) async {
        do {
            let deadline = ContinuousClock.now + limits.listenHeartbeat
            let channel = PostgresListener.proofChannel(of: channel)
            _ = try await query("SELECT pg_notify($1, $2)", [.text(channel), .text(proof)], until: deadline)
        } catch {
            listeners[number]?.unproven(proof, error as? DatabaseError ?? .connectionBroke)
        }
    }
}
