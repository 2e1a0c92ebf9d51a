/// The last webhooks of a token.
public struct DeliveryList: Sendable, Hashable {
    /// The number of deliveries of each kind that are kept for a token.
    public static let kept = 25

    /// The last that were accepted, newest first; at most ``kept``.
    public let accepted: [DeliveryRecord]
    /// The last that were refused, newest first; at most ``kept``.
    public let refused: [DeliveryRecord]

    /// A list.
    public init(accepted: [DeliveryRecord] = [], refused: [DeliveryRecord] = []) {
        self.accepted = accepted
        self.refused = refused
    }

    /// All, newest first.
    public var all: [DeliveryRecord] { (accepted + refused).sorted { $0.at > $1.at } }

    /// Those that the service sent, and no test events: by these one sees how the webhook does.
    var ofService: DeliveryList {
        DeliveryList(accepted: accepted.filter { !$0.isTest }, refused: refused.filter { !$0.isTest })
    }
}
