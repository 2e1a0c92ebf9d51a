/// The reason why a delivery was not published, and what to do.
package struct DeliveryAdvice: Sendable {
    /// The event, in a sentence.
    package var what: String
    /// The advice.
    package var todo: String

    package init(what: String, todo: String = "") {
        self.what = what
        self.todo = todo
    }
}
