import Encodings
import Gateway
import Glibc

/// The input of token commands from files, from standard input and from people.
enum TokenCommandInput {
    /// Most bytes read for a secret; a longer one is refused anyway.
    private static let maximumBytes = 4096

    /// The secret in a file; empty if there is no file. `-` is standard input, asked for without echo on a terminal.
    static func secret(path: String?) throws -> String {
        guard let path else { return "" }
        return try TokenSecret(fileContent: content(path: path)).reveal()
    }

    private static func content(path: String) throws -> [UInt8] {
        if path == "-" {
            return isatty(STDIN_FILENO) == 1 ? try hiddenLine(prompt: "Secret: ") : try readAll(STDIN_FILENO, "stdin")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open \(path)") }
        defer { close(descriptor) }
        return try readAll(descriptor, path)
    }

    /// Settings, each given as `NAME=VALUE`.
    static func settings(_ texts: [String]) throws -> [String: String] {
        let pairs = try texts.map { try TokenValidator.setting($0) }
        return Dictionary(pairs.map { ($0.name, $0.value) }) { $1 }
    }

    /// Asks on the terminal; anything but `yes` is no.
    static func confirms(_ question: String) -> Bool {
        CommandOutput.prompt("\(question) Type yes to continue: ")
        return readLine() == "yes"
    }

    private static func hiddenLine(prompt: String) throws -> [UInt8] {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw failure("can't read the terminal") }
        var hidden = settings
        hidden.c_lflag &= ~tcflag_t(ECHO)
        CommandOutput.prompt(prompt)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        let line = readLine()
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        CommandOutput.prompt("\n")
        return Array((line ?? "").utf8)
    }

    private static func readAll(_ descriptor: CInt, _ name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1024)
        while bytes.count <= maximumBytes {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("can't read \(name)")
            }
            bytes += piece.prefix(count)
        }
        throw TokenInputError.secretTooLong(limit: TokenSecret.maximumBytes)
    }

    private static func failure(_ what: String) -> CommandFailure {
        CommandFailure(description: "\(what): \(systemErrorText(errno))")
    }
}
