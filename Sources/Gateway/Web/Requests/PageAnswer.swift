import WebPages

/// The result of a page's code.
struct PageAnswer: Sendable {
    /// The content.
    enum Body: Sendable {
        /// A page.
        case page(any PageContent, PageFrame.Section)
        /// 303 to a path on this server.
        case redirect(String)
        /// JSON, already written.
        case json([UInt8])
        /// The way to the login, and back here.
        case login
        /// The same, where the login must be a new one.
        case freshLogin
    }

    /// The content.
    var body: Body
    /// The status of a page or of JSON.
    var status = 200
    /// The message at the top of this page.
    var notice: Notice?
    /// A Boolean value that indicates whether the page has a form with errors.
    var hasErrors = false
    /// A Boolean value that indicates whether search engines may list it.
    var isIndexed = false
    /// Sealed cookies to set.
    var notes: [SealedNote: [UInt8]] = [:]
    /// A Boolean value that indicates whether the browser is to forget the person: they logged out.
    var isGoodbye = false
    /// Sealed cookies to take away.
    var spent: Set<SealedNote> = []

    /// A page.
    static func page(_ content: some PageContent, _ section: PageFrame.Section, status: Int = 200) -> PageAnswer {
        PageAnswer(body: .page(content, section), status: status, hasErrors: status == 422)
    }

    /// Another page, and what to say at its top.
    static func redirect(_ path: String, _ kind: Notice.Kind = .success, _ text: String) -> PageAnswer {
        PageAnswer(body: .redirect(path), notes: [.flash: FlashText.encode(Notice(kind: kind, text: text))])
    }
}
