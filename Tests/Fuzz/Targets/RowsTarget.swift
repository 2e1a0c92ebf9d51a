import CLibpq
import Encodings
import EventLoop
import Glibc
import WebPages

@testable import Database
@testable import Gateway

extension FuzzTarget {
    /// What a database returns, whatever it holds: values as libpq and SQLite give them, rows that are read from them, and
    /// pages that show those.
    static let rows = FuzzTarget(
        "rows", words: ["\\x00ff", "\\134", "t", "9223372036854775808", "Infinity", "NaN", "{\"a\":\"b\"}", "1970"]
    ) { input, isPlanted in
        let table = input.pick(Table.all)
        let cells = table.columns.map { Cell(column: $0, &input) }
        let row: SQLRow
        switch input.number(below: 3) {
        case 0: row = SQLRow(columns: table.columns, values: cells.map(\.value))
        case 1: row = try fromSQLite(cells)
        default: row = try fromPostgres(cells)
        }
        try require(row.columns == table.columns && row.values.count == cells.count, "other columns: \(row.columns)")
        if isPlanted, let one = try? row.optionalInteger("published"), let other = try? row.optionalInteger("withheld")
        {
            try require(!one.addingReportingOverflow(other).overflow, "published + withheld overflows")
        }
        try table.read(row)
    }

    /// The values as they were bound.
    private static func fromSQLite(_ cells: [Cell]) throws -> SQLRow {
        let selection = cells.indices.map { "$\($0 + 1) AS \(cells[$0].column)" }.joined(separator: ", ")
        let values = cells.map(\.value).map { value in
            if case .text(let text) = value { return SQLValue.text(text.replacing("\0", with: "").streamSafe) }
            return value
        }
        return try connection.withLock { connection in
            let result = try connection.value.run("SELECT \(selection)", values, timeout: .seconds(10))
            guard let row = result.rows.first else { throw Finding("no row") }
            for (value, found) in zip(values, row.values) where value != found {
                if case .real(let number) = value, number.isNaN, found == .null { continue }
                throw Finding("\(value) came back as \(found)")
            }
            return row
        }
    }

    private struct Connection: @unchecked Sendable {
        // Used under the lock alone.
        let value: SQLiteConnection
    }

    private static let connection: Locked<Connection> = {
        do {
            return Locked(Connection(value: try SQLiteConnection(.memory, limits: DatabaseLimits(), isReadOnly: false)))
        } catch {
            fatalError("no SQLite: \(error)")
        }
    }()

    /// The cells as libpq has them, in its own memory: of any type, with any bytes.
    private static func fromPostgres(_ cells: [Cell]) throws -> SQLRow {
        guard let result = PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK) else { throw Finding("no memory") }
        defer { PQclear(result) }
        let names = cells.map { strdup($0.column) }
        defer { for name in names { free(name) } }
        var attributes = zip(names, cells).map { name, cell in
            PGresAttDesc(name: name, tableid: 0, columnid: 0, format: 0, typid: cell.type, typlen: -1, atttypmod: -1)
        }
        guard PQsetResultAttrs(result, CInt(cells.count), &attributes) == 1 else { throw Finding("no attributes") }
        for (index, cell) in cells.enumerated() {
            var bytes = (cell.bytes ?? []).map { CChar(bitPattern: $0) } + [0]
            let count = cell.bytes.map { CInt($0.count) } ?? -1
            guard PQsetvalue(result, 0, CInt(index), &bytes, count) == 1 else { throw Finding("no value") }
        }
        guard let row = PostgresResult.read(result).rows.first else { throw Finding("no row") }
        for (cell, value) in zip(cells, row.values) {
            try require(cell.bytes != nil || value == .null, "\(cell.column): NULL came back as \(value)")
            guard cell.type == 17, let bytes = cell.bytes, case .blob(let blob) = value else { continue }
            try require(blob.count <= bytes.count, "\(bytes) came back as \(blob)")
        }
        return row
    }
}

/// One value of a row.
private struct Cell {
    let column: String
    let value: SQLValue
    /// The value in libpq's text form; `nil` for NULL.
    let bytes: [UInt8]?
    /// PostgreSQL's number of the type.
    let type: Oid

    private static let types: [Oid] = [20, 25, 17, 16, 23, 700, 701, 1700, 1043, 0]

    /// - Parameter input: A zero makes it what the column holds as a rule.
    init(column: String, _ input: inout FuzzInput) {
        self.column = column
        switch input.number(below: 8) {
        case 0, 1:
            value =
                Table.usual[column].map { .text($0) } ?? (column.hasSuffix("secret") ? .blob([1, 2, 3]) : .integer(1))
        case 2, 3: value = .integer(input.integer())
        case 4: value = .null
        case 5: value = .blob(input.bytes())
        case 6: value = .real(Double(bitPattern: UInt64(bitPattern: input.integer())))
        default: value = .text(input.text())
        }
        switch value {
        case .null: (bytes, type) = (nil, input.pick(Self.types))
        case .integer(let number): (bytes, type) = (Array("\(number)".utf8), 20)
        case .real(let number): (bytes, type) = (Array("\(number)".utf8), 701)
        case .text(let text):
            (bytes, type) = (Array(text.utf8), Table.usual[column] == text ? 25 : input.pick(Self.types))
        case .blob(let blob): (bytes, type) = (blob, input.flag() ? 17 : input.pick(Self.types))
        }
    }
}

/// A table's columns, and what is read from them.
private struct Table: Sendable {
    let columns: [String]
    let read: @Sendable (SQLRow) throws -> Void

    private init(_ columns: String, _ read: @escaping @Sendable (SQLRow) throws -> Void) {
        self.columns = columns.split { $0 == "," || $0 == " " || $0 == "\n" }.map(String.init)
        self.read = read
    }

    /// What columns hold that are not numbers.
    static let usual = [
        "uuid": "01234567-89ab-cdef-0123-456789abcdef", "public_id": "0123456789abcdefghjkmnpqrs", "service": "github",
        "name": "alice", "scope": "owner/repository", "event_filter": "push, issues.*", "settings": "{\"a\":\"b\"}",
        "state": "enabled", "created_by": "alice", "key_id": "k", "previous_key_id": "k", "earlier_key_id": "k",
        "outcome": "published", "event": "created", "topic": "github.push", "message_id": "m", "reason": "filtered",
        "repository": "a/b", "token": "0123456789abcdefghjkmnpqrs", "token_name": "t", "actor": "alice", "detail": "",
        "kind": "user", "handle": "h", "account": "alice", "subject": "s", "group_names": "a\nb",
        "user_agent": "Firefox/1",
    ]

    static let all = [
        Table(StoredToken.columns) { row in
            guard let stored = try? StoredToken(row: row) else { return }
            _ = stored.formerSecrets(at: .now())
            let token = stored.token
            try check(
                [token.createdAt, token.updatedAt, token.rotatedAt, token.previousSecretExpiresAt].compactMap { $0 })
            try require(StoredToken(row: row).token == token, "the same row is two tokens")
        },
        Table(TokenActivity.columns) { row in
            guard var activity = try? TokenActivity(row: row) else { return }
            let other = activity
            activity.add(other)
            activity.count(DeliveryRecord(at: .now(), outcome: .published, status: 202))
            for count in [activity.published, activity.withheld, activity.refused] {
                _ = (NumberText.grouped(count), NumberText.counted(count + 1, "a", "b"))
            }
            try check([other.last?.at, activity.last?.at].compactMap { $0 })
            _ = other.isImpossible
        },
        Table(DeliveryRecord.columns) { row in
            guard let record = try? DeliveryRecord(row: row) else { return }
            let settings = PortalSettings(baseURL: "https://a", version: "1", messageURL: "https://m/{id}")
            _ = DeliveryRow(record, service: "github", settings: settings)
            try check([record.at])
        },
        Table("token, token_name, at, actor, by_admin, event, detail") { row in
            guard let entry = try? HistoryEntry(row: row) else { return }
            _ = HistoryRow(entry, namesToken: true)
            try check([entry.at])
        },
        Table("kind, name") { row in
            guard let owner = try? TokenOwner(row: row) else { return }
            try require((1...TokenOwner.maximumNameCount).contains(owner.name.utf8.count), "the name \(owner.name)")
        },
        Table("uuid, created_at") { row in
            guard let cursor = try? TokenQuery.Cursor(after: row) else { return }
            try check([cursor.createdAt])
        },
        Table("public_id, owner, bare_first_at, bare_last_at") { row in
            guard let candidate = try? CandidateLoader.candidate(row) else { return }
            try require(TokenID("\(candidate.id)") == candidate.id, "another id than \(candidate.id)")
        },
        Table(SessionTable.columns) { row in
            guard let record = try? SessionTable.record(row) else { return }
            _ = BrowserName.text(record.userAgent)
            try check([record.createdAt, record.authenticatedAt, record.seenAt, record.expiresAt].compactMap { $0 })
        },
    ]

    /// A time is shown as it is, or as unknown.
    private static func check(_ times: [UnixTime]) throws {
        for time in times {
            let moment = Moment(time)
            try require((moment.text == "unknown") != time.isKnown, "\(time.milliseconds) is shown as \(moment.text)")
            try require(moment.iso.utf8.count == 20, "\(time.milliseconds) is \(moment.iso)")
            _ = (time.description, time.advanced(by: .seconds(600)).description)
        }
    }
}
