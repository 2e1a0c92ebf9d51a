/// The orders that a list of tokens is offered in, by their names in URLs.
enum TokenSort: String, Sendable, CaseIterable {
    case new, old
    case name
    case nameReversed = "name-z"
    case service
    case delivery
    case deliveryReversed = "delivery-old"

    var order: TokenQuery.Order {
        switch self {
        case .new, .old: .created
        case .name, .nameReversed: .name
        case .service: .service
        case .delivery, .deliveryReversed: .lastDelivery
        }
    }

    var isDescending: Bool { self == .new || self == .nameReversed || self == .delivery }

    var title: String {
        switch self {
        case .new: "Newest first"
        case .old: "Oldest first"
        case .name: "Name"
        case .nameReversed: "Name, Z to A"
        case .service: "Service"
        case .delivery: "Most recent delivery"
        case .deliveryReversed: "Least recent delivery"
        }
    }
}
