import Testing

@testable import Database

@Suite struct DatabaseURLTests {
    @Test(arguments: [
        ("sqlite:data/app.db", SQLiteLocation.file(path: "data/app.db"), "sqlite:data/app.db"),
        ("sqlite:/var/lib/app.db", .file(path: "/var/lib/app.db"), "sqlite:/var/lib/app.db"),
        ("sqlite:///var/lib/app.db", .file(path: "/var/lib/app.db"), "sqlite:/var/lib/app.db"),
        ("sqlite::memory:", .memory, "sqlite::memory:"),
    ])
    func `SQLite`(_ text: String, _ location: SQLiteLocation, _ description: String) throws {
        let url = try DatabaseURL.parse(text)
        #expect(url == .sqlite(location))
        #expect(url.description == description)
    }

    @Test(arguments: [
        "postgresql://ann:s3cr%3Dt@db.example:5433/w2f?sslmode=require",
        "postgres://ann:s3cr%3Dt@db.example:5433/w2f?sslmode=require",
        "host=db.example port=5433 user=ann password='s3cr=t' dbname=w2f sslmode=require",
    ])
    func `postgresql`(_ text: String) throws {
        let url = try DatabaseURL.parse(text)
        guard case .postgresql(let settings) = url else {
            Issue.record("not PostgreSQL: \(url)")
            return
        }
        #expect(settings.password == "s3cr=t")
        #expect(settings.keywords["sslmode"] == "require")
        #expect(url.description == "postgresql://ann@db.example:5433/w2f")
        var dumped = ""
        dump(url, to: &dumped)
        for shown in ["\(url)", String(reflecting: url), "\([settings])", dumped] {
            #expect(!shown.contains("s3cr"))
        }
    }

    @Test(arguments: [
        "", "sqlite:", "sqlite://", "mysql://hidden@host/x", "/var/lib/hidden.db", "postgresql://u:hidden@[::1/x",
        "postgresql://u:hidden@host/x?hidden=1", "host=a hidden", "password='hidden", "postgresql://u:%zzhidden@host",
        "sqlite:a\0hidden", "postgresql://hidden\0/x",
    ])
    func `what cannot be read is an error that quotes nothing`(_ text: String) throws {
        let error = #expect(throws: DatabaseError.self) { try DatabaseURL.parse(text) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains("hidden") == false)
    }

    @Test func `several hosts become endpoints`() throws {
        let settings = try PostgresSettings(parsing: "postgresql://db1:5433,192.0.2.7:5434,[2001:db8::1]:5435/w2f")
        let endpoints = try settings.endpoints()
        #expect(
            endpoints == [
                PostgresEndpoint(host: "db1", address: "", port: "5433"),
                PostgresEndpoint(host: "192.0.2.7", address: "", port: "5434"),
                PostgresEndpoint(host: "2001:db8::1", address: "", port: "5435"),
            ])
        #expect(endpoints.map(\.needsResolution) == [true, false, false])
        let socket = try PostgresSettings(parsing: "host=/run/postgresql,@abstract,name hostaddr=,,192.0.2.9")
        #expect(try socket.endpoints().map(\.needsResolution) == [false, false, false])
        let unequal = try PostgresSettings(parsing: "host=a,b port=1,2,3")
        #expect(throws: DatabaseError.self) { try unequal.endpoints() }
    }

    @Test func `libpq gets addresses and never asks the KDC`() throws {
        let settings = try PostgresSettings(parsing: "postgresql://ann@db1,db2/w2f?connect_timeout=3")
        let endpoints = [
            PostgresEndpoint(host: "db1", address: "192.0.2.1", port: "5432"),
            PostgresEndpoint(host: "db1", address: "2001:db8::1", port: "5432"),
            PostgresEndpoint(host: "db2", address: "192.0.2.2", port: "5432"),
        ]
        let parameters = Dictionary(
            uniqueKeysWithValues: settings.connectionParameters(endpoints: endpoints).map { ($0.keyword, $0.value) })
        #expect(settings.connectTimeout == .seconds(3))
        #expect(parameters["host"] == "db1,db1,db2")
        #expect(parameters["hostaddr"] == "192.0.2.1,2001:db8::1,192.0.2.2")
        #expect(parameters["port"] == "5432,5432,5432")
        #expect(parameters["gssencmode"] == "disable")
        #expect(parameters["client_encoding"] == "UTF8")
        #expect(parameters["user"] == "ann")
        // What finds a server that vanished without a word: a minute at the most.
        #expect(parameters["keepalives"] == nil && parameters["keepalives_idle"] == "30")
        #expect(parameters["keepalives_interval"] == "10" && parameters["keepalives_count"] == "3")
        #expect(parameters["tcp_user_timeout"] == "30000")
        let asked = try PostgresSettings(parsing: "host=a gssencmode=require keepalives_idle=7")
        let list = asked.connectionParameters(endpoints: [PostgresEndpoint(host: "a", address: "", port: "")])
        #expect(list.contains { $0 == ("gssencmode", "require") })
        #expect(list.contains { $0 == ("keepalives_idle", "7") })
    }

    @Test func `each host is known again by what libpq calls it`() {
        let tried = PostgresEndpoint(host: "db1", address: "192.0.2.1", port: "5432")
        #expect(tried.isTried(as: tried))
        #expect(PostgresEndpoint(host: "db1", address: "192.0.2.1", port: "").isTried(as: tried))
        #expect(!PostgresEndpoint(host: "db1", address: "192.0.2.2", port: "5432").isTried(as: tried))
        #expect(!PostgresEndpoint(host: "db1", address: "192.0.2.1", port: "5433").isTried(as: tried))
        let address = PostgresEndpoint(host: "192.0.2.1", address: "192.0.2.1", port: "5432")
        #expect(PostgresEndpoint(host: "192.0.2.1", address: "", port: "").isTried(as: address))
        #expect(PostgresEndpoint(host: "", address: "192.0.2.1", port: "").isTried(as: address))
    }
}
