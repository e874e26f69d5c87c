import PortcullisCore
import PortcullisFormats
import Testing

/// Every row of reliability.md §12 about files of cases: refused at the named place, nothing else said, nothing loaded.
struct BadInputTests {
  @Test(arguments: badYAML) func badYAMLIsRefusedWithItsPlace(_ row: BadFile) throws { try expect(row, in: "set/cases.yaml") }

  @Test(arguments: badLines) func badJSONLinesAreRefusedWithTheirPlace(_ row: BadFile) throws { try expect(row, in: "set/cases.jsonl") }

  @Test(arguments: badTables) func badTablesAreRefusedWithTheirPlace(_ row: BadFile) throws { try expect(row, in: "set/cases.csv") }

  private func expect(_ row: BadFile, in file: String) throws {
    let folder = try TestFolder()
    try folder.write(file, row.bytes)
    let said = try folder.problems { _ = try folder.load() }
    #expect(said.map(firstLine) == row.says.map { "set/" + $0 })
  }

  @Test func aLineBeyondEightMegabytesIsRefused() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.jsonl", goodLine + "\n{\"id\":\"b\",\"input\":\"" + String(repeating: "x", count: 9 << 20) + "\"}")
    let said = try folder.problems { _ = try folder.load() }
    #expect(said == ["set/cases.jsonl:2: error: the line has more than 8388608 bytes"])
  }

  @Test func valuesOtherReadersTakeForSomethingElseAreWarnedAbout() throws {
    let folder = try TestFolder()
    try folder.write(
      "set/cases.yaml",
      "- id: a\n  input: no\n  expected: 1.10\n  checks: [equals]\n- id: b\n  input: 0777\n  expected: 12:30:45\n  checks: [equals]\n")
    let evalset = try folder.load()
    #expect(
      evalset.warnings.map(folder.shown).map(firstLine) == [
        "set/cases.yaml:2:10: warning: 'no' is text here, but a yes-or-no word to other YAML readers",
        "set/cases.yaml:3:13: warning: '1.10' is the number 1.1 here",
        "set/cases.yaml:6:10: warning: '0777' is text here, but an octal number to other YAML readers",
        "set/cases.yaml:7:13: warning: '12:30:45' is text here, but a count of seconds to other YAML readers",
      ])
    #expect(try cases(of: evalset).map(\.expected) == [.number(JSONNumber(1.1)), .string("12:30:45")])
  }

  @Test func aNearWordIsSuggested() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", "- id: a\n  inptu: q\n  checks: [contians: x]\n")
    let said = try folder.problems { _ = try folder.load() }
    #expect(said.contains { $0.hasSuffix("help: did you mean 'input'?") })
    #expect(said.contains { $0.hasSuffix("help: did you mean 'contains'?") })
  }

  @Test(arguments: [
    ("contains", "write 'contains: TEXT'"), ("is-json", "it takes no argument: write '- is-json'"),
    ("equals", "write 'equals: TEXT | NUMBER | JSON', or the bare name: '- equals'"),
  ])
  func aCheckOfNullIsToldHowItIsWritten(_ row: (kind: String, help: String)) throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", "- id: a\n  input: q\n  expected: x\n  checks: [\(row.kind): null]\n")
    let said = try folder.problems { _ = try folder.load() }
    let column = 14 + row.kind.utf8.count
    #expect(said == ["set/cases.yaml:4:\(column): error: '\(row.kind)' is null\n  help: \(row.help)"])
  }

  @Test func problemsOfOneCaseComeInTheOrderOfItsLines() throws {
    let folder = try TestFolder()
    try folder.write(
      "set/cases.yaml", "- id: a\n  severity: x\n  repeats: 0\n  checks: [nope: 1]\n  expected: null\n  input: 3\n- id: b\n  input: 4\n")
    let said = try folder.problems { _ = try folder.load() }
    #expect(
      said.map(firstLine) == [
        "set/cases.yaml:2:13: error: 'severity' is 'x', which is unknown",
        "set/cases.yaml:3:12: error: 'repeats' is 0; it must be from 1 to 1000",
        "set/cases.yaml:4:12: error: unknown check 'nope'",
        "set/cases.yaml:5:13: error: 'expected' is null",
        "set/cases.yaml:6:10: error: 'input' is 3; it must be text",
        "set/cases.yaml:8:10: error: 'input' is 4; it must be text",
      ])
  }

  @Test func aLongWordIsCut() throws {
    let folder = try TestFolder()
    try folder.write(
      "set/cases.yaml", goodYAML + "  \(String(repeating: "k", count: 900)): 1\n  cluster: {\(String(repeating: "é", count: 300)): 1}\n")
    let said = try folder.problems { _ = try folder.load() }
    #expect(said.first.map(firstLine) == "set/cases.yaml:4:3: error: unknown key '\(String(repeating: "k", count: 200))…' in a case")
  }

  @Test func manyProblemsAreCappedAndCounted() throws {
    let folder = try TestFolder()
    let lines = (0..<1500).map { "{\"id\":\"c\($0)\",\"input\":\"q\",\"repeats\":0,\"checks\":[\"is-json\"]}" }
    try folder.write("set/cases.jsonl", lines.joined(separator: "\n"))
    let said = try folder.problems { _ = try folder.load() }
    #expect(said.count == 51)
    #expect(said.last == "error: and 1450 more errors")
  }

  @Test func oneMisnamedFieldIsOneProblem() throws {
    let folder = try TestFolder()
    let lines = (0..<7).map { "{\"id\":\"c\($0)\",\"input\":\"q\",\"anser\":1,\"checks\":[\"is-json\"]}" }
    try folder.write("set/cases.jsonl", lines.joined(separator: "\n"))
    let said = try folder.problems { _ = try folder.load() }
    #expect(said.map(firstLine) == ["set/cases.jsonl:1:24: error: unknown key 'anser' in a case (and 6 more like it)"])
  }
}

func firstLine(_ text: String) -> String { String(text.prefix { $0 != "\n" }) }
