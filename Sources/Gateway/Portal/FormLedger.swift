import Cryptography
import Database
import Encodings
import HTTPServer
import Logging

/// A form that was sent, known by its one-time key and by what is in it: whatever is sent twice, by a double click or
/// by going back, acts once. What was changed in between is another form.
struct FormSubmission: Sendable, Hashable {
    /// The accepted lengths of a key, in bytes.
    private static let keyLengths = 16...200

    /// The field with the key.
    static let keyField = "once"

    /// The hash of account, address, key and content: no form is mistaken for another's.
    let id: String

    /// - Parameter fields: All of the form.
    /// - Returns: `nil` for a form without a key, which is no form of these pages.
    init?(_ fields: FormFields, path: String, account: String) {
        guard let key = fields[Self.keyField], Self.keyLengths.contains(key.utf8.count) else { return nil }
        // After another login it is the same form; and on the page that offers to try again, its fields may stand in another
        // order.
        let content = QueryItems(fields.items.filter { $0.name != "csrf" }.sorted { $0.name < $1.name }).text
        id = Hex.encode(SHA256.digest(Array("\(account)\n\(path)\n\(content)".utf8)))
    }

    /// Returns a new key; empty where there is no randomness, and then the form has none.
    static func newKey() -> String {
        (try? SecureRandom.bytes(16)).map { Hex.encode($0) } ?? ""
    }
}

/// The outcome of a form that was sent before.
private enum FormClaim {
    /// Nobody has acted on it before.
    case first
    /// It was acted on and led to this page; with the page's cookies, while they are kept.
    case done(location: String, cookies: [UInt8]?)
    /// It was begun, and its result is not known.
    case unknown
}

/// Remembers which forms were sent, over all replicas: in the table `form_use`, a row belongs to whoever inserted it.
struct FormLedger: Sendable {
    /// The code of the error for a form that was sent before and whose result is not known.
    static let sentBefore = "form_sent"
    /// The time that a form is remembered. Sent again later than that, it acts again.
    static let retention = Duration.seconds(7 * 86_400)
    /// The time that the next page's cookies are kept; a secret may be among them.
    static let cookieLifetime = Duration.seconds(300)
    /// The time that a repeated form waits for the result of the first.
    private static let patience = Duration.seconds(10)
    private static let interval = Duration.milliseconds(100)

    let database: any Database
    let keys: KeyRing
    let logger: Logger
    /// The time; tests bring their own.
    var clock: @Sendable () -> UnixTime = { .now() }

    /// Runs what a form asks for, unless it was run before: then the response is that of the first time.
    ///
    /// A browser that sends a form twice hangs up on the first answer, so that what was begun is never given up
    /// half-way.
    func once(
        _ form: FormSubmission, _ run: @escaping @Sendable () async throws(PageFailure) -> PageResponse
    ) async throws(PageFailure) -> PageResponse {
        // The claim as well: a form that is claimed and not acted on would be lost.
        try await Task { await claimAndAct(form, run) }.value.get()
    }

    private func claimAndAct(
        _ form: FormSubmission, _ run: @Sendable () async throws(PageFailure) -> PageResponse
    ) async -> Result<PageResponse, PageFailure> {
        do throws(PageFailure) {
            switch try await claim(form) {
            case .done(let location, let cookies):
                return .success(
                    cookies.flatMap { PageResponse(redirectingTo: location, encodedCookies: $0) }
                        ?? .redirect(location, .info, "This form was already submitted. Nothing was done twice."))
            case .unknown:
                throw .http(
                    HTTPError(
                        HTTPStatus(409), code: Self.sentBefore,
                        message: "This form was already submitted, but its result isn’t known. "
                            + "Check the current state before you submit it again."))
            case .first:
                return await act(form, run)
            }
        } catch {
            return .failure(error)
        }
    }

    private func act(
        _ form: FormSubmission, _ run: @Sendable () async throws(PageFailure) -> PageResponse
    ) async -> Result<PageResponse, PageFailure> {
        do throws(PageFailure) {
            let answer = try await run()
            if case .redirect(let location) = answer.body {
                await finish(form, location: location, cookies: answer.encodedCookies)
            } else {
                await release(form)
            }
            return .success(answer)
        } catch {
            // What the database did before it went away is not known.
            if case .service(.unavailable) = error {} else { await release(form) }
            return .failure(error)
        }
    }

    // MARK: The table

    /// Claims a form. If it was claimed before, waits for the result.
    private func claim(_ form: FormSubmission) async throws(PageFailure) -> FormClaim {
        try await attempt {
            let end = ContinuousClock.now + Self.patience
            repeat {
                if try await insert(form) { return .first }
                if let claim = try await found(form) { return claim }
                try await Task.sleep(for: Self.interval)
            } while ContinuousClock.now < end
            return .unknown
        }
    }

    private func insert(_ form: FormSubmission) async throws -> Bool {
        try await database.query(
            "INSERT INTO form_use (form, at) VALUES ($1, $2) ON CONFLICT (form) DO NOTHING",
            [.text(form.id), .integer(clock().milliseconds)]
        ).affectedRows > 0
    }

    /// Returns the result of the first time; `nil` while it is under way, or if the form was released.
    private func found(_ form: FormSubmission) async throws -> FormClaim? {
        let rows = try await database.query(
            "SELECT at, location, key_id, notes FROM form_use WHERE form = $1", [.text(form.id)]
        ).rows
        guard let row = rows.first, let location = try row.optionalText("location") else { return nil }
        let end = try row.time("at").advanced(by: Self.cookieLifetime)
        guard clock() < end, let keyID = try row.optionalText("key_id"), let bytes = try row.optionalBlob("notes")
        else {
            return .done(location: location, cookies: nil)
        }
        let cookies = try? keys.open(SealedValue(keyID: keyID, bytes: bytes), for: Self.place(of: form))
        return .done(location: location, cookies: cookies)
    }

    /// Stores the result of a form that was acted on.
    private func finish(_ form: FormSubmission, location: String, cookies: [UInt8]) async {
        await logged {
            let sealed = try keys.seal(cookies, for: Self.place(of: form))
            try await database.query(
                "UPDATE form_use SET location = $1, key_id = $2, notes = $3 WHERE form = $4",
                [.text(location), .text(sealed.keyID), .blob(sealed.bytes), .text(form.id)])
        }
    }

    /// Releases a form that changed nothing: it may be sent again.
    private func release(_ form: FormSubmission) async {
        await logged {
            try await database.query(
                "DELETE FROM form_use WHERE form = $1 AND location IS NULL", [.text(form.id)])
        }
    }

    private func logged(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.throttled(.warning, "cannot note what a form came to", metadata: ["error": "\(error)"])
        }
    }

    private static func place(of form: FormSubmission) -> SealedPlace {
        SealedPlace(column: "form_use.notes", row: form.id)
    }

    /// Returns the statements that remove old rows.
    static func tidying(now: UnixTime) -> [SQLStatement] {
        [
            SQLStatement(
                "DELETE FROM form_use WHERE at < $1", [.integer(now.advanced(by: .zero - retention).milliseconds)]),
            SQLStatement(
                "UPDATE form_use SET key_id = NULL, notes = NULL WHERE at < $1 AND notes IS NOT NULL",
                [.integer(now.advanced(by: .zero - cookieLifetime).milliseconds)]),
        ]
    }
}

extension PageResponse {
    /// The sealed cookies for the next page: a line for each, its name and its bytes.
    fileprivate var encodedCookies: [UInt8] {
        Array(
            cookies.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.key.rawValue) \(Base64.encode($0.value))" }.joined(separator: "\n").utf8)
    }

    /// Creates the response with those cookies; `nil` if they cannot be read.
    fileprivate init?(redirectingTo location: String, encodedCookies: [UInt8]) {
        self.init(body: .redirect(location))
        for line in encodedCookies.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "))
            guard parts.count == 2, let cookie = PageCookie(rawValue: String(decoding: parts[0], as: UTF8.self)),
                let bytes = Base64.decode(parts[1])
            else { return nil }
            cookies[cookie] = bytes
        }
    }
}
