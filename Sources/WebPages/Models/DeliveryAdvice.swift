/// Why a delivery was not published, and what to do.
package struct DeliveryAdvice: Sendable {
    /// What happened.
    package var what: String
    /// What to do.
    package var todo: String

    package init(what: String, todo: String = "") {
        self.what = what
        self.todo = todo
    }
}
