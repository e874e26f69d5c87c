import Glibc
import PortcullisCore
import Testing

@testable import PortcullisFormats

struct CaseStreamTests {
  @Test(arguments: ["cases.jsonl", "cases.csv", "cases.yaml"])
  func casesComeInFileOrderAsOftenAsWanted(_ file: String) throws {
    let ids = ["c", "a", "b"]
    let folder = try TestFolder()
    switch file {
    case "cases.csv": try folder.write("set/" + file, "id,input,check.is-json\n" + ids.map { "\($0),q,true\n" }.joined())
    case "cases.yaml": try folder.write("set/" + file, ids.map { goodYAML.replacing("id: a", with: "id: \($0)") }.joined())
    default: try folder.write("set/" + file, ids.map { goodLine.replacing(#""a""#, with: #""\#($0)""#) + "\n" }.joined())
    }
    let evalset = try folder.load()
    for _ in 0..<2 { #expect(try cases(of: evalset).map(\.id.text) == ids) }
  }

  @Test func streamsDoNotDisturbEachOther() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.jsonl", (0..<5).map { goodLine.replacing(#""a""#, with: #""c\#($0)""#) + "\n" }.joined())
    let evalset = try folder.load()
    let first = evalset.makeStream(), second = evalset.makeStream()
    _ = try first.next()
    #expect(try second.next()?.id.text == "c0")
    #expect(try first.next()?.id.text == "c1")
  }

  @Test func aFileWrittenToBetweenThePassesIsRefused() throws {
    let folder = try TestFolder()
    let path = try folder.write("set/cases.jsonl", goodLine + "\n")
    let evalset = try folder.load()
    let descriptor = open(path, O_WRONLY | O_APPEND)
    let more = Array(goodLine.replacing(#""a""#, with: #""b""#).utf8)
    #expect(write(descriptor, more, more.count) == more.count)
    close(descriptor)
    let stream = evalset.makeStream()
    // At once, not after cases were handed out: a run must not begin on them.
    let said = try folder.problems { _ = try stream.next() }
    #expect(said.map(firstLine) == ["set/cases.jsonl: error: the file changed while it was being read"])
  }

  // The clock of the file system is put back, so that only the content tells.
  @Test func aChangeThatLeavesSizeAndTimeIsRefusedAtTheEnd() throws {
    let folder = try TestFolder()
    let path = try folder.write("set/cases.jsonl", goodLine + "\n")
    let evalset = try folder.load()
    var before = stat()
    #expect(stat(path, &before) == 0)
    try folder.write("set/cases.jsonl", goodLine.replacing(#""q""#, with: #""r""#) + "\n")
    let times = [before.st_atim, before.st_mtim]
    #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
    let said = try folder.problems { _ = try cases(of: evalset) }
    #expect(said.map(firstLine) == ["set/cases.jsonl: error: the file changed while it was being read"])
  }

  @Test func aReplacedFileDoesNotTouchWhatWasLoaded() throws {
    let folder = try TestFolder()
    let path = try folder.write("set/cases.jsonl", goodLine + "\n")
    let evalset = try folder.load()
    unlink(path)
    try folder.write("set/cases.jsonl", "nonsense")
    #expect(try cases(of: evalset).map(\.id.text) == ["a"])
  }

  @Test func recordsAcrossPiecesOfTheFileAreWhole() throws {
    let folder = try TestFolder()
    let words = (0..<40).map { index in String(repeating: "\(index % 10)", count: 30_011) }
    try folder.write(
      "line/cases.jsonl",
      words.enumerated().map { #"{"id":"c\#($0.offset)","input":"\#($0.element)","checks":["is-json"]}"# }.joined(separator: "\n"))
    try folder.write(
      "table/cases.csv", "id,input,check.is-json\n" + words.enumerated().map { "c\($0.offset),\"\($0.element)\",true\n" }.joined())
    for set in ["line", "table"] {
      #expect(try cases(of: folder.load(set)).map(\.input) == words.map { .messages([Message(role: .user, content: $0)]) }, "\(set)")
    }
  }
}

struct CaseIndexTests {
  private func entries(_ ids: [String], capacity: Int) throws -> [(id: String, line: Int)] {
    var index = CaseIndex(capacity: capacity)
    for (line, id) in ids.enumerated() {
      let id = try #require(CaseID(id))
      try index.add(id, Digest(of: id.text), source: 258, line: line + 1)
    }
    #expect(index.count == ids.count)
    var out = [(id: String, line: Int)]()
    try index.forEach { entry in
      #expect(entry.source == 258)
      #expect(Array(entry.digest) == Digest(of: String(decoding: entry.id, as: UTF8.self)).bytes)
      out.append((String(decoding: entry.id, as: UTF8.self), entry.line))
    }
    return out
  }

  @Test(arguments: [1, 2, 7, 100, 1_000_000])
  func theOrderIsThatOfTheIDsHoweverMuchIsSpilt(_ capacity: Int) throws {
    var ids = (0..<500).map { "case-\($0 * 7919 % 500)" } + ["é", "z", "a", String(repeating: "x", count: 200)]
    ids.append(ids[3])
    let found = try entries(ids, capacity: capacity)
    let wanted = ids.enumerated().sorted { left, right in
      left.element == right.element
        ? left.offset < right.offset : Array(left.element.utf8).lexicographicallyPrecedes(Array(right.element.utf8))
    }
    #expect(found.map(\.id) == wanted.map(\.element))
    #expect(found.map(\.line) == wanted.map { $0.offset + 1 })
  }

  @Test func noMoreThanTheCapacityStaysInMemory() throws {
    var index = CaseIndex(capacity: 100)
    for number in 0..<10_000 {
      let id = try #require(CaseID("case-\(number)"))
      try index.add(id, Digest(of: ""), source: 0, line: number)
      #expect(index.held <= 100)
    }
    var count = 0
    try index.forEach { _ in count += 1 }
    #expect(count == 10_000)
  }
}
