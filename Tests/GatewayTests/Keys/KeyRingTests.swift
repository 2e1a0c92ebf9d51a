import Database
import Testing

@testable import Gateway

@Suite struct KeyRingTests {
    private let place = SealedPlace(column: "token.secret", row: "row-1")

    @Test func `sealed values open in their place only`() throws {
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

    @Test func `former keys still open`() throws {
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

    @Test func `lookup hashes`() throws {
        let keys = try KeyRing(TestStore.key(1))
        #expect(keys.lookupHash([1, 2]) == keys.lookupHash([1, 2]))
        #expect(keys.lookupHash([1, 2]) != keys.lookupHash([1, 3]))
        #expect(try KeyRing(TestStore.key(2)).lookupHash([1, 2]) != keys.lookupHash([1, 2]))
    }

    @Test func `hashes under all keys during a rotation`() throws {
        let old = try KeyRing(TestStore.key(1))
        let new = try KeyRing(TestStore.key(2))
        let both = try KeyRing(TestStore.key(2), former: [TestStore.key(1)])
        #expect(both.lookupHashes([7]) == [new.lookupHash([7]), old.lookupHash([7])])
        #expect(both.keyIDs == [new.keyID, old.keyID])
        #expect(both.cookieKeys == new.cookieKeys + old.cookieKeys)
        #expect(both.lookupHash([7]) == new.lookupHash([7]))
        try both.adopt(old.keyID)
        #expect(both.lookupHash([7]) == old.lookupHash([7]))
        #expect(both.cookieKeys == old.cookieKeys + new.cookieKeys)
        #expect(try both.seal([4], for: place).keyID == old.keyID)
        #expect(throws: KeyRing.Failure.unknownKey(id: "x")) { try both.adopt("x") }
        #expect(both.keyID == old.keyID)
    }
}
