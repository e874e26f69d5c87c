import PortcullisCore
import Testing

@testable import PortcullisFormats

struct CSVRecordTests {
  /// All records of a table by the scores reader; nil where one is refused.
  private func fast(_ path: String, _ folder: TestFolder) throws -> [[String]]? {
    var splitter = try RecordSplitter(ByteSource(folder.project.file(given: path, limit: .max)), hasQuotes: true)
    var record = CSVRecord()
    var rows = [[String]]()
    do {
      try splitter.forEach { bytes, _, isEnded in
        try record.read(bytes, isEnded: isEnded)
        if record.cells.count == 1, record.cells[0].isEmpty { return }
        rows.append(record.withCells(of: bytes) { buffer in record.cells.map { String(decoding: buffer[$0], as: UTF8.self) } })
      }
    } catch { return nil }
    return rows
  }

  private func strict(_ path: String, _ folder: TestFolder) throws -> [[String]]? {
    let reader = try CSVReader(folder.project.file(given: path, limit: .max))
    var rows = [[String]]()
    do { while let cells = try reader.next() { rows.append(cells.map(\.text)) } } catch { return nil }
    return rows
  }

  @Test(arguments: 0..<150)
  func tablesAreReadAndRefusedAsByTheStrictReader(seed: UInt64) throws {
    var draws = Draws(seed)
    let folder = try TestFolder()
    let cells = ["a", "", "0.5", "\"x,y\"", "\"two\nlines\"", "\"a \"\"b\"\"\"", "é", "\"\"", " ", "true"]
    var (taken, refused) = (0, 0)
    for _ in 0..<20 {
      let rows = (0..<1 + draws.below(5)).map { _ in (0..<1 + draws.below(4)).map { _ in draws.one(of: cells) }.joined(separator: ",") }
      let text = rows.joined(separator: draws.one(of: ["\n", "\r\n"])) + draws.one(of: ["", "\n", "\r\n", "\r"])
      let path = try folder.write("t.csv", draws.mutated(Array(text.utf8), alphabet: "\",\n\r a1"))
      let (ours, theirs) = (try fast(path, folder), try strict(path, folder))
      #expect(ours == theirs, "\(String(reflecting: text))")
      if theirs == nil { refused += 1 } else { taken += 1 }
    }
    #expect(taken > 0 && refused + taken == 20)
  }

  @Test func aRecordMayBeginInOnePieceOfTheFileAndEndInTheNext() throws {
    let folder = try TestFolder()
    // Pieces are 256 KB: the quoted cell spans two of their ends.
    let long = String(repeating: "x\n", count: 300_000)
    let path = try folder.write("t.csv", "id,score\na,\"\(long)\"\nb,1\n")
    #expect(try fast(path, folder) == [["id", "score"], ["a", long], ["b", "1"]])
  }
}
