import Foundation
import Testing

@Suite struct ArchitectureTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func sources() throws -> [(file: String, text: String)] {
    let folder = root.appending(path: "Sources").resolvingSymlinksInPath()
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      (path, try String(contentsOf: folder.appending(path: path), encoding: .utf8))
    }
  }

  @Test func everyRoomImportsOnlyWhatTheTableAllows() throws {
    let sources = try Self.sources()
    #expect(sources.count > 100)
    for violation in sources.flatMap({ violations(in: $0.text, file: $0.file) }) { Issue.record("\(violation)") }
  }

  @Test func theManifestNamesNoMoreThanTheTable() throws {
    let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
    let rooms = importTable.keys.filter { $0 != "portcullis" }
    for room in rooms {
      let declaration = try #require(manifest.split(separator: "\n").first { $0.contains("room(\"\(room)\"") }, "\(room) is no target")
      for other in importTable.keys where other != room && declaration.contains("\"\(other)\"") {
        #expect(importTable[room]!.contains(other), "Package.swift lets \(room) depend on \(other), which the table forbids")
      }
    }
  }

  @Test func noFileIsLongerThanItsIdeaNeeds() throws {
    for source in try Self.sources() {
      let lines = source.text.count { $0 == "\n" }
      #expect(lines <= 400, "\(source.file) has \(lines) lines: split off its second idea")
    }
  }

  @Test(arguments: [
    (file: "PortcullisGate/X.swift", text: "import GRDB\n", line: 1, says: "PortcullisGate may not import GRDB; move the code"),
    (file: "PortcullisGate/X.swift", text: "\n@preconcurrency package import Foundation\n", line: 2, says: "keep PortcullisGate pure"),
    (file: "PortcullisChecks/X.swift", text: "let now = ContinuousClock.now\n", line: 1, says: "pass the time in"),
    (file: "PortcullisStatistics/X.swift", text: "let x = Double.random(in: 0..<1)\n", line: 1, says: "pass a seeded generator in"),
    (file: "PortcullisCore/X.swift", text: "func f() async {}\n", line: 1, says: "do it in PortcullisRunner"),
    (file: "PortcullisCore/X.swift", text: "struct S: @unchecked Sendable {}\n", line: 1, says: "use a value type"),
    (file: "PortcullisGate/X.swift", text: "let a = 1\nprint(a)\n", line: 2, says: "let a report print it"),
    (file: "PortcullisRunner/X.swift", text: "import PortcullisStore\n", line: 1, says: "PortcullisRunner may not import PortcullisStore"),
    (file: "Elsewhere/X.swift", text: "", line: 1, says: "not in the import table"),
  ])
  func aPlantedViolationIsNamedWithItsRemedy(_ row: (file: String, text: String, line: Int, says: String)) throws {
    let found = violations(in: row.text, file: row.file)
    let violation = try #require(found.first)
    #expect(found.count == 1)
    #expect(violation.line == row.line)
    #expect("\(violation)".contains(row.says))
  }

  @Test(arguments: [
    "// an async word in a comment\n", "let text = \"print(a) and await\"\n", "import PortcullisCore\n",
    "let x = Double.random(in: 0..<1, using: &seeded)\n",
  ])
  func proseAndAllowedCodeBreakNothing(text: String) {
    #expect(violations(in: text, file: "PortcullisGate/X.swift").isEmpty)
  }
}
