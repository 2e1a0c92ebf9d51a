/// One entry of the history: the actor, the action and the time.
package struct HistoryRow: Sendable {
    /// When.
    package var when: Moment
    package var who: String
    package var what: String
    /// The object of the action, where that is not the page's subject.
    package var about: PageLink?
    /// More about it.
    package var detail: String?

    package init(when: Moment, who: String, what: String, about: PageLink? = nil, detail: String? = nil) {
        self.when = when
        self.who = who
        self.what = what
        self.about = about
        self.detail = detail
    }
}
