import WebPages
import WebhookServices

/// A list of tokens: what a request asks for, and the table that answers it.
struct TokenListRequest: Sendable {
    /// The address of the list.
    let path: String
    /// The query.
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

    /// A Boolean value that indicates whether it takes webhooks, or what became of the last one.
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

    /// A head that sorts by its column, and turns the order round when it does already.
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

/// A page of the list; `TokenPage` alone could be taken for a page of this site.
typealias WebhookTokenPage = TokenPage
