import CLibFuzzer
import FuzzTargets
import Glibc

// fuzz --list                              the targets' names
// fuzz --words TARGET                      libFuzzer's dictionary for a target
// fuzz TARGET [--planted] [ARGUMENT …]     fuzzes it, or runs the files given; arguments are libFuzzer's

/// What libFuzzer's callback calls: it can capture nothing.
nonisolated(unsafe) private var target: FuzzTarget?
nonisolated(unsafe) private var isPlanted = false

private func complain(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

private func fail(_ text: String) -> Never {
    complain(text)
    exit(2)
}

var arguments = CommandLine.arguments
guard arguments.count > 1 else { fail("fuzz: which target? See fuzz --list") }
if arguments[1] == "--list" {
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    exit(0)
}
let name = arguments[1] == "--words" ? arguments.dropFirst(2).first ?? "" : arguments[1]
guard let found = FuzzTarget.all.first(where: { $0.name == name }) else { fail("fuzz: there is no target \(name)") }
if arguments[1] == "--words" {
    print(found.dictionary)
    exit(0)
}
target = found
arguments.remove(at: 1)
if let place = arguments.firstIndex(of: "--planted") {
    arguments.remove(at: place)
    isPlanted = true
}

var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
var count = CInt(arguments.count)
let code = pointers.withUnsafeMutableBufferPointer { buffer in
    var start = buffer.baseAddress
    return LLVMFuzzerRunDriver(&count, &start) { data, size in
        do {
            try target?.run(Array(UnsafeBufferPointer(start: data, count: size)), isPlanted: isPlanted)
        } catch {
            // libFuzzer takes any signal for a finding, and keeps the input.
            complain("finding: \(error)")
            abort()
        }
        return 0
    }
}
exit(code)
