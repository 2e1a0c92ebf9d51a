import Database
import EventLoop
import Logging
import Testing
import WebPages

@testable import Gateway

/// Every integer column with numbers that nobody wrote in earnest: whatever reads them goes on, and says what they are.
@Suite(.timeLimit(.minutes(5))) struct StoredNumberTests {
    private static let numbers: [Int64] = [0, -1, 1, .min, .min + 1, .max, .max - 1]

    /// The integer columns of all tables that the migrations make.
    private static func columns() async throws -> [(table: String, columns: [String])] {
        try await columns(ofType: "BIGINT").map { ($0.table, $0.columns.map(\.name)) }
    }

    /// The columns of a type, or of any.
    private static func columns(
        ofType wanted: String?
    ) async throws -> [(table: String, columns: [(name: String, type: String)])] {
        let test = try await TestStore()
        let tables = try await test.database.query(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> '\(Migrator.table)' ORDER BY name")
        var found: [(table: String, columns: [(name: String, type: String)])] = []
        for table in try tables.rows.map({ try $0.text("name") }) {
            let columns = try await test.database.query("PRAGMA table_info(\(table))").rows.map {
                (name: try $0.text("name"), type: try $0.text("type"))
            }
            found.append((table, columns.filter { wanted == nil || $0.type == wanted }))
        }
        await test.database.close()
        return found
    }

    @Test(arguments: TestDatabases.all) func `nothing traps and nothing stops`(_ kind: TestDatabases) async throws {
        let tables = try await Self.columns()
        #expect(tables.flatMap(\.columns).count > 30)
        for (table, columns) in tables where !columns.isEmpty {
            try await kind.withStore { test in
                let fixture = TestService(test)
                let world = try await World(test, fixture)
                for column in columns {
                    for number in Self.numbers {
                        do {
                            try await test.database.query("UPDATE \(table) SET \(column) = $1", [.integer(number)])
                        } catch let error as DatabaseError where error.code == .constraintViolation {
                            continue
                        } catch let error as DatabaseError where error.code == .uniqueViolation {
                            continue
                        }
                        try await world.readAll("\(table).\(column) = \(number)")
                        try await world.writeAll("\(table).\(column) = \(number)")
                    }
                }
            }
        }
    }

    /// Text and bytes that nobody wrote in earnest, in every column that holds some; in SQLite, which checks no types, in
    /// every other column, too. Whoever reads a row refuses it or shows what it finds, and nothing traps.
    @Test(arguments: TestDatabases.all) func `what makes no sense is refused`(_ kind: TestDatabases) async throws {
        let texts = [
            "", " ", "x", "\u{301}\u{316}", "{", "{\"a\":1}", "\n\n", "é\u{202E}", String(repeating: "9", count: 9000),
        ]
        let bytes: [[UInt8]] = [[], [0], Array(repeating: 0xFF, count: 12), Array(repeating: 0, count: 5000)]
        var taken = 0
        for (table, columns) in try await Self.columns(ofType: nil) {
            for (column, type) in columns {
                if kind == .postgresql, type == "BIGINT" { continue }
                var values = texts.map { SQLValue.text($0) }
                if type == "BLOB" { values = bytes.map { .blob($0) } }
                if kind == .sqlite {
                    values += [.blob([0xFF, 0]), .text("9223372036854775808"), .integer(.min), .real(1e300)]
                }
                try await kind.withStore { test in
                    let world = try await World(test, TestService(test))
                    for value in values {
                        do {
                            try await test.database.query("UPDATE \(table) SET \(column) = $1", [value])
                        } catch is DatabaseError {
                            // The database's own types and constraints.
                            continue
                        }
                        taken += 1
                        for read in world.readers("\(table).\(column)", isSound: false) {
                            await Self.answers(read, "\(table).\(column) = \(value)")
                        }
                    }
                }
            }
        }
        #expect(taken > 200)
    }

    /// What cannot be read is told by an error of ours, and nothing else comes of it.
    private static func answers(_ read: () async throws -> Void, _ what: Comment) async {
        do {
            try await read()
        } catch {
            let module = String(reflecting: type(of: error)).prefix { $0 != "." }
            #expect(["Database", "Gateway", "HTTPServer", "FedoraMessaging"].contains(module), what)
            #expect(!"\(error)".isEmpty, what)
        }
    }

    /// A token that has everything, with somebody who is logged in.
    private struct World {
        let test: TestStore
        let fixture: TestService
        let id: TokenID
        let sessions: SessionStore
        let session: SessionID

        init(_ test: TestStore, _ fixture: TestService) async throws {
            self.test = test
            self.fixture = fixture
            id = try await fixture.token()
            _ = try await fixture.service.rotate(
                id, grace: .seconds(60), secret: "", version: nil, by: .person(TestService.alice))
            var configuration = Configuration()
            configuration.sessions.maxPerAccount = 3
            sessions = SessionStore(
                database: test.database, keys: test.keys, settings: configuration.sessions, refreshLease: .seconds(40),
                refresher: nil,
                logger: TestDatabases.logger)
            session = try await sessions.begin(
                NewSession(
                    account: "alice", subject: "alice", name: nil, groups: [], credentials: nil, isDevelopment: false,
                    userAgent: nil, authenticatedAt: .now()),
                replacing: nil)
            _ = try await RootKeyTable.claim("key-1", checkValue: [1], in: test.database)
            try await test.database.query(
                """
                INSERT INTO former_root_key (key_id, check_value, created_at, retired_at) VALUES ('key-0', $1, 1, 2)
                """, [.blob([1])])
            try await fixture.deliver([.published, .refused, .withheld], to: id)
        }

        func readAll(_ what: Comment) async throws {
            for read in readers(what) { try await read() }
        }

        /// What each place reads of the database, and how it shows it.
        ///
        /// - Parameter isSound: Whether the token can be found.
        func readers(_ what: Comment, isSound: Bool = true) -> [() async throws -> Void] {
            [
                {
                    let view = try await fixture.service.token(id, by: .person(TestService.alice))
                    _ = view.activity.total
                    _ = view.activity.last
                    let row = TokenRow(view, showsOwners: true)
                    #expect(!row.accepted.isEmpty, what)
                    for time in [view.token.createdAt, view.token.updatedAt, view.token.rotatedAt].compactMap(\.self) {
                        #expect(!Moment(time).text.isEmpty && !time.description.isEmpty, what)
                    }
                    let report = TokenReport(view)
                    #expect(!report.text.isEmpty && !TokenReport.table([report]).isEmpty, what)
                    _ = try TokenReport.json(report)
                },
                {
                    let settings = PortalSettings(baseURL: "https://hooks.example.org", version: "1")
                    for record in try await fixture.service.details(id, by: .person(TestService.alice)).deliveries.all {
                        #expect(!DeliveryRow(record, service: "GitHub", settings: settings).size.isEmpty, what)
                    }
                },
                {
                    for entry in try await fixture.service.details(
                        id, entries: 100, by: .person(TestService.alice)
                    ).history {
                        #expect(!HistoryRow(entry, namesToken: true).when.text.isEmpty, what)
                    }
                },
                {
                    for order in TokenQuery.Order.allCases {
                        let page = try await fixture.service.list(
                            TokenQuery(order: order), by: .person(TestService.alice))
                        #expect(page.tokens.count == 1 || !isSound, what)
                    }
                },
                { _ = try await fixture.service.overview(by: .person(TestService.alice)) },
                {
                    let people = try await DatabaseUserDirectory(database: test.database).list(
                        search: "", page: 1, perPage: 10)
                    for person in people.users { _ = person.lastLoginAt.map { Moment($0) } }
                },
                { _ = try await test.loader().record(for: id) },
                {
                    _ = try await CandidateLoader(database: test.database, limit: 10, limitPerOwner: 2).candidates(
                        for: .repository(service: "github", name: "a/b"))
                },
                {
                    for record in try await sessions.list(of: "alice") {
                        #expect(!Moment(record.seenAt).text.isEmpty, what)
                    }
                },
                {
                    await sessions.forgetAll()
                    if let record = try await sessions.find(session) {
                        #expect(!Moment(record.createdAt).text.isEmpty, what)
                        _ = await sessions.credentials(of: record)
                    }
                },
                { _ = try await RootKeyTable.current(in: test.database) },
                { _ = try await RootKeyTable.former("key-0", in: test.database) },
            ]
        }

        func writeAll(_ what: Comment) async throws {
            let before = try #require(try await test.store.find(id)?.updatedAt, what)
            _ = try await fixture.service.addOwner("zoe", kind: .user, to: id, by: .person(TestService.alice))
            let after = try #require(try await test.store.find(id)?.updatedAt, what)
            #expect(before != after, what)
            try await fixture.service.removeOwner("zoe", kind: .user, from: id, by: .person(TestService.alice))
            // What comes in is counted, whatever stood there.
            try await fixture.deliver([.published, .refused], to: id)
            let activity = try await fixture.service.token(id, by: .person(TestService.alice)).activity
            #expect(activity.published > 0 && activity.refused > 0, what)
            let noted = try await test.database.query("SELECT accepted_noted, refused_noted FROM token_activity").rows
            #expect(try (noted.first?.integer("accepted_noted") ?? 0) > 0, what)
        }
    }

    @Test(arguments: TestDatabases.all) func `migrations that cannot be`(_ kind: TestDatabases) async throws {
        for number in Self.numbers where number != 1 {
            try await kind.withStore { test in
                try await test.database.query(
                    "UPDATE \(Migrator.table) SET version = $1, applied_at = $1 WHERE version = 1", [.integer(number)])
                let error = await #expect(throws: DatabaseError.self) {
                    try await Migrator.migrate(test.database, migrations: GatewayMigrations.all)
                }
                #expect(error?.code == .schemaTooNew || error?.code == .migrationChanged)
            }
        }
    }

    @Test func `the log has one line a column`() {
        let row = SQLRow(columns: ["strange"], values: [.integer(.max)])
        for _ in 0..<3 {
            #expect((try? row.count("strange")) == StoredNumber.limit)
            #expect((try? row.time("strange"))?.isKnown == false)
        }
        #expect((try? SQLRow(columns: ["strange"], values: [.integer(.min)]).count("strange")) == -StoredNumber.limit)
        #expect((try? SQLRow(columns: ["x"], values: [.null]).count("x")) == 0)
    }

    @Test func `what cannot be is shown as that`() {
        for milliseconds in [Int64.min, -62_300_000_000_000, -1, 253_402_300_800_000, .max] {
            let time = UnixTime(milliseconds: milliseconds)
            #expect(time.description == "unknown" && Moment(time).text == "unknown", "\(milliseconds)")
        }
        #expect(UnixTime(milliseconds: 0).description == "1970-01-01T00:00:00Z")
        #expect(UnixTime(milliseconds: 253_402_300_799_999).description == "9999-12-31T23:59:59Z")
        #expect(Moment(UnixTime(milliseconds: .min)).iso == "1970-01-01T00:00:00Z")
        #expect(Moment(UnixTime(milliseconds: .max)).iso == "9999-12-31T23:59:59Z")
        #expect(NumberText.size(-1) == "Invalid size")
        #expect(NumberText.size(.max) == "9223372036855 MB")
        #expect(NumberText.size(.min) == "Invalid size")
        #expect(NumberText.size(1550) == "1.6 kB" && NumberText.size(7249) == "7.2 kB")
        var activity = TokenActivity()
        #expect(!activity.isImpossible)
        activity.refused = -1
        #expect(activity.isImpossible)
        activity = TokenActivity(lastAcceptedAt: UnixTime(milliseconds: .max))
        #expect(activity.isImpossible)
    }
}
