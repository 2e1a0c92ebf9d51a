import Testing

@testable import Gateway

/// Each call of the token service, by each kind of person: what ``Authorization`` decides is what happens, and nothing else.
@Suite struct TokenServiceRightsTests {
    /// A call, and the action that it is.
    private struct Call {
        let action: TokenAction
        let run: @Sendable (TokenService, TokenID, Person?) async throws(TokenServiceError) -> Void

        static let all: [Call] = [
            Call(action: .view) { service, id, person async throws(TokenServiceError) in
                _ = try await service.token(id, by: .person(person))
            },
            Call(action: .view) { service, id, person async throws(TokenServiceError) in
                _ = try await service.details(id, by: .person(person)).deliveries
            },
            Call(action: .view) { service, id, person async throws(TokenServiceError) in
                _ = try await service.details(id, entries: 10, by: .person(person)).history
            },
            Call(action: .listAll) { service, id, person async throws(TokenServiceError) in
                _ = try await service.history(before: nil, limit: 10, by: .person(person))
            },
            Call(action: .listAll) { service, id, person async throws(TokenServiceError) in
                _ = try await service.list(TokenQuery(reach: .all), by: .person(person))
            },
            Call(action: .create) { service, id, person async throws(TokenServiceError) in
                _ = try await service.create(NewToken(service: "github", name: "new"), by: .person(person))
            },
            Call(action: .edit) { service, id, person async throws(TokenServiceError) in
                _ = try await service.edit(id, TokenEdit(name: "other"), by: .person(person))
            },
            Call(action: .rotate) { service, id, person async throws(TokenServiceError) in
                _ = try await service.rotate(id, grace: .zero, secret: "", version: nil, by: .person(person))
            },
            Call(action: .setState) { service, id, person async throws(TokenServiceError) in
                _ = try await service.setState(id, to: .disabled, by: .person(person))
            },
            Call(action: .changeOwners) { service, id, person async throws(TokenServiceError) in
                _ = try await service.addOwner("carol", kind: .user, to: id, by: .person(person))
            },
            Call(action: .changeOwners) { service, id, person async throws(TokenServiceError) in
                try await service.removeOwner("nobody", kind: .user, from: id, by: .person(person))
            },
            Call(action: .sendTest) { service, id, person async throws(TokenServiceError) in
                _ = try await service.sendTest(id, by: .person(person))
            },
            Call(action: .delete) { service, id, person async throws(TokenServiceError) in
                try await service.delete(id, by: .person(person))
            },
        ]
    }

    private static let persons: [Person?] = [
        nil, TestService.alice, TestService.bob, TestService.eve, TestService.admin, TestService.staleAdmin,
    ]

    @Test(arguments: TestDatabases.all) func `calls`(_ kind: TestDatabases) async throws {
        #expect(Set(Call.all.map(\.action)) == Set(TokenAction.allCases))
        try await kind.withStore { test in
            let fixture = TestService(test)
            for call in Call.all {
                for person in Self.persons {
                    let id = try await fixture.token()
                    let before = try await state(test)
                    let owners = try await test.store.find(id)?.owners
                    let error = await outcome(of: call, fixture.service, id, person)
                    switch Authorization.decide(person, call.action, owners: owners, now: TestService.start) {
                    case .allow: #expect(error == nil, "\(call.action) by \(person?.account ?? "nobody")")
                    case .hide: #expect(error == .notFound, "\(call.action) by \(person?.account ?? "nobody")")
                    case .forbid(let denial): #expect(error == .forbidden(denial))
                    }
                    if error != nil { #expect(try await state(test) == before) }
                }
            }
        }
    }

    @Test func `no such token`() async throws {
        let test = try await TestStore()
        let fixture = TestService(test)
        let deleted = try await fixture.token()
        try await fixture.service.delete(deleted, by: .person(TestService.alice))
        let madeUp = try #require(TokenID(String(repeating: "0", count: 26)))
        for call in Call.all where call.action.concernsToken {
            for id in [deleted, madeUp] {
                for person in [TestService.alice, TestService.admin] {
                    #expect(await outcome(of: call, fixture.service, id, person) == .notFound)
                }
                #expect(await outcome(of: call, fixture.service, id, nil) == .forbidden(.loggedOut))
            }
        }
        await test.database.close()
    }

    @Test func `the database is away`() async throws {
        let test = try TestStore(database: UnreachableDatabase())
        let fixture = TestService(test)
        let id = try TokenIDAuthority(test.keys).make()
        for call in Call.all {
            guard case .unavailable = await outcome(of: call, fixture.service, id, TestService.admin) else {
                Issue.record("\(call.action)")
                continue
            }
            // Who is not logged in does not make us ask it.
            #expect(await outcome(of: call, fixture.service, id, nil) == .forbidden(.loggedOut))
        }
    }

    private func outcome(
        of call: Call, _ service: TokenService, _ id: TokenID, _ person: Person?
    ) async -> TokenServiceError? {
        do throws(TokenServiceError) {
            try await call.run(service, id, person)
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
