/// The head of a column.
package struct TableColumn: Sendable {
    /// What it is.
    package var label: String
    /// Sorts by it, or turns the order round.
    package var url: String?
    /// How it is sorted by, if it is.
    package var order: Order?

    package init(label: String, url: String? = nil, order: Order? = nil) {
        self.label = label
        self.url = url
        self.order = order
    }

    /// Which way it is sorted.
    package enum Order: String, Sendable {
        case ascending, descending
    }
}
