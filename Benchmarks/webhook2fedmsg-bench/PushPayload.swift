/// A body like those that GitHub sends for a push, of exactly the size that is asked for.
///
/// The fields that a receiver looks at are always there (a public repository, a sender); a repository's many URLs and
/// the commits fill the rest as far as they fit, and the head commit's message the last bytes.
enum PushPayload {
    /// The smallest size that holds the fields that are always there, in bytes.
    static let smallestSize = Array((opening + closing).utf8).count

    /// GitHub's own limit, in bytes.
    static let largestSize = 25_000_000

    private static let repository = "https://api.github.com/repos/octo-org/octo-repo"

    private static let opening = """
        {"ref":"refs/heads/main","before":"6113728f27ae82c7b1a177c8d03f9e96e0adf246",\
        "after":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","created":false,"deleted":false,"forced":false,\
        "pusher":{"name":"octocat","email":"octocat@example.com"},\
        "sender":{"login":"octocat","id":583231,"type":"User","site_admin":false},\
        "repository":{"id":186853002,"name":"octo-repo","full_name":"octo-org/octo-repo","private":false,\
        "html_url":"https://github.com/octo-org/octo-repo","default_branch":"main",\
        "owner":{"login":"octo-org","id":6811672,"type":"Organization"}
        """
    private static let middle = #"},"commits":["#
    private static let end = #"],"head_commit":{"id":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","message":""#
    private static let closing = middle + end + #""}}"#

    private static let urlNames = [
        "forks", "keys", "collaborators", "teams", "hooks", "issue_events", "events", "assignees", "branches", "tags",
        "blobs", "git_tags", "git_refs", "trees", "statuses", "languages", "stargazers", "contributors", "subscribers",
        "subscription", "commits", "git_commits", "comments", "issue_comment", "contents", "compare", "merges",
        "archive", "downloads", "issues", "pulls", "milestones", "notifications", "labels", "releases", "deployments",
    ]

    /// A JSON object of exactly `size` bytes, which is between `smallestSize` and `largestSize`.
    static func body(size: Int) -> [UInt8] {
        var body = Array(opening.utf8)
        body.reserveCapacity(size)
        let room = size - Array(closing.utf8).count
        for name in urlNames {
            let field = Array(#","\#(name)_url":"\#(repository)/\#(name){/sha}""#.utf8)
            if body.count + field.count <= room { body += field }
        }
        body += middle.utf8
        let commitsEnd = size - Array((end + #""}}"#).utf8).count
        appendCommits(to: &body, upTo: commitsEnd)
        body += end.utf8
        let padding = size - body.count - 3
        let text = Array("Keep the bytes as they came. ".utf8)
        body += (0..<max(0, padding)).lazy.map { text[$0 % text.count] }
        body += #""}}"#.utf8
        return body
    }

    private static func appendCommits(to body: inout [UInt8], upTo limit: Int) {
        var number = 0
        while true {
            let commit = Array(((number == 0 ? "" : ",") + commit(number)).utf8)
            guard body.count + commit.count <= limit else { return }
            body += commit
            number += 1
        }
    }

    private static func commit(_ number: Int) -> String {
        let digits = String(number + 1_000_000_000, radix: 16)
        let id = String(repeating: "a", count: 40 - digits.count) + digits
        let person = #"{"name":"Mona Lisa","email":"octocat@example.com","username":"octocat"}"#
        return """
            {"id":"\(id)","tree_id":"f9d2a07e9488b91af2641b26b9407fe22a451433","distinct":true,\
            "message":"Step \(number): \\"naïve\\" quotes, \\u2026 and a line end\\n",\
            "timestamp":"2024-05-15T15:20:30+02:00","url":"https://github.com/octo-org/octo-repo/commit/\(id)",\
            "author":\(person),"committer":\(person),"added":[],"removed":[],"modified":["docs/step-\(number).md"]}
            """
    }
}
