/// The cost of the webhooks for the server.
struct ServerFigures: Sendable, Codable {
    /// CPU time a webhook, in microseconds.
    let cpuMicrosecondsPerWebhook: Double
    let userMicrosecondsPerWebhook: Double
    let systemMicrosecondsPerWebhook: Double
    /// The number of times that its threads went to sleep of themselves, a webhook.
    let voluntarySwitchesPerWebhook: Double
    /// Resident bytes before the first connection.
    let residentBytesBefore: Int
    let residentBytesAfter: Int

    /// - Parameter answers: those between `before` and `after`. Nil where nothing was sampled.
    init?(idle: ProcessSample?, before: ProcessSample?, after: ProcessSample?, answers: Int) {
        guard let idle, let before, let after else { return nil }
        func each(_ value: Double) -> Double { value / Double(max(1, answers)) }
        // The ticks tell the shares, the clock the sum.
        let user = after.userTime - before.userTime
        let system = after.systemTime - before.systemTime
        let cpu = (after.cpuTime - before.cpuTime) / .microseconds(1)
        let userShare = user + system > .zero ? user / (user + system) : 0
        cpuMicrosecondsPerWebhook = each(cpu)
        userMicrosecondsPerWebhook = each(cpu * userShare)
        systemMicrosecondsPerWebhook = each(cpu * (1 - userShare))
        voluntarySwitchesPerWebhook = each(Double(after.voluntarySwitches - before.voluntarySwitches))
        residentBytesBefore = idle.residentBytes
        residentBytesAfter = after.residentBytes
    }
}
