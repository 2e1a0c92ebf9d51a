import Testing

@testable import FedoraMessaging

@Suite struct TOMLLineIndexTests {
    static let text = #"""
        # first = 1
        top = "a # no comment = x" # a comment = y
        dotted.inner . "quoted key" = 3

        [section] # here
        plain = [
          "x = 1", # [not]
          [ 2, { deep = 4 } ],
        ]
        after = { one = 1, two = { three = [3] } }
        multi = """
        fake = 1
        [fake]
        \""" still ""
        """
        literal = '''
        other = 'x'
        '''
        last = 'it''s'
        [ section . sub ]
        key = 1979-05-27T07:32:00Z
        [[list]]
        name = 1
        [[list]]
        name = 2
        "" = 0
        end=true
        """#

    @Test(arguments: [
        (["top"], 2), (["dotted", "inner", "quoted key"], 3), (["dotted"], 3), (["section"], 5),
        (["section", "plain"], 6), (["section", "plain", "deep"], 8), (["section", "after"], 10),
        (["section", "after", "two", "three"], 10), (["section", "multi"], 11), (["section", "literal"], 16),
        (["section", "last"], 19), (["section", "sub"], 20), (["section", "sub", "key"], 21), (["list"], 22),
        (["list", "name"], 23), (["list", "end"], 27), (["section", "unknown"], 5),
    ])
    func `lines`(path: [String], line: Int) {
        #expect(TOMLLineIndex(text: Array(Self.text.utf8)).line(of: path) == line)
    }

    @Test func `what is not there has no line`() {
        let index = TOMLLineIndex(text: Array(Self.text.utf8))
        for path in [["first"], ["fake"], ["other"], []] { #expect(index.line(of: path) == nil) }
    }

    @Test func `any prefix of a text ends the scan`() {
        let bytes = Array(Self.text.utf8)
        for length in 0...bytes.count {
            #expect(TOMLLineIndex(text: Array(bytes[..<length])).line(of: ["nowhere"]) == nil)
        }
    }

    @Test func `nearest names`() {
        let names = ["listen", "linger_timeout", "backlog"]
        #expect(NearestName.of("lsiten", among: names) == "listen")
        #expect(NearestName.of("lingertimeout", among: names) == "linger_timeout")
        #expect(NearestName.of("x", among: []) == nil)
        #expect(NearestName.distance(Array("abcd".utf8), Array("acbd".utf8)) == 1)
        #expect(NearestName.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
        #expect(NearestName.distance([], Array("ab".utf8)) == 2)
    }
}
