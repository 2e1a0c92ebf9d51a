import WebPages
import WebhookServices

/// `/tokens`, and the administration's list of all tokens.
struct TokensPage: PageContent {
    static let template = "tokens"

    var title: String
    /// A Boolean value that indicates whether there is nothing to list, whatever is searched for.
    var isEmpty: Bool
    var table: TokenTable
}

/// A list of tokens, with its search, filters and order.
struct TokenTable: Sendable {
    /// The list's own address.
    var basePath: String
    /// The search text.
    var query = ""
    /// Further filters.
    var filters: [SelectField] = []
    /// A Boolean value that indicates whether anything narrows the list.
    var isFiltered = false
    /// The number of tokens, in words.
    var summary: String
    /// The column headers.
    var columns: [TableColumn]
    var rows: [TokenRow]
    var pager: Pager
}

/// The header of a column.
struct TableColumn: Sendable {
    var label: String
    /// The URL that sorts by it, or reverses the order.
    var url: String?
    /// The sort order by this column, if it can be sorted by.
    var order: Order?

    /// The direction of the sort order.
    enum Order: String, Sendable {
        case ascending, descending
    }
}

/// A token in a list.
struct TokenRow: Sendable {
    var id: String
    /// Its page.
    var url: String
    var name: String
    var service: ServiceBadge
    var scope: String?
    /// The owners, if they are shown.
    var owners: String?
    /// The address of its webhooks.
    var webhookURL: String
    /// Enabled, disabled, service off.
    var state: StatePill
    /// The last delivery.
    var last: LastDelivery?
    /// The number of accepted deliveries.
    var accepted: String
    /// The number of deliveries that were accepted and not published.
    var withheld: String
    /// The number of refused deliveries.
    var refused: String

    /// The last delivery of a token.
    struct LastDelivery: Sendable {
        var when: Moment
        var outcome: StatePill
    }
}

extension TokenRow {
    /// A token in a list.
    ///
    /// - Parameter showsOwners: Whether the owners are shown.
    init(_ view: TokenView, showsOwners: Bool = false) {
        self.init(
            id: view.token.id.description, url: view.path, name: view.token.name, service: view.badge,
            scope: view.token.scope?.text,
            owners: showsOwners ? (view.token.owners.isEmpty ? "no owners" : view.ownersText) : nil,
            webhookURL: view.url, state: .of(view),
            last: view.activity.last.map {
                .init(when: Moment($0.at), outcome: .ofLast($0.outcome))
            },
            accepted: NumberText.grouped(view.activity.published),
            withheld: NumberText.grouped(view.activity.withheld),
            refused: NumberText.grouped(view.activity.refused))
    }
}

/// `/tokens`.
struct TokenListPages: Sendable {
    let portal: Portal

    /// The tokens that the person may manage.
    func list(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let person = try request.person()
        let asked = TokenListRequest(request, path: "/tokens", services: portal.services)
        let perPage = portal.settings.pages.listLength
        let page = try await attempt {
            try await portal.tokens.list(asked.query(.own, perPage: perPage), by: .person(person))
        }
        let isMixed = page.tokens.contains { $0.token.owners.count > 1 || $0.role != .owner }
        return .page(
            TokensPage(
                title: "Your tokens", isEmpty: page.total == 0 && !asked.isFiltered,
                table: asked.table(page, perPage: perPage, showsOwners: isMixed)),
            .tokens)
    }
}

/// A list of tokens: what a request asks for, and the table with it.
struct TokenListRequest: Sendable {
    /// The address of the list.
    let path: String
    let query: QueryItems
    let sort: TokenSort
    let services: ServiceRegistry

    init(_ request: PageRequest, path: String, services: ServiceRegistry) {
        self.path = path
        self.services = services
        query = request.query
        sort = request.query["sort"].flatMap(TokenSort.init(rawValue:)) ?? .new
    }

    /// A Boolean value that indicates whether it narrows the list.
    var isFiltered: Bool { ["q", "service", "state", "owner"].contains { query[$0] != nil } }

    /// The query for the database.
    func query(_ reach: TokenQuery.Reach, perPage: Int) -> TokenQuery {
        TokenQuery(
            reach: reach, search: query["q"] ?? "", service: query["service"],
            state: query["state"].flatMap(TokenState.init(rawValue:)),
            standing: query["state"].flatMap(TokenStanding.init(rawValue:)),
            owner: query["owner"].flatMap { try? TokenOwner(.user, name: $0) }, order: sort.order,
            descending: sort.isDescending, page: query.page, perPage: perPage)
    }

    /// The table.
    func table(_ page: WebhookTokenPage, perPage: Int, showsOwners: Bool) -> TokenTable {
        TokenTable(
            basePath: path, query: query["q"] ?? "", filters: filters, isFiltered: isFiltered,
            summary: summary(page), columns: columns,
            rows: page.tokens.map { TokenRow($0, showsOwners: showsOwners) },
            pager: Pager(
                page: page.page, of: page.pages, perPage: perPage, total: page.total, noun: ("token", "tokens")
            ) {
                address(query.replacing("page", by: $0 == 1 ? "" : String($0)))
            })
    }

    private func summary(_ page: WebhookTokenPage) -> String {
        let count = NumberText.counted(page.total, "token", "tokens")
        let owner = query["owner"].map { " owned by \($0)" } ?? ""
        let matches = isFiltered && owner.isEmpty ? page.total == 1 ? " matches" : " match" : ""
        let unreadable =
            page.unreadable == 0 ? "" : ", \(page.unreadable) of which can’t be read (see the server’s log)"
        return count + owner + matches + unreadable
    }

    private var filters: [SelectField] {
        let service = query["service"] ?? ""
        let state = query["state"] ?? ""
        return [
            SelectField(
                id: "service", name: "service", label: "Service",
                choices: [Choice(value: "", label: "All")]
                    + services.known.filter { services.offered(named: $0.name) != nil || $0.name == service }
                    .map { Choice(value: $0.name, label: $0.title, isSelected: $0.name == service) }),
            SelectField(
                id: "state", name: "state", label: "State",
                choices: Self.states.map {
                    Choice(value: $0.0, label: $0.1, isSelected: $0.0 == state)
                }),
            SelectField(
                id: "sort", name: "sort", label: "Sort by",
                choices: TokenSort.allCases.map {
                    Choice(value: $0 == .new ? "" : $0.rawValue, label: $0.title, isSelected: $0 == sort)
                }),
        ]
    }

    /// The states to filter by: of the token, or of its last delivery.
    private static let states = [
        ("", "All"), ("enabled", "Enabled"), ("disabled", "Disabled"), ("refused", "Last delivery refused"),
        ("withheld", "Last delivery not published"), ("unused", "No deliveries yet"),
    ]

    private var columns: [TableColumn] {
        [
            column("Token", .name, .nameReversed), TableColumn(label: "Webhook URL"), TableColumn(label: "State"),
            column("Last delivery", .delivery, .deliveryReversed), TableColumn(label: "Published"),
            TableColumn(label: "Not published"), TableColumn(label: "Refused"),
        ]
    }

    /// Returns a header that sorts by its column, or reverses the order if the list is sorted by it.
    private func column(_ label: String, _ first: TokenSort, _ second: TokenSort) -> TableColumn {
        let order: TableColumn.Order? =
            sort == first || sort == second ? (sort.isDescending ? .descending : .ascending) : nil
        let next = sort == first ? second : first
        return TableColumn(
            label: label, url: address(query.replacing("page", by: "").replacing("sort", by: next.rawValue)),
            order: order)
    }

    private func address(_ query: QueryItems) -> String { path + query.text }
}

/// A page of the list; `TokenPage` alone could be taken for a page of this portal.
typealias WebhookTokenPage = TokenPage

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
