import Glibc
import PortcullisCore

/// The lines of a file, split on LF alone, one at a time; a final CR is dropped.
final class LineReader {
  let source: ByteSource
  private var buffer: [UInt8] = []
  private var start = 0
  private var line = 0
  private var isAtEnd = false
  private let limit: Int

  /// - Parameter limit: Bytes of one line; a longer one is refused.
  init(_ file: RegularFile, limit: Int = 8 << 20) {
    source = ByteSource(file)
    self.limit = limit
  }

  /// The next line that holds more than blanks, with its number; nil at the end.
  func next() throws(Diagnostic) -> (bytes: [UInt8], line: Int)? {
    while let bytes = try nextLine() {
      line += 1
      if bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) { return (bytes, line) }
    }
    return nil
  }

  private func nextLine() throws(Diagnostic) -> [UInt8]? {
    var scanned = start
    while true {
      if let end = indexOfLineFeed(from: scanned) {
        defer { start = end + 1 }
        return try taken(start..<end)
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return try taken(start..<buffer.count)
      }
      guard buffer.count - start <= limit else { throw tooLong() }
      scanned = buffer.count - start
      buffer.removeSubrange(..<start)
      start = 0
      if let more = try source.next() { buffer += more } else { isAtEnd = true }
    }
  }

  private func indexOfLineFeed(from place: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard place < bytes.count, let base = bytes.baseAddress else { return nil }
      return memchr(base + place, 0x0A, bytes.count - place).map { UnsafeRawPointer($0) - base }
    }
  }

  private func taken(_ range: Range<Int>) throws(Diagnostic) -> [UInt8] {
    guard range.count <= limit else { throw tooLong() }
    let hasReturn = !range.isEmpty && buffer[range.upperBound - 1] == 0x0D
    return Array(buffer[range.lowerBound..<range.upperBound - (hasReturn ? 1 : 0)])
  }

  private func tooLong() -> Diagnostic {
    Diagnostic(.error, "the line has more than \(limit) bytes", at: Place(file: source.file.shown, line: line + 1))
  }
}
