import Testing

@testable import Gateway

/// Each call of the desk, by each kind of person: what ``Authorization`` decides is what happens, and nothing else.
@Suite struct TokenDeskRightsTests {
    /// A call, and the action that it is.
    private struct Call {
        let action: TokenAction
        let run: @Sendable (DatabaseTokenDesk, TokenID, Person?) async throws(TokenDeskError) -> Void

        static let all: [Call] = [
            Call(action: .view) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.token(id, by: person)
            },
            Call(action: .view) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.deliveries(id, by: person)
            },
            Call(action: .view) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.history(id, before: nil, limit: 10, by: person)
            },
            Call(action: .listAll) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.history(before: nil, limit: 10, by: person)
            },
            Call(action: .listAll) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.list(TokenQuery(reach: .all), by: person)
            },
            Call(action: .create) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.create(NewToken(service: "github", name: "new"), by: person)
            },
            Call(action: .edit) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.edit(id, TokenEdit(name: "other"), by: person)
            },
            Call(action: .rotate) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.rotate(id, grace: .zero, secret: "", version: nil, by: person)
            },
            Call(action: .setState) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.setState(id, to: .disabled, by: person)
            },
            Call(action: .changeOwners) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.addOwner("carol", kind: .user, to: id, by: person)
            },
            Call(action: .changeOwners) { desk, id, person async throws(TokenDeskError) in
                try await desk.removeOwner("nobody", kind: .user, from: id, by: person)
            },
            Call(action: .sendTest) { desk, id, person async throws(TokenDeskError) in
                _ = try await desk.sendTest(id, by: person)
            },
            Call(action: .delete) { desk, id, person async throws(TokenDeskError) in
                try await desk.delete(id, by: person)
            },
        ]
    }

    private static let persons: [Person?] = [
        nil, TestDesk.alice, TestDesk.bob, TestDesk.eve, TestDesk.admin, TestDesk.staleAdmin,
    ]

    @Test(arguments: TestDatabases.all) func calls(_ kind: TestDatabases) async throws {
        #expect(Set(Call.all.map(\.action)) == Set(TokenAction.allCases))
        try await kind.withStore { test in
            let desk = TestDesk(test)
            for call in Call.all {
                for person in Self.persons {
                    let id = try await desk.token()
                    let before = try await state(test)
                    let owners = try await test.store.find(id)?.owners
                    let error = await outcome(of: call, desk.desk, id, person)
                    switch Authorization.decide(person, call.action, owners: owners, now: TestDesk.start) {
                    case .allow: #expect(error == nil, "\(call.action) by \(person?.account ?? "nobody")")
                    case .hide: #expect(error == .notFound, "\(call.action) by \(person?.account ?? "nobody")")
                    case .forbid(let denial): #expect(error == .forbidden(denial))
                    }
                    if error != nil { #expect(try await state(test) == before) }
                }
            }
        }
    }

    @Test func noSuchToken() async throws {
        let test = try await TestStore()
        let desk = TestDesk(test)
        let deleted = try await desk.token()
        try await desk.desk.delete(deleted, by: TestDesk.alice)
        let madeUp = try #require(TokenID(String(repeating: "0", count: 26)))
        for call in Call.all where call.action.concernsToken {
            for id in [deleted, madeUp] {
                for person in [TestDesk.alice, TestDesk.admin] {
                    #expect(await outcome(of: call, desk.desk, id, person) == .notFound)
                }
                #expect(await outcome(of: call, desk.desk, id, nil) == .forbidden(.loggedOut))
            }
        }
        await test.database.close()
    }

    @Test func theDatabaseIsAway() async throws {
        let test = try TestStore(database: UnreachableDatabase())
        let desk = TestDesk(test)
        let id = try TokenIDAuthority(test.keys).make()
        for call in Call.all {
            guard case .unavailable = await outcome(of: call, desk.desk, id, TestDesk.admin) else {
                Issue.record("\(call.action)")
                continue
            }
            // Who is not logged in does not make us ask it.
            #expect(await outcome(of: call, desk.desk, id, nil) == .forbidden(.loggedOut))
        }
    }

    private func outcome(
        of call: Call, _ desk: DatabaseTokenDesk, _ id: TokenID, _ person: Person?
    ) async -> TokenDeskError? {
        do throws(TokenDeskError) {
            try await call.run(desk, id, person)
            return nil
        } catch {
            return error
        }
    }

    private func state(_ test: TestStore) async throws -> [Int64] {
        var counts: [Int64] = []
        for table in ["token", "token_owner", "token_history"] {
            let rows = try await test.database.query("SELECT COUNT(*) AS n FROM \(table)")
            counts.append(try rows.rows.first?.integer("n") ?? -1)
        }
        let changed = try await test.database.query("SELECT COALESCE(SUM(updated_at), 0) AS n FROM token")
        return counts + [try changed.rows.first?.integer("n") ?? -1]
    }
}
