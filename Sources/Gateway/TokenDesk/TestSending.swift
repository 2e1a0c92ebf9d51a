/// Who sends test events.
protocol TestSending: Sendable {
    /// Sends one through a token, and says what became of it; `nil` if there is no such token.
    ///
    /// - Parameter sender: The account of whoever wants it.
    func sendTest(through id: TokenID, sender: String) async -> DeliveryRecord?
}
