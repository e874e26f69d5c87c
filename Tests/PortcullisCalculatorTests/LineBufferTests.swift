import PortcullisCalculator
import Testing

@Suite struct LineBufferTests {
  /// All lines of a text that comes in pieces of one size.
  private func lines(_ text: String, pieces size: Int, bound: Int = 100) -> [LineBuffer.Line] {
    var buffer = LineBuffer(bound: bound)
    var found: [LineBuffer.Line] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { buffer.append($0) }
      while let line = buffer.next() { found.append(line) }
    }
    if let line = buffer.last() { found.append(line) }
    return found
  }

  @Test(arguments: 1...12) func thePiecesDoNotMatter(size: Int) {
    #expect(lines("a\n\nbcd\r\n efg", pieces: size) == ["a", "", "bcd\r", " efg"].map { .whole(Array($0.utf8)) })
    #expect(lines("a\n", pieces: size) == [.whole([0x61])])
    #expect(lines("", pieces: size).isEmpty)
  }

  @Test(arguments: [1, 2, 7, 50]) func aLineBeyondTheBoundIsGoneAndTheNextOnesStay(size: Int) {
    let long = String(repeating: "x", count: 11)
    #expect(lines("a\n\(long)\nb\n\(long)", pieces: size, bound: 10).map { $0 == .tooLong } == [false, true, false, true])
    #expect(lines("\(long.dropLast())\n", pieces: size, bound: 10) == [.whole(Array(long.utf8.dropLast()))])
  }

  @Test func manyLinesAreCutInTimeThatGrowsWithThem() {
    let text = String(repeating: "some line or other\n", count: 100_000)
    #expect(lines(text, pieces: 4096).count == 100_000)
    #expect(lines(String(repeating: "x", count: 4_000_000) + "\n", pieces: 4096, bound: 5_000_000).count == 1)
  }
}
