import Glibc
import PortcullisCore

/// The lines of a file or stream, split on LF alone, one at a time; a final CR is dropped.
final class LineReader {
  let source: any ByteSupply
  private var buffer: [UInt8] = []
  private var start = 0
  private var line = 0
  private var isAtEnd = false
  /// The rest of a line that was too long is being passed over.
  private var isSkipping = false
  private let limit: Int
  /// Whether the line handed out last was the end of the input and no line feed followed it: it may be half of a line.
  private(set) var isLastUnfinished = false

  /// - Parameter limit: Bytes of one line; a longer one is refused, and may be passed over by asking for the next.
  init(_ source: any ByteSupply, limit: Int = 8 << 20) {
    self.source = source
    self.limit = limit
  }

  convenience init(_ file: RegularFile, limit: Int = 8 << 20) { self.init(ByteSource(file), limit: limit) }

  /// The next line that holds more than blanks, with its number; nil at the end.
  func next() throws(Diagnostic) -> (bytes: [UInt8], line: Int)? {
    while let bytes = try nextLine() {
      line += 1
      if bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) { return (bytes, line) }
    }
    return nil
  }

  /// Whether another line is there without waiting for more bytes.
  var holdsWholeLine: Bool { !isSkipping && indexOfLineFeed(from: start) != nil }

  private func nextLine() throws(Diagnostic) -> [UInt8]? {
    if isSkipping { try skipLine() }
    var scanned = start
    while true {
      if let end = indexOfLineFeed(from: scanned) {
        defer { start = end + 1 }
        return try taken(start..<end)
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        isLastUnfinished = true
        return try taken(start..<buffer.count)
      }
      guard buffer.count - start <= limit else { throw tooLong() }
      scanned = buffer.count - start
      try readMore()
    }
  }

  private func readMore() throws(Diagnostic) {
    buffer.removeSubrange(..<start)
    start = 0
    if let more = try source.next() { buffer += more } else { isAtEnd = true }
  }

  /// Passes over what is left of a line that was refused.
  private func skipLine() throws(Diagnostic) {
    while true {
      if let end = indexOfLineFeed(from: start) {
        start = end + 1
        break
      }
      start = buffer.count
      if isAtEnd { break }
      try readMore()
    }
    line += 1
    isSkipping = false
  }

  private func indexOfLineFeed(from place: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard place < bytes.count, let base = bytes.baseAddress else { return nil }
      return memchr(base + place, 0x0A, bytes.count - place).map { UnsafeRawPointer($0) - base }
    }
  }

  private func taken(_ range: Range<Int>) throws(Diagnostic) -> [UInt8] {
    guard range.count <= limit else { throw tooLong(isWhole: true) }
    let hasReturn = !range.isEmpty && buffer[range.upperBound - 1] == 0x0D
    return Array(buffer[range.lowerBound..<range.upperBound - (hasReturn ? 1 : 0)])
  }

  /// - Parameter isWhole: Whether its end has been found, so that nothing of it is left to pass over.
  private func tooLong(isWhole: Bool = false) -> Diagnostic {
    let number = line + 1
    if isWhole { line = number } else { isSkipping = true }
    return Diagnostic(.error, "the line has more than \(limit) bytes", at: Place(file: source.shown, line: number))
  }
}
