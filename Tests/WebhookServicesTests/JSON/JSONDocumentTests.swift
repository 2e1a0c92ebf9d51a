import Testing
import WebhookServices

@Suite struct JSONDocumentTests {
    func value(_ path: StaticString, in text: String) throws -> JSONDocument.Value? {
        try JSONParser().withDocument(Array(text.utf8)[...]) { document throws(WebhookError) in document.value(path) }
    }

    @Test func `kinds`() throws {
        let text = """
            {"n":null,"t":true,"i":-7,"u":18446744073709551615,"d":1.5,"s":"a\\u0000\\ud83d\\ude00\\n","a":[1],"o":{}}
            """
        #expect(try value("n", in: text) == .null)
        #expect(try value("t", in: text) == .bool(true))
        #expect(try value("i", in: text) == .integer(-7))
        #expect(try value("u", in: text) == .unsigned(.max))
        #expect(try value("d", in: text) == .double(1.5))
        #expect(try value("s", in: text) == .string("a\0😀\n"))
        #expect(try value("a", in: text) == .array)
        #expect(try value("o", in: text) == .object)
        #expect(try value("x", in: text) == nil)
    }

    /// Half a surrogate pair is no character: a look-up finds the one that stands for what is none.
    @Test func `halves of surrogate pairs`() throws {
        #expect(try value("a", in: #"{"a":"x\ud83dy","b":1}"#) == .string("x\u{fffd}y"))
        #expect(try value("b", in: #"{"a":"x\ud83dy","b":"\ud83d\ude00\udead"}"#) == .string("😀\u{fffd}"))
        #expect(try value("a", in: #"{"a\ud83d":2,"a":1}"#) == .integer(1))
    }

    @Test func `typed look ups`() throws {
        let text = #"{"s":"x","i":7,"b":false,"n":null,"u":18446744073709551615,"e":""}"#
        try JSONParser().withDocument(Array(text.utf8)[...]) { document throws(WebhookError) in
            #expect(document.string("s") == "x")
            #expect(document.string("e") == "")
            #expect(document.string("i") == nil && document.string("n") == nil)
            #expect(document.integer("i") == 7)
            #expect(document.integer("s") == nil && document.integer("u") == nil)
            #expect(document.bool("b") == false)
            #expect(document.bool("i") == nil)
            #expect(document.contains("n") && !document.contains("x"))
        }
    }

    @Test func `paths`() throws {
        let text = #"{"a":{"b":{"c":"deep"},"":{"":"empty"}},"a.b":"dotted","l":[{"c":1}]}"#
        #expect(try value("a.b.c", in: text) == .string("deep"))
        #expect(try value("a.b", in: text) == .object)
        #expect(try value("a..", in: text) == .string("empty"))
        #expect(try value("a.b.c.d", in: text) == nil)
        #expect(try value("l.c", in: text) == nil)
        #expect(try value("l.0", in: text) == nil)
        #expect(try value("", in: text) == nil)
        #expect(try value("A.b.c", in: text) == nil)
    }

    @Test func `the last of duplicates counts`() throws {
        #expect(try value("a", in: #"{"a":1,"b":0,"a":2}"#) == .integer(2))
        #expect(try value("a.b", in: #"{"a":{"b":1},"a":{"b":2,"b":3}}"#) == .integer(3))
        #expect(try value("a.b", in: #"{"a":{"b":1},"a":{"c":2}}"#) == nil)
        #expect(try value("a.b", in: #"{"a":{"b":1},"a":null}"#) == nil)
        #expect(try value("sender", in: #"{"sender":1,"s\u0065nder":2}"#) == .integer(2))
    }

    @Test func `keys are compared by bytes`() throws {
        // One character in two spellings is two keys, as it is to Python.
        #expect(try value("é", in: "{\"e\u{301}\":1}") == nil)
        #expect(try value("é", in: "{\"\u{e9}\":1}") == .integer(1))
        #expect(try value("é", in: #"{"\u00e9":1}"#) == .integer(1))
    }
}
