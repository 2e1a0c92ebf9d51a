/// The pages of a list.
struct Pager: Sendable {
    /// The part of a long list that is shown.
    var summary: String
    /// A Boolean value that indicates whether there is more than one page.
    var isNeeded: Bool
    /// The page before.
    var previous: String?
    /// The page after.
    var next: String?
    /// The links to pages; one without a URL stands for those left out.
    var pages: [Entry] = []

    /// A page's number.
    struct Entry: Sendable {
        var label: String
        /// The address of the page.
        var url: String?
        /// A Boolean value that indicates whether it is the one that is shown.
        var isCurrent: Bool
    }
}

extension Pager {
    /// Creates links to the first page, the last, and those around the current one.
    ///
    /// - Parameter url: Returns the URL of a page.
    init(page: Int, of pages: Int, perPage: Int, total: Int, noun: (one: String, many: String), url: (Int) -> String) {
        let first = (page - 1) * perPage + 1
        let last = min(page * perPage, total)
        let shown = ([1, pages] + (page - 1...page + 1)).filter { (1...pages).contains($0) }
        var entries: [Entry] = []
        var previous = 0
        for number in Set(shown).sorted() {
            if number > previous + 1 { entries.append(Entry(label: "", url: nil, isCurrent: false)) }
            entries.append(Entry(label: NumberText.grouped(number), url: url(number), isCurrent: number == page))
            previous = number
        }
        self.init(
            summary: pages > 1
                ? "\(NumberText.grouped(first))–\(NumberText.grouped(last)) of \(NumberText.grouped(total))"
                : NumberText.counted(total, noun.one, noun.many),
            isNeeded: pages > 1, previous: page > 1 ? url(page - 1) : nil, next: page < pages ? url(page + 1) : nil,
            pages: entries)
    }
}
