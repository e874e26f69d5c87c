import PortcullisCore
import Testing

@testable import PortcullisFormats

struct LineReaderTests {
  @Test func anEndlessLineIsRefusedBeforeItIsRead() throws {
    let folder = try TestFolder()
    let path = try folder.write("long", String(repeating: "x", count: 4 << 20))
    let reader = try LineReader(folder.project.file(given: path, limit: .max), limit: 1000)
    #expect(throws: Diagnostic.self) { try reader.next() }
    #expect(reader.source.offset <= 512 << 10)
  }

  @Test func linesKeepTheirNumbersAcrossBlankOnes() throws {
    let folder = try TestFolder()
    let path = try folder.write("lines", "one\n\n \t\r\ntwo\r\nthree")
    let reader = try LineReader(folder.project.file(given: path, limit: .max))
    var found = [String]()
    while let (bytes, line) = try reader.next() { found.append("\(line) \(String(decoding: bytes, as: UTF8.self))") }
    #expect(found == ["1 one", "4 two", "5 three"])
  }
}
