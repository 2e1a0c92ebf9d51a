/// The meanings of payloads' keys for the addresses under them.
struct KeyMeanings: Sendable {
    /// The meaning of one key.
    enum Meaning: Sendable {
        case other
        /// Texts that people wrote themselves, and names that they gave: texts, branches and tags.
        case text
        /// A form or a version of what stands around it: `changes.body.from`, `content.raw`.
        case part
        /// Commits, and the people in them, as they are in the repository.
        case commit
        /// An account, which is none of the people in a commit.
        case person
        /// An address.
        case address
    }

    /// The meaning for all that stands in an object or an array.
    enum Context: Sendable {
        case plain
        case text
        case commit
        case address

        /// A Boolean value that indicates whether addresses stay there.
        var keepsAddresses: Bool { self == .text || self == .commit }
    }

    private let meanings: [String: Meaning]
    private let keepsTexts: Bool

    init(texts: [String], commits: [String], keepsTexts: Bool) {
        self.keepsTexts = keepsTexts
        if texts.isEmpty, commits.isEmpty {
            meanings = Self.known
        } else {
            var meanings = Self.known
            for key in texts { meanings[key] = .text }
            for key in commits { meanings[key] = .commit }
            self.meanings = meanings
        }
    }

    /// Returns the meaning of a key.
    func meaning(of key: String) -> Meaning {
        if let known = meanings[key] { return known == .text && !keepsTexts ? .other : known }
        return key.lowercased().utf8.holds("mail".utf8) ? .address : .other
    }

    /// Returns the meaning inside of an object or an array that stands under a key.
    static func context(inside meaning: Meaning, of context: Context) -> Context {
        switch meaning {
        case .text: .text
        case .part: context == .address ? .plain : context
        case .commit: .commit
        case .person: .plain
        case .address: context == .commit ? .commit : .address
        case .other: context == .commit ? .commit : .plain
        }
    }

    private static let known: [String: Meaning] = {
        var known: [String: Meaning] = [:]
        for key in texts { known[key] = .text }
        for key in parts { known[key] = .part }
        for key in commits { known[key] = .commit }
        for key in people { known[key] = .person }
        return known
    }()

    private static let texts = [
        "body", "body_html", "body_text", "comment", "comments", "commit_message", "commit_title", "content",
        "description", "description_html", "description_html_truncated", "diff", "diff_hunk", "display_title",
        "excerpt", "fancy_title", "first_line", "full_description", "headline", "message", "note", "patch",
        "short_description", "squash_commit_message", "merge_commit_message", "st_diff", "subject", "summary", "text",
        "title", "title_html", "unicode_title", "release_notes", "dismissed_comment",
        // Names that people gave to what is in a repository.
        "ref", "refs", "ref_name", "base_ref", "head_ref", "prettyref", "ref_full_name", "full_ref", "branch",
        "branches", "head_branch", "default_branch", "source_branch", "target_branch", "master_branch", "base_branch",
        "tag",
        "tag_name", "previous_tag_name", "displayId", "refId", "milestone", "label", "labels",
        // Files in a repository, and by what account it is fetched.
        "path", "ssh_url", "git_ssh_url",
    ]

    private static let parts = [
        "from", "to", "old", "new", "previous", "current", "raw", "html", "markup", "markdown", "cooked", "plain",
        "name",
    ]

    private static let commits = [
        "commit", "commits", "head_commit", "headCommit", "last_commit", "latest_commit", "merge_commit", "mergeCommit",
        "toCommit", "fromCommit", "commit_info", "tagger",
    ]

    private static let people = [
        "user", "users", "sender", "pusher", "actor", "owner", "owners", "creator", "assignee", "assignees", "reviewer",
        "reviewers", "requested_reviewers", "member", "members", "organization", "merged_by", "closed_by",
        "triggered_by",
        "trigger_user", "doer", "approvers", "approver", "participants", "account",
    ]
}

extension String.UTF8View {
    /// Returns a Boolean value that indicates whether `part` stands anywhere in the text.
    ///
    /// `String.contains` builds a table of the part's characters first, each time: dearer than all else that is asked
    /// of an event's name.
    func holds(_ part: String.UTF8View) -> Bool {
        var rest = self[...]
        while rest.count >= part.count {
            if rest.starts(with: part) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
