import WebPages

@testable import Gateway

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
                name: "zoe", summary: "The last delivery was refused for 2 tokens.", hasTokens: true,
                figures: [
                    Figure(value: "42", label: "tokens", url: "/tokens"),
                    Figure(value: "3", label: "disabled", url: "/tokens?state=disabled"),
                    Figure(value: "5", label: "no deliveries yet", url: "/tokens?sort=last"),
                    Figure(value: "2", label: "last delivery refused", url: "/tokens?sort=last"),
                ],
                attention: [
                    AttentionRow(
                        service: gitLab, url: "/tokens/x", name: "pagure-dist-git mirror",
                        reason: "Last delivery refused.", when: moment),
                    AttentionRow(
                        service: gitHub, url: "/tokens/y", name: "bodhi",
                        reason: "No deliveries since it was created."),
                ],
                recent: Array(rows(6)))),
    ]

    static let others: [Sample] = [
        Sample(
            "account", frame(.account),
            AccountPage(
                account: "zoe", displayName: "Zoë Example", isAdmin: true,
                groups: ["fedora-infra", "infra-sig", "packager", "sysadmin-main"],
                groupsNote: "You can also manage tokens owned by these groups.",
                sessions: [
                    SessionRow(
                        id: "a", browser: "Firefox on Linux", started: moment, used: moment, ends: later, isThis: true),
                    SessionRow(
                        id: "b", browser: "Chrome on Android", started: earlier, used: moment, ends: later,
                        isThis: false),
                ])),
        Sample(
            "account-without-groups", frame(.account),
            AccountPage(
                account: "zoe", displayName: nil, isAdmin: false, groups: [],
                groupsNote: "You can also manage tokens owned by these groups.",
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
                title: "The login service isn’t responding",
                text: "This server couldn’t reach the login service, or got an invalid response.",
                advice: [
                    "Try again in a minute.", "If it keeps failing, check status.fedoraproject.org.",
                ],
                ways: [
                    PageLink(url: "/login", text: "Try again", isPrimary: true), PageLink(url: "/", text: "Home"),
                ], requestID: "0b7c2f9e41d3")),
        Sample(
            "not-found", frame(.other),
            MessagePage(
                title: "Page not found", code: "404",
                text: "It may have been deleted, or you may not have access to it. Check the address.",
                ways: [PageLink(url: "/tokens", text: "Your tokens", isPrimary: true)])),
        Sample(
            "unavailable", frame(.other),
            MessagePage(
                title: "Temporarily unavailable", code: "503",
                text: "The database isn’t responding. Webhooks are still being received.",
                advice: ["Reload the page in a minute."], ways: [PageLink(url: "/", text: "Home")],
                requestID: "0b7c2f9e41d3")),
        Sample(
            "unavailable-form", frame(.other),
            MessagePage(
                title: "Temporarily unavailable", code: "503",
                text: "The database isn’t responding. Webhooks are still being received.",
                advice: ["What you typed is kept on this page. Try again in a minute."],
                ways: [PageLink(url: "/", text: "Home")],
                followUp: FollowUpForm(
                    action: "/tokens/1/rotate", isNew: false,
                    hidden: [.init(name: "csrf", value: frame(.other).csrf), .init(name: "grace", value: "24h")],
                    secret: TextField(id: "retry-secret", name: "secret", label: "Enter your secret again")),
                requestID: "0b7c2f9e41d3")),
        Sample(
            "leave-token", frame(.tokens),
            MessagePage(
                title: "Leave this token?", text: "You are about to remove yourself as an owner of “bodhi”.",
                advice: ["Its webhook keeps working. Only another owner can add you again."],
                ways: [PageLink(url: "/tokens/1", text: "Cancel")],
                followUp: FollowUpForm(
                    action: "/tokens/1/owners/remove", isNew: true, hidden: [.init(name: "leave", value: "yes")],
                    button: "Leave token", isDestructive: true))),
        Sample(
            "development-login", PageFrame(isDevelopment: true, version: "1.0.0"),
            DevelopmentLoginPage(next: ReturnAddress("/tokens"))),
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
                when: moment, who: "zoe", what: "created a new secret", about: about,
                detail: "The one before works for 1 day."),
            HistoryRow(when: moment, who: "kevin (administrator)", what: "disabled the token", about: about),
            HistoryRow(when: earlier, who: "zoe", what: "added the group infra-sig as an owner", about: about),
            HistoryRow(when: earlier, who: "Command line", what: "created the token", about: about),
        ]
    }
}
