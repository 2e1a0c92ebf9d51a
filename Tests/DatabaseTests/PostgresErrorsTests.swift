import Testing

@testable import Database

@Suite struct PostgresErrorsTests {
    @Test(arguments: [
        ("23505", DatabaseError.Code.uniqueViolation), ("23503", .constraintViolation), ("23502", .constraintViolation),
        ("40001", .serializationFailure), ("40P01", .serializationFailure), ("55P03", .busy), ("57014", .timeout),
        ("57P01", .unavailable), ("57P03", .unavailable), ("08006", .unavailable), ("08P01", .invalidParameter),
        ("22P02", .invalidParameter), ("42601", .syntax), ("42P01", .syntax), ("42501", .permission),
        ("53100", .full), ("25P02", .other), ("P0001", .other), ("XX001", .corrupt),
    ])
    func `SQL states have codes`(_ state: String, _ code: DatabaseError.Code) {
        #expect(PostgresErrors.code(of: state) == code)
    }

    @Test(arguments: [
        ("22P02", "invalid input syntax for type bigint: \"hidden\"", "invalid input syntax for type bigint"),
        ("22003", "value \"hidden\" is out of range for type integer", "value \"…\" is out of range for type integer"),
        ("P0001", "raised: \"hidden\"", "raised"),
        ("23505", "duplicate key value violates unique constraint \"t_pkey\"\nDETAIL: hidden", nil),
    ])
    func `values are taken out`(_ state: String, _ message: String, _ expected: String?) {
        let error = PostgresErrors.error(sqlState: state, message: message)
        #expect(error.message == expected ?? "duplicate key value violates unique constraint \"t_pkey\"")
        #expect(error.sqlState == state)
    }

    @Test func `connection errors show no password`() {
        let error = PostgresErrors.connectionError(
            "connection to server at \"::1\", port 5432 failed: odd hunter2 thing\n\tIs it running?\n",
            password: "hunter2")
        #expect(error.code == .unavailable)
        #expect(
            error.message
                == "connection to server at \"::1\", port 5432 failed: odd … thing; Is it running?")
        #expect(PostgresErrors.connectionError("", password: nil).message == "the connection to PostgreSQL broke")
    }

    @Test(arguments: [
        ("FATAL:  password authentication failed for user \"w2f\"\n", DatabaseError.Code.permission),
        ("FATAL:  database \"w2f\" does not exist\n", .configuration),
        ("FATAL:  the database system is starting up\n", .unavailable),
        ("Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n", .unavailable),
    ])
    func `what waiting does not cure is known`(_ text: String, _ code: DatabaseError.Code) {
        #expect(PostgresErrors.connectionError(text, password: nil).code == code)
    }

    @Test(
        arguments: [
            ("\\x", []), ("\\x00ff5c", [0, 255, 92]), ("\\xAbCd", [0xab, 0xcd]),
            ("a\\\\b\\000\\377", [97, 92, 98, 0, 255]), ("", []),
        ] as [(String, [UInt8])])
    func `bytea is read`(_ text: String, _ bytes: [UInt8]) {
        let read = Array(text.utf8).withUnsafeBytes { PostgresBytea.decode($0) }
        #expect(read == bytes)
    }
}
