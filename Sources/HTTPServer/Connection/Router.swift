import Encodings

/// Finds the handler for a method and a path.
///
/// Patterns are `/`-separated: literal segments, and `{name}` for one segment of any content. Literals are tried
/// before parameters. Literals match as they are written, byte by byte, so that a rule of a proxy's for a path holds for
/// all that gets there; an empty, `.` or `..` segment, encoded or not, matches no parameter.
public struct Router: Sendable {
    /// The result of looking up a path and a method.
    enum Match {
        case handler(any HTTPHandler, names: [String], PathParameters.Captures)
        case notFound
        /// There is something, but not for this method. `allow` is the value of the Allow field.
        case methodNotAllowed(allow: String)
        /// An OPTIONS that the router answers by itself.
        case options(allow: String)
    }

    private struct Entry {
        let method: HTTPMethod
        let handler: any HTTPHandler
        let names: [String]
    }

    private struct Node {
        var literals: [(segment: [UInt8], node: Int)] = []
        var parameter: Int?
        var entries: [Entry] = []
        var allow = ""
    }

    private var nodes = [Node()]
    /// The registered routes, in order.
    package private(set) var routes: [(method: HTTPMethod, pattern: String)] = []
    /// Answers what is at no address; without one, an error does.
    private(set) var fallback: (any HTTPHandler)?
    /// Answers what is at an address, but not for its method; without one, an error does.
    private(set) var wrongMethod: (any HTTPHandler)?
    private let automaticOptions: Bool

    /// A router without routes.
    /// - Parameter automaticOptions: whether OPTIONS is answered with 204 and Allow where no handler takes it.
    public init(automaticOptions: Bool = true) {
        self.automaticOptions = automaticOptions
    }

    /// Registers a handler. GET serves HEAD too, unless HEAD has a handler of its own.
    /// - Throws: `RouteError` if the pattern is malformed or already taken for this method.
    public mutating func on(
        _ method: HTTPMethod, _ pattern: String, _ handler: any HTTPHandler
    ) throws(RouteError) {
        guard method != .other, method != .connect else { throw RouteError(pattern, "this method has no handlers") }
        guard pattern.hasPrefix("/") else { throw RouteError(pattern, "a pattern begins with a slash") }
        var node = 0
        var names: [String] = []
        for segment in pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                names.append(String(segment.dropFirst().dropLast()))
                node = parameterChild(of: node)
            } else {
                guard !segment.contains(where: { "{}%".contains($0) }) else {
                    throw RouteError(pattern, "a parameter is a whole segment, and a literal is written decoded")
                }
                node = literalChild(of: node, Array(segment.utf8))
            }
        }
        guard names.count <= PathParameters.maximum, Set(names).count == names.count, !names.contains("") else {
            throw RouteError(pattern, "at most \(PathParameters.maximum) parameters, each with a name of its own")
        }
        guard !nodes[node].entries.contains(where: { $0.method == method }) else {
            throw RouteError(pattern, "there is already a handler for \(method.name)")
        }
        nodes[node].entries.append(Entry(method: method, handler: handler, names: names))
        nodes[node].allow = allow(nodes[node].entries.map(\.method))
        routes.append((method, pattern))
    }

    /// Registers a closure.
    public mutating func on(
        _ method: HTTPMethod, _ pattern: String, _ respond: @escaping @Sendable (HTTPExchange) async -> ServerResponse
    ) throws(RouteError) {
        try on(method, pattern, ClosureHandler(body: respond))
    }

    /// Registers a handler for GETs of addresses that have none of their own.
    public mutating func onNotFound(_ handler: any HTTPHandler) {
        fallback = handler
    }

    /// Registers a handler for requests by a method that the address does not take. The server adds the Allow field.
    public mutating func onMethodNotAllowed(_ handler: any HTTPHandler) {
        wrongMethod = handler
    }

    /// The first words of all patterns that begin with a word.
    package var firstWords: [String] { nodes[0].literals.map { String(decoding: $0.segment, as: UTF8.self) } }

    private mutating func parameterChild(of node: Int) -> Int {
        if let child = nodes[node].parameter { return child }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func literalChild(of node: Int, _ segment: [UInt8]) -> Int {
        if let child = nodes[node].literals.first(where: { $0.segment == segment }) { return child.node }
        nodes.append(Node())
        nodes[node].literals.append((segment, nodes.count - 1))
        return nodes.count - 1
    }

    private func allow(_ methods: [HTTPMethod]) -> String {
        HTTPMethod.allCases.filter { method in
            methods.contains(method) || method == .head && methods.contains(.get)
                || method == .options && automaticOptions
        }.map { "\($0.name)" }.joined(separator: ", ")
    }

    // MARK: Matching

    /// Finds what is at `path` (percent-encoded, beginning with a slash).
    func match(_ method: HTTPMethod, _ path: ArraySlice<UInt8>) -> Match {
        var captures = PathParameters.Captures()
        guard let found = find(0, path.span, 0, &captures) else { return .notFound }
        let node = nodes[found]
        if let entry = node.entries.first(where: { $0.method == method })
            ?? (method == .head ? node.entries.first(where: { $0.method == .get }) : nil)
        {
            return .handler(entry.handler, names: entry.names, captures)
        }
        return method == .options && automaticOptions
            ? .options(allow: node.allow) : .methodNotAllowed(allow: node.allow)
    }

    /// The path of a GET that a visitor most likely meant who typed capital letters, doubled a slash, or put one at the
    /// end: that of a route which begins with a literal.
    ///
    /// - Returns: nil if there is none, or it is the same.
    func intended(_ path: ArraySlice<UInt8>) -> [UInt8]? {
        let segments = path.split(separator: ASCII.slash)
        guard path.first == ASCII.slash, segments.count <= Self.maximumSegments,
            let found = intended(0, segments[...], isFirst: true), !found.elementsEqual(path)
        else { return nil }
        return found
    }

    private static let maximumSegments = 16

    private func intended(_ node: Int, _ segments: ArraySlice<ArraySlice<UInt8>>, isFirst: Bool) -> [UInt8]? {
        guard let segment = segments.first else {
            // The root's own address is an empty literal below the first node.
            let end = isFirst ? nodes[0].literals.first { $0.segment.isEmpty }?.node : node
            guard let end, nodes[end].entries.contains(where: { $0.method == .get }) else { return nil }
            return isFirst ? [ASCII.slash] : []
        }
        for literal in nodes[node].literals
        where literal.segment.count == segment.count && !segment.isEmpty
            && zip(literal.segment, segment).allSatisfy({ ASCII.lowercased($0) == ASCII.lowercased($1) })
        {
            if let rest = intended(literal.node, segments.dropFirst(), isFirst: false) {
                return [ASCII.slash] + literal.segment + rest
            }
        }
        guard !isFirst, let parameter = nodes[node].parameter,
            let decoded = PercentEncoding.decode(segment.span), Self.isParameter(decoded.span),
            let rest = intended(parameter, segments.dropFirst(), isFirst: false)
        else { return nil }
        return [ASCII.slash] + segment + rest
    }

    /// `Allow` for `OPTIONS *`: all methods that any route has.
    var allMethods: String { allow(nodes.flatMap { $0.entries.map(\.method) }) }

    /// The node for what follows `position` (a slash or the end), below `node`. As deep as the deepest pattern.
    private func find(
        _ node: Int, _ path: Span<UInt8>, _ position: Int, _ captures: inout PathParameters.Captures
    ) -> Int? {
        guard position < path.count else { return nodes[node].entries.isEmpty ? nil : node }
        guard path[position] == ASCII.slash else { return nil }
        var end = position + 1
        var isEncoded = false
        while end < path.count, path[end] != ASCII.slash {
            isEncoded = isEncoded || path[end] == ASCII.percent
            end += 1
        }
        let segment = path.extracting((position + 1)..<end)
        if isEncoded {
            guard let decoded = PercentEncoding.decode(segment), Self.isParameter(decoded.span) else { return nil }
            return findParameter(node, path, (position + 1)..<end, &captures)
        }
        return find(node, segment, path, (position + 1)..<end, &captures)
    }

    private func find(
        _ node: Int, _ segment: Span<UInt8>, _ path: Span<UInt8>, _ range: Range<Int>,
        _ captures: inout PathParameters.Captures
    ) -> Int? {
        for literal in nodes[node].literals where Self.isEqual(literal.segment, segment) {
            if let found = find(literal.node, path, range.upperBound, &captures) { return found }
        }
        return Self.isParameter(segment) ? findParameter(node, path, range, &captures) : nil
    }

    private func findParameter(
        _ node: Int, _ path: Span<UInt8>, _ range: Range<Int>, _ captures: inout PathParameters.Captures
    ) -> Int? {
        guard let parameter = nodes[node].parameter else { return nil }
        let mark = captures.count
        captures.append(range)
        if let found = find(parameter, path, range.upperBound, &captures) { return found }
        captures.truncate(to: mark)
        return nil
    }

    private static func isEqual(_ literal: [UInt8], _ segment: Span<UInt8>) -> Bool {
        literal.count == segment.count && literal.withUnsafeBufferPointer { ASCII.equal($0, segment) }
    }

    private static func isParameter(_ segment: Span<UInt8>) -> Bool {
        let dot: UInt8 = 0x2E
        guard segment.count > 0 else { return false }
        if segment[0] == dot, segment.count == 1 || segment.count == 2 && segment[1] == dot { return false }
        for index in segment.indices where segment[index] == ASCII.slash || segment[index] == 0 { return false }
        return true
    }
}

/// The reason why a route cannot be registered: a mistake in the program.
public struct RouteError: Error, CustomStringConvertible {
    /// The pattern and what is wrong with it.
    public let description: String

    init(_ pattern: String, _ reason: String) {
        description = "route \(pattern): \(reason)"
    }
}

/// Answers requests. Runs in the connection's task, on its loop: it must not block the thread.
public protocol HTTPHandler: Sendable {
    /// Answers one request. To answer without reading the body is allowed: the server then takes care that the answer
    /// arrives. The exchange is over when this returns.
    func respond(to exchange: HTTPExchange) async -> ServerResponse
}

/// A handler that is a closure.
private struct ClosureHandler: HTTPHandler {
    let body: @Sendable (HTTPExchange) async -> ServerResponse

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        await body(exchange)
    }
}

/// The values of `{name}` in a route's pattern.
public struct PathParameters: Sendable {
    /// A pattern has at most this many.
    public static let maximum = 4

    /// Their places in a path, without its bytes: so that a match holds no memory of the connection's.
    struct Captures: Sendable {
        private(set) var count = 0
        private var ranges = InlineArray<4, ByteRange>(repeating: .empty)

        subscript(index: Int) -> ByteRange { ranges[index] }

        mutating func append(_ range: Range<Int>) {
            ranges[count] = ByteRange(range.lowerBound, range.upperBound)
            count += 1
        }

        mutating func truncate(to count: Int) { self.count = count }
    }

    let names: [String]
    let captures: Captures
    let path: ArraySlice<UInt8>

    /// The value as it came, nothing decoded: for names that are never written with an escape.
    public func raw(_ name: String) -> ArraySlice<UInt8>? {
        guard let index = names.firstIndex(of: name) else { return nil }
        let range = captures[index].offsets
        return path[(path.startIndex + range.lowerBound)..<(path.startIndex + range.upperBound)]
    }

    /// The value, percent-decoded, or nil if the pattern has no such name. It is never empty, `.` or `..` and holds
    /// no `/` and no NUL; it may be any other bytes.
    public subscript(name: String) -> ArraySlice<UInt8>? {
        guard let raw = raw(name) else { return nil }
        guard raw.contains(ASCII.percent) else { return raw }
        // What does not decode was not matched, so there is always a value here.
        return PercentEncoding.decode(raw.span).map { $0[...] }
    }
}
