/// The head of a column.
package struct TableColumn: Sendable {
    package var label: String
    /// Sorts by it, or turns the order round.
    package var url: String?
    /// The sort order by this column, if it can be sorted by.
    package var order: Order?

    package init(label: String, url: String? = nil, order: Order? = nil) {
        self.label = label
        self.url = url
        self.order = order
    }

    /// The direction of the sort order.
    package enum Order: String, Sendable {
        case ascending, descending
    }
}
