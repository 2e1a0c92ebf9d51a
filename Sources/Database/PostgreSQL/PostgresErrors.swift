import CLibpq

/// Translates errors of libpq and the server into `DatabaseError`s without values and passwords.
enum PostgresErrors {
    /// The error in a result: its SQLSTATE and primary message. DETAIL, HINT and CONTEXT quote values and are left out.
    static func error(of result: OpaquePointer) -> DatabaseError {
        let state = PQresultErrorField(result, CInt(UInt8(ascii: "C"))).map { String(cString: $0) }
        let primary = PQresultErrorField(result, CInt(UInt8(ascii: "M"))).map { String(cString: $0) }
        guard let state else {
            // Made by libpq itself: the connection broke.
            return DatabaseError(.unavailable, "the connection to PostgreSQL broke")
        }
        return error(sqlState: state, message: primary ?? "PostgreSQL reports an error")
    }

    /// An error of the server.
    static func error(sqlState: String, message: String) -> DatabaseError {
        DatabaseError(code(of: sqlState), sqlState: sqlState, redact(message, sqlState: sqlState))
    }

    /// The error of a connection that could not be made, or broke. libpq's text names hosts, users and reasons; should the
    /// password be in it, it is taken out.
    static func connectionError(_ text: String, password: String?) -> DatabaseError {
        var message = text.split(whereSeparator: \.isNewline).map { $0.trimmingBlanks() }.joined(separator: "; ")
        if let password, !password.isEmpty {
            message = message.split(separator: password, omittingEmptySubsequences: false).joined(separator: "…")
        }
        if message.isEmpty { message = "the connection to PostgreSQL broke" }
        return DatabaseError(connectionCode(message), message)
    }

    /// libpq gives no SQLSTATE for a connection that could not be made. What a person must put right is known by the
    /// server's English text; whatever else it says, trying again may help.
    private static func connectionCode(_ message: String) -> DatabaseError.Code {
        let refusals = ["authentication failed", "no pg_hba.conf entry", "no password supplied"]
        if refusals.contains(where: message.contains) { return .permission }
        if message.contains("FATAL:"), message.hasSuffix("does not exist") { return .configuration }
        return .unavailable
    }

    /// read_only_sql_transaction: the server has become a standby, or has been told to write nothing more.
    static let readOnly = "25006"

    /// SQLSTATE's classes (PostgreSQL's documentation, appendix A).
    static func code(of sqlState: String) -> DatabaseError.Code {
        switch sqlState {
        case "23505": .uniqueViolation
        case "40001", "40P01": .serializationFailure
        case "55P03": .busy
        case "57014": .timeout
        case "08P01": .invalidParameter  // a number of parameters that the statement does not have
        case "42501": .permission
        case readOnly: .unavailable
        default: code(ofClass: sqlState.prefix(2))
        }
    }

    private static func code(ofClass prefix: Substring) -> DatabaseError.Code {
        switch prefix {
        case "08", "57": .unavailable
        case "22": .invalidParameter
        case "23": .constraintViolation
        case "28": .permission
        case "3D", "3F", "42": .syntax
        case "53", "54": .full
        case "XX": .corrupt
        default: .other
        }
    }

    /// A message without data. Class 22 (data exceptions) and whatever is not known to name only schema objects quotes
    /// values: what stands in double quotes, or after a colon, goes.
    private static func redact(_ message: String, sqlState: String) -> String {
        let line = message.prefix { !$0.isNewline }
        switch sqlState.prefix(2) {
        case "08", "0A", "23", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "XX":
            return String(line)
        default:
            let parts = line.prefix { $0 != ":" }.split(separator: "\"", omittingEmptySubsequences: false)
            return parts.enumerated().map { $0.offset.isMultiple(of: 2) ? String($0.element) : "\"…\"" }.joined()
        }
    }
}

extension DatabaseError {
    static let readOnlyServer = DatabaseError(
        .unavailable, sqlState: PostgresErrors.readOnly, "the server writes nothing any more")
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate func trimmingBlanks() -> Substring {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
