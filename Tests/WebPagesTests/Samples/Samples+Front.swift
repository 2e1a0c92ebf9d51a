import WebPages

extension Samples {
    static let front: [Sample] = [
        Sample(
            "landing", loggedOut,
            LandingPage(
                login: PageLink(url: "/login", text: "Log in with your Fedora account", isPrimary: true),
                services: services)),
        Sample("landing-without-login", loggedOut, LandingPage(login: nil, services: Array(services.prefix(4)))),
        Sample(
            "home-empty", frame(.home, isDevelopment: true),
            HomePage(name: "zoe", summary: "You have no tokens yet.", hasTokens: false)),
        Sample(
            "home", frame(.home),
            HomePage(
                name: "zoe", summary: "Most of your tokens are well. Two want a look.", hasTokens: true,
                figures: [
                    Figure(value: "42", label: "tokens", url: "/tokens"),
                    Figure(value: "3", label: "disabled", url: "/tokens?state=disabled"),
                    Figure(value: "5", label: "without deliveries", url: "/tokens?sort=last"),
                    Figure(value: "2", label: "refused last", url: "/tokens?sort=last"),
                ],
                attention: [
                    AttentionRow(
                        service: gitLab, url: "/tokens/x", name: "pagure-dist-git mirror",
                        reason: "The last delivery was refused: the signature did not match.", when: moment),
                    AttentionRow(
                        service: gitHub, url: "/tokens/y", name: "bodhi",
                        reason: "Nothing has come in since it was made."),
                ],
                recent: Array(rows(6)))),
    ]

    static let others: [Sample] = [
        Sample(
            "account", frame(.account),
            OwnAccountPage(
                account: "zoe", displayName: "Zoë Example", isAdmin: true,
                groups: ["fedora-infra", "infra-sig", "packager", "sysadmin-main"],
                groupsNote: "You may manage the tokens that belong to these groups.",
                sessions: [
                    SessionRow(
                        id: "a", browser: "Firefox on Linux", started: moment, used: moment, ends: later, isThis: true),
                    SessionRow(
                        id: "b", browser: "Chrome on Android", started: earlier, used: moment, ends: later,
                        isThis: false),
                ])),
        Sample(
            "account-without-groups", frame(.account),
            OwnAccountPage(
                account: "zoe", displayName: nil, isAdmin: false, groups: [],
                groupsNote: "Your login gave no groups. Those that own a token make its members its managers.",
                sessions: [
                    SessionRow(
                        id: "a", browser: "Firefox on Linux", started: moment, used: moment, ends: later, isThis: true)
                ])),
        Sample(
            "admin", frame(.admin, isAdmin: true),
            AdminPage(
                tabs: tabs(0),
                figures: [
                    Figure(value: "5,000", label: "tokens", url: "/admin/tokens"),
                    Figure(value: "312", label: "people", url: "/admin/people"),
                    Figure(value: "17", label: "disabled", url: "/admin/tokens?state=disabled"),
                ],
                versions: [
                    LabelledValue(label: "webhook2fedmsg", value: "1.0.0"),
                    LabelledValue(label: "Database", value: "PostgreSQL 15.14"),
                    LabelledValue(label: "Message schemas", value: "1.5.0"),
                ],
                history: history(isAdmin: true), olderHistory: "/admin?before=1")),
        Sample(
            "admin-tokens", frame(.admin, isAdmin: true), AdminTokensPage(tabs: tabs(1), table: table(25, owners: true))
        ),
        Sample(
            "admin-people", frame(.admin, isAdmin: true),
            AdminPeoplePage(
                tabs: tabs(2), summary: "312 people", query: "",
                people: [
                    PersonRow(
                        name: "zoe", tokens: "42", tokensURL: "/admin/tokens?owner=zoe", sessions: "2",
                        lastLogin: moment),
                    PersonRow(name: "kevin", tokens: "7", tokensURL: "/admin/tokens?owner=kevin", sessions: "0"),
                ])),
        Sample(
            "admin-people-none", frame(.admin, isAdmin: true),
            AdminPeoplePage(tabs: tabs(2), summary: "Nobody", query: "zzz", people: [])),
        Sample(
            "login-failed", PageFrame(loginURL: "/login", version: "1.0.0", links: links),
            MessagePage(
                title: "The login did not work", text: "The Fedora account system did not answer in time.",
                advice: [
                    "Try again in a minute.", "If it keeps failing, look at status.fedoraproject.org.",
                ],
                ways: [
                    PageLink(url: "/login", text: "Try again", isPrimary: true), PageLink(url: "/", text: "Start page"),
                ], requestID: "0b7c2f9e41d3")),
        Sample(
            "not-found", frame(.other),
            MessagePage(
                title: "There is nothing here", code: "404",
                text: "The address is wrong, or what was here is gone, or it belongs to somebody else.",
                ways: [PageLink(url: "/tokens", text: "Your tokens", isPrimary: true)])),
        Sample(
            "unavailable", frame(.other),
            MessagePage(
                title: "Not just now", code: "503",
                text: "The database does not answer. Webhooks that are known go on working meanwhile.",
                advice: ["Reload the page in a minute."], ways: [PageLink(url: "/", text: "Start page")],
                requestID: "0b7c2f9e41d3")),
        Sample(
            "unavailable-form", frame(.other),
            MessagePage(
                title: "Not just now", code: "503",
                text: "The database does not answer. Webhooks that are known go on working meanwhile.",
                advice: ["What you typed is kept on this page. Try again in a minute."],
                ways: [PageLink(url: "/", text: "Start page")],
                followUp: FollowUpForm(
                    action: "/tokens/1/rotate", isNew: false,
                    hidden: [.init(name: "csrf", value: frame(.other).csrf), .init(name: "grace", value: "24h")],
                    secret: TextField(id: "retry-secret", name: "secret", label: "Your secret, once more")),
                requestID: "0b7c2f9e41d3")),
        Sample(
            "leave-token", frame(.tokens),
            MessagePage(
                title: "Leave this token?", text: "You are about to remove yourself from the owners of “bodhi”.",
                advice: ["Its webhook keeps working. Only another owner can let you in again."],
                ways: [PageLink(url: "/tokens/1", text: "Stay")],
                followUp: FollowUpForm(
                    action: "/tokens/1/owners/remove", isNew: true, hidden: [.init(name: "leave", value: "yes")],
                    button: "Leave token", isDestructive: true))),
        Sample(
            "development-login", PageFrame(isDevelopment: true, version: "1.0.0"),
            DevelopmentLoginPage(
                problem: nil, next: "/tokens",
                fields: [
                    TextField(
                        id: "account", name: "account", label: "Account", value: "zoe",
                        hint: "Small letters, digits, “-”, “_” and “.”"),
                    TextField(
                        id: "groups", name: "groups", label: "Groups", hint: "Separated by commas.",
                        placeholder: "packager, sysadmin-main", isOptional: true),
                ])),
    ]

    static func tabs(_ current: Int) -> [PageLink] {
        [("/admin", "Overview"), ("/admin/tokens", "Tokens"), ("/admin/people", "People")].enumerated().map {
            PageLink(url: $1.0, text: $1.1, isCurrent: $0 == current)
        }
    }

    static func history(isAdmin: Bool = false) -> [HistoryRow] {
        let about = isAdmin ? PageLink(url: "/tokens/x", text: "bodhi") : nil
        return [
            HistoryRow(
                when: moment, who: "zoe", what: "made a new secret", about: about,
                detail: "The one before works for 1 day."),
            HistoryRow(when: moment, who: "kevin (administrator)", what: "disabled the token", about: about),
            HistoryRow(when: earlier, who: "zoe", what: "added the group infra-sig as an owner", about: about),
            HistoryRow(when: earlier, who: "the command line", what: "made the token", about: about),
        ]
    }
}
