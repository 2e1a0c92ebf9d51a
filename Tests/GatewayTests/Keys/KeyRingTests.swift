import Database
import Testing

@testable import Gateway

@Suite struct KeyRingTests {
    private let place = SealedPlace(column: "token.secret", row: "row-1")

    @Test func sealedValuesOpenInTheirPlaceOnly() throws {
        let keys = try KeyRing(TestStore.key())
        let sealed = try keys.seal([1, 2, 3], for: place)
        #expect(sealed.keyID == keys.keyID)
        #expect(try keys.open(sealed, for: place) == [1, 2, 3])
        for elsewhere in [
            SealedPlace(column: "token.previous_secret", row: "row-1"),
            SealedPlace(column: "token.secret", row: "row-2"),
        ] {
            #expect(throws: KeyRing.Failure.notAuthentic(column: elsewhere.column)) {
                try keys.open(sealed, for: elsewhere)
            }
        }
        let renamed = SealedValue(keyID: keys.keyID, bytes: sealed.bytes + [0])
        #expect(throws: KeyRing.Failure.notAuthentic(column: place.column)) { try keys.open(renamed, for: place) }
        let cut = SealedValue(keyID: keys.keyID, bytes: [])
        #expect(throws: KeyRing.Failure.notAuthentic(column: place.column)) { try keys.open(cut, for: place) }
    }

    @Test func formerKeysStillOpen() throws {
        let old = try KeyRing(TestStore.key(1))
        let sealed = try old.seal([1, 2, 3], for: place)
        let new = try KeyRing(TestStore.key(2))
        #expect(throws: KeyRing.Failure.unknownKey(id: old.keyID)) { try new.open(sealed, for: place) }
        let both = try KeyRing(TestStore.key(2), former: [TestStore.key(1)])
        #expect(try both.open(sealed, for: place) == [1, 2, 3])
        #expect(try both.seal([4], for: place).keyID == new.keyID)
        // The key's id is authenticated, too.
        let relabelled = SealedValue(keyID: both.keyID, bytes: sealed.bytes)
        #expect(throws: KeyRing.Failure.notAuthentic(column: place.column)) { try both.open(relabelled, for: place) }
    }

    @Test func lookupHashes() throws {
        let keys = try KeyRing(TestStore.key(1))
        #expect(keys.lookupHash([1, 2]) == keys.lookupHash([1, 2]))
        #expect(keys.lookupHash([1, 2]) != keys.lookupHash([1, 3]))
        #expect(try KeyRing(TestStore.key(2)).lookupHash([1, 2]) != keys.lookupHash([1, 2]))
    }

    @Test func theFirstKeyBecomesTheDatabasesOwn() async throws {
        let database = try await TestStore.database()
        let keys = try KeyRing(TestStore.key(1))
        #expect(try await RootKeyCheck.storedKeyID(in: database) == nil)
        try await RootKeyCheck.verify(keys, in: database)
        #expect(try await RootKeyCheck.storedKeyID(in: database) == keys.keyID)
        try await RootKeyCheck.verify(keys, in: database)

        let other = try KeyRing(TestStore.key(2))
        await #expect(throws: RootKeyError.wrongKey(expected: keys.keyID, found: other.keyID)) {
            try await RootKeyCheck.verify(other, in: database)
        }
        #expect(try await RootKeyCheck.storedKeyID(in: database) == keys.keyID)
        try await RootKeyCheck.verify(keys, in: database)
    }

    @Test func theCheckValueCountsToo() async throws {
        let database = try await TestStore.database()
        let keys = try KeyRing(TestStore.key(1))
        try await RootKeyCheck.verify(keys, in: database)
        try await database.query("UPDATE root_key SET check_value = $1", [.blob([UInt8](repeating: 0, count: 32))])
        await #expect(throws: RootKeyError.self) { try await RootKeyCheck.verify(keys, in: database) }
    }

    @Test func twoFirstKeysAtOnce() async throws {
        let database = try await TestStore.database()
        let rings = try (1...8).map { try KeyRing(TestStore.key($0)) }
        let accepted = await withTaskGroup(of: String?.self) { group in
            for keys in rings {
                group.addTask { (try? await RootKeyCheck.verify(keys, in: database)) == nil ? nil : keys.keyID }
            }
            return await group.reduce(into: [String]()) { if let id = $1 { $0.append(id) } }
        }
        #expect(accepted.count == 1)
        #expect(try await RootKeyCheck.storedKeyID(in: database) == accepted.first)
    }
}
