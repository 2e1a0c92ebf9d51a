import Database
import Logging

/// The forms that were sent, in the table `form_use`: a row belongs to whoever inserted it, on whichever replica.
struct DatabaseFormLedger: FormLedger {
    /// The time that a form is remembered. Whoever sends one for the second time later than that acts again.
    static let retention = Duration.seconds(7 * 86_400)
    /// The time that what the next page was told is kept; a secret may be among it.
    static let noteLifetime = Duration.seconds(300)
    /// The time that the second waits for what the first comes to, and how often it looks.
    private static let patience = Duration.seconds(10)
    private static let interval = Duration.milliseconds(100)

    let database: any Database
    let keys: KeyRing
    let logger: Logger
    /// The time; tests bring their own.
    var clock: @Sendable () -> UnixTime = { .now() }

    func claim(_ form: FormUse) async throws(PageFailure) -> FormClaim {
        do {
            let end = ContinuousClock.now + Self.patience
            repeat {
                if try await insert(form) { return .first }
                if let claim = try await found(form) { return claim }
                try await Task.sleep(for: Self.interval)
            } while ContinuousClock.now < end
            return .unknown
        } catch {
            throw .service(.unavailable("\(error)"))
        }
    }

    private func insert(_ form: FormUse) async throws -> Bool {
        try await database.query(
            "INSERT INTO form_use (form, at) VALUES ($1, $2) ON CONFLICT (form) DO NOTHING",
            [.text(form.id), .integer(clock().milliseconds)]
        ).affectedRows > 0
    }

    /// The outcome of the first form; `nil` while it is at it, or has given the form back.
    private func found(_ form: FormUse) async throws -> FormClaim? {
        let rows = try await database.query(
            "SELECT at, location, key_id, notes FROM form_use WHERE form = $1", [.text(form.id)]
        ).rows
        guard let row = rows.first, let location = try row.optionalText("location") else { return nil }
        let end = try row.time("at").advanced(by: Self.noteLifetime)
        guard clock() < end, let keyID = try row.optionalText("key_id"), let bytes = try row.optionalBlob("notes")
        else {
            return .done(location: location, notes: nil)
        }
        let notes = try? keys.open(SealedValue(keyID: keyID, bytes: bytes), for: Self.place(of: form))
        return .done(location: location, notes: notes)
    }

    func finish(_ form: FormUse, location: String, notes: [UInt8]) async {
        await noting {
            let sealed = try keys.seal(notes, for: Self.place(of: form))
            try await database.query(
                "UPDATE form_use SET location = $1, key_id = $2, notes = $3 WHERE form = $4",
                [.text(location), .text(sealed.keyID), .blob(sealed.bytes), .text(form.id)])
        }
    }

    func release(_ form: FormUse) async {
        await noting {
            try await database.query(
                "DELETE FROM form_use WHERE form = $1 AND location IS NULL", [.text(form.id)])
        }
    }

    private func noting(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.throttled(.warning, "cannot note what a form came to", metadata: ["error": "\(error)"])
        }
    }

    private static func place(of form: FormUse) -> SealedPlace {
        SealedPlace(column: "form_use.notes", row: form.id)
    }

    /// The task that removes old rows.
    static func tidying(now: UnixTime) -> [SQLStatement] {
        [
            SQLStatement(
                "DELETE FROM form_use WHERE at < $1", [.integer(now.advanced(by: .zero - retention).milliseconds)]),
            SQLStatement(
                "UPDATE form_use SET key_id = NULL, notes = NULL WHERE at < $1 AND notes IS NOT NULL",
                [.integer(now.advanced(by: .zero - noteLifetime).milliseconds)]),
        ]
    }
}
