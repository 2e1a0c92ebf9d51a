import Cryptography
import Encodings
import HTTPServer
import WebPages

/// A form that was sent, known by its one-time key and by what is in it: whatever is sent twice, by a double click or by going
/// back, acts once. What was changed in between is another form.
struct FormUse: Sendable, Hashable {
    /// Characters of a key that is taken.
    private static let keyLengths = 16...200

    /// The field with the key.
    static let keyField = "once"

    /// The hash of account, address, key and content: nobody meets another's form.
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

    /// A new key; empty where there is no randomness, and then the form has none.
    static func newKey() -> String {
        (try? SecureRandom.bytes(16)).map { Hex.encode($0) } ?? ""
    }
}

/// The codes of errors about forms.
enum FormLedgerError {
    /// A form was sent before, and it is not known what came of it.
    static let sentBefore = "form_sent"
}

/// The outcome of a form that was sent before.
enum FormClaim: Sendable, Equatable {
    /// Nobody has acted on it before.
    case first
    /// It was acted on, and led there; with what the next page was told, while that is kept.
    case done(location: String, notes: [UInt8]?)
    /// Somebody began to act on it, and it is not known what came of that.
    case unknown
}

/// Remembers which forms were sent, over all replicas.
protocol FormLedger: Sendable {
    /// Claims a form for whoever is the first; waits for what the first comes to.
    func claim(_ form: FormUse) async throws(PageFailure) -> FormClaim
    /// The first has acted.
    func finish(_ form: FormUse, location: String, notes: [UInt8]) async
    /// The first has changed nothing: the form may be sent again.
    func release(_ form: FormUse) async
}

extension FormLedger {
    /// Runs what a form asks for, unless it was run before: then the answer is what the first one was.
    ///
    /// A browser that sends a form twice hangs up on the first answer, so that what was begun is never given up half-way.
    func once(
        _ form: FormUse, _ run: @escaping @Sendable () async throws(PageFailure) -> PageAnswer
    ) async throws(PageFailure) -> PageAnswer {
        // The claim as well: a form that is claimed and not acted on would be lost.
        try await Task { await claimAndAct(form, run) }.value.get()
    }

    private func claimAndAct(
        _ form: FormUse, _ run: @Sendable () async throws(PageFailure) -> PageAnswer
    ) async -> Result<PageAnswer, PageFailure> {
        do throws(PageFailure) {
            switch try await claim(form) {
            case .done(let location, let notes):
                return .success(
                    notes.flatMap { PageAnswer(redirectingTo: location, encodedNotes: $0) }
                        ?? .redirect(location, .info, "This form was already submitted. Nothing was done twice."))
            case .unknown:
                throw .http(
                    HTTPError(
                        HTTPStatus(409), code: FormLedgerError.sentBefore,
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
        _ form: FormUse, _ run: @Sendable () async throws(PageFailure) -> PageAnswer
    ) async -> Result<PageAnswer, PageFailure> {
        do throws(PageFailure) {
            let answer = try await run()
            if case .redirect(let location) = answer.body {
                await finish(form, location: location, notes: answer.encodedNotes)
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
}

extension PageAnswer {
    /// The notes for the next page: a line for each, its name and its bytes.
    var encodedNotes: [UInt8] {
        Array(
            notes.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.key.rawValue) \(Base64.encode($0.value))" }.joined(separator: "\n").utf8)
    }

    /// The answer of those notes; `nil` for what are none.
    init?(redirectingTo location: String, encodedNotes: [UInt8]) {
        self.init(body: .redirect(location))
        for line in encodedNotes.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "))
            guard parts.count == 2, let note = SealedNote(rawValue: String(decoding: parts[0], as: UTF8.self)),
                let bytes = Base64.decode(parts[1])
            else { return nil }
            notes[note] = bytes
        }
    }
}
