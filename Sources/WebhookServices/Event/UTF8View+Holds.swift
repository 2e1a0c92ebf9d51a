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
