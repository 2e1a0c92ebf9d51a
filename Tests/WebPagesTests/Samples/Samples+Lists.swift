import WebPages

@testable import Gateway

extension Samples {
    static let lists: [Sample] = [
        Sample("tokens", frame(.tokens), TokensPage(title: "Your tokens", isEmpty: false, table: table(25))),
        Sample(
            "tokens-few", frame(.tokens, flash: Alert(kind: .success, text: "Token “koji-flatpak” deleted.")),
            TokensPage(
                title: "Your tokens", isEmpty: false,
                table: TokenTable(
                    basePath: "/tokens", filters: filters, summary: "3 tokens", columns: columns, rows: rows(3),
                    pager: Pager(summary: "3 tokens", isNeeded: false)))),
        Sample(
            "tokens-empty", frame(.tokens),
            TokensPage(title: "Your tokens", isEmpty: true, table: noRows(query: ""))),
        Sample(
            "tokens-no-match", frame(.tokens),
            TokensPage(title: "Your tokens", isEmpty: false, table: noRows(query: "nothing like it"))),
    ]

    static func noRows(query: String) -> TokenTable {
        TokenTable(
            basePath: "/tokens", query: query, filters: filters, isFiltered: !query.isEmpty,
            summary: "No matching tokens",
            columns: columns, rows: [], pager: Pager(summary: "", isNeeded: false))
    }

    static func table(_ count: Int, owners: Bool = false) -> TokenTable {
        let path = owners ? "/admin/tokens" : "/tokens"
        return TokenTable(
            basePath: path, query: "", filters: filters, summary: "5,000 tokens", columns: columns,
            rows: rows(count, owners: owners),
            pager: Pager(
                summary: "51–75 of 5,000", isNeeded: true, previous: path + "?page=2", next: path + "?page=4",
                pages: [
                    .init(label: "1", url: path, isCurrent: false),
                    .init(label: "2", url: path + "?page=2", isCurrent: false),
                    .init(label: "3", url: path + "?page=3", isCurrent: true),
                    .init(label: "4", url: path + "?page=4", isCurrent: false),
                    .init(label: "", url: nil, isCurrent: false),
                    .init(label: "200", url: path + "?page=200", isCurrent: false),
                ]))
    }

    static let filters = [
        SelectField(
            id: "service", name: "service", label: "Service",
            choices: [Choice(value: "", label: "All", isSelected: true)]
                + services.map { Choice(value: $0.name, label: $0.title) }),
        SelectField(
            id: "state", name: "state", label: "State",
            choices: [
                Choice(value: "", label: "All", isSelected: true), Choice(value: "enabled", label: "Enabled"),
                Choice(value: "disabled", label: "Disabled"),
            ]),
    ]

    static let columns = [
        TableColumn(label: "Token", url: "/tokens?sort=name", order: .ascending), TableColumn(label: "Webhook URL"),
        TableColumn(label: "State"), TableColumn(label: "Last delivery", url: "/tokens?sort=last"),
        TableColumn(label: "Published"), TableColumn(label: "Not published"), TableColumn(label: "Refused"),
    ]

    static let names = [
        "bodhi", "koji-flatpak", "Fedora Magazine", "pagure-dist-git mirror", "anitya", "docs", "websites and apps",
        "a token whose name is as long as a name can be, which is a hundred characters, and that must still fit",
    ]
    static let scopes: [String?] = ["fedora-infra/bodhi", nil, "fedora-infra", "packit/packit-service"]

    static func rows(_ count: Int, owners: Bool = false) -> [TokenRow] {
        (0..<count).map { index in
            TokenRow(
                id: "id\(index)", url: "/tokens/id\(index)", name: names[index % names.count],
                service: services[index % 4], scope: scopes[index % scopes.count],
                owners: owners ? "zoe, infra-sig (group)" : nil, webhookURL: url,
                state: index % 7 == 5
                    ? disabled : index % 11 == 9 ? StatePill(text: "Service off", tone: .warn) : enabled,
                last: index % 5 == 4
                    ? nil
                    : .init(when: index % 2 == 0 ? moment : earlier, outcome: index % 3 == 1 ? refused : published),
                accepted: index % 5 == 4 ? "0" : "1,2\(index % 10)4",
                withheld: index % 3 == 2 ? "6" : "0", refused: index % 3 == 1 ? "17" : "0")
        }
    }
}
