import Testing

@testable import HTTPServer

@Suite struct RouterTests {
    private struct Named: HTTPHandler {
        let name: String
        func respond(to exchange: HTTPExchange) async -> ServerResponse { .text(.ok, name) }
    }

    private func router() throws -> Router {
        var router = Router()
        try router.on(.get, "/", Named(name: "root"))
        try router.on(.get, "/healthz", Named(name: "health"))
        try router.on(.post, "/{service}/{id}", Named(name: "hook"))
        try router.on(.get, "/{service}", Named(name: "service"))
        try router.on(.get, "/api/v1/things/", Named(name: "things"))
        try router.on(.delete, "/api/v1/things/{uuid}", Named(name: "thing"))
        return router
    }

    /// The handler's name with its parameters, or what else comes out.
    private func outcome(_ method: HTTPMethod, _ path: String) throws -> String {
        let bytes = Array(path.utf8)[...]
        switch try router().match(method, bytes) {
        case .notFound: return "404"
        case .methodNotAllowed(let allow): return "405 \(allow)"
        case .options(let allow): return "204 \(allow)"
        case .handler(let handler, let names, let captures):
            let parameters = PathParameters(names: names, captures: captures, path: bytes)
            let values = names.map { name in "\(name)=\(parameters[name].map { latin1($0) } ?? "nil")" }
            return ([(handler as? Named)?.name ?? "?"] + values).joined(separator: " ")
        }
    }

    @Test(arguments: [
        ("/", "root"), ("/healthz", "health"), ("/github", "service service=github"),
        // A proxy that keeps people from /healthz keeps them from all that is taken for it.
        ("/%68ealthz", "service service=healthz"), ("/api/%761/things/", "404"), ("/%2f", "404"), ("/%", "404"),
        ("/api/v1/things/", "things"), ("/api", "service service=api"), ("/api/v1/things", "404"), ("", "404"),
        ("/healthz/", "404"), ("//", "404"), ("/a/../healthz", "404"), ("/..", "404"), ("/.", "404"),
        ("/%2e%2E", "404"), ("/...", "service service=..."), ("/.well", "service service=.well"),
        ("/a%2Fb", "404"), ("/a%00b", "404"), ("/a%zz", "404"), ("/a%2", "404"), ("/%", "404"),
        ("/a%20b", "service service=a b"), ("/a%252f", "service service=a%2f"),
    ])
    func `get`(_ path: String, _ expected: String) throws {
        #expect(try outcome(.get, path) == expected)
    }

    @Test(arguments: [
        ("/HealthZ", "/healthz"), ("/healthz/", "/healthz"), ("//healthz", "/healthz"), ("/API/V1//Things/ab", nil),
        ("/login//Callback/", "/login/callback"), ("/Tokens/Ab%20c//History", "/tokens/Ab%20c/history"), ("//", "/"),
        ("/tokens/Ab", nil), ("/healthz", nil), ("/", nil), ("", nil), ("/GitHub", nil), ("//evil.example.org", nil),
        ("//evil.example.org//healthz", nil), ("/tokens/..", nil), ("/Tokens/%2e%2e/History", nil), ("/%68ealthz", nil),
        (String(repeating: "/", count: 8000), "/"), (String(repeating: "/a", count: 4000), nil),
    ])
    func `what a visitor meant`(_ path: String, _ expected: String?) throws {
        var router = try router()
        try router.on(.get, "/login/callback", Named(name: "callback"))
        try router.on(.get, "/tokens/{id}/history", Named(name: "history"))
        try router.on(.get, "/tokens/{id}", Named(name: "token"))
        #expect(router.intended(Array(path.utf8)[...]).map { latin1($0[...]) } == expected)
    }

    @Test func `methods`() throws {
        #expect(try outcome(.post, "/github/abc") == "hook service=github id=abc")
        #expect(try outcome(.post, "/healthz/abc") == "hook service=healthz id=abc")
        #expect(try outcome(.get, "/github/abc") == "405 POST, OPTIONS")
        #expect(try outcome(.other, "/github/abc") == "405 POST, OPTIONS")
        #expect(try outcome(.head, "/healthz") == "health")
        #expect(try outcome(.post, "/healthz") == "405 GET, HEAD, OPTIONS")
        #expect(try outcome(.options, "/github/abc") == "204 POST, OPTIONS")
        #expect(try outcome(.options, "/no/such/thing") == "404")
        #expect(try outcome(.delete, "/api/v1/things/%31") == "thing uuid=1")
        #expect(try router().allMethods == "GET, HEAD, POST, DELETE, OPTIONS")
    }

    @Test func `without automatic options`() throws {
        var router = Router(automaticOptions: false)
        try router.on(.get, "/a", Named(name: "a"))
        guard case .methodNotAllowed(let allow) = router.match(.options, Array("/a".utf8)[...]) else {
            Issue.record("OPTIONS was answered")
            return
        }
        #expect(allow == "GET, HEAD")
    }

    @Test(arguments: ["a", "/{a}/{a}", "/{}", "/a{b}", "/{a", "/%20", "/{a}/{b}/{c}/{d}/{e}"])
    func `malformed patterns are refused`(_ pattern: String) {
        var router = Router()
        #expect(throws: RouteError.self) { try router.on(.get, pattern, Named(name: "x")) }
    }

    @Test func `a route is taken once`() throws {
        var router = Router()
        try router.on(.get, "/{a}", Named(name: "x"))
        try router.on(.post, "/{b}", Named(name: "x"))
        #expect(throws: RouteError.self) { try router.on(.get, "/{c}", Named(name: "x")) }
        #expect(throws: RouteError.self) { try router.on(.other, "/x", Named(name: "x")) }
    }
}
