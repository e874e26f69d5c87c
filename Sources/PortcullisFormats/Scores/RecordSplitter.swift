import Glibc
import PortcullisCore

/// Hands out the records of a file one after the other, without copying those that lie whole in a piece of it.
struct RecordSplitter {
  private let source: ByteSource
  /// Whether a line feed inside quotes belongs to its record.
  private let hasQuotes: Bool
  private let limit: Int
  /// The begin of a record that goes on in the next line or piece.
  private var carry: [UInt8] = []
  private var line = 1
  private var linesInside = 0
  private var isInQuotes = false

  init(_ source: ByteSource, hasQuotes: Bool, limit: Int = 8 << 20) {
    self.source = source
    self.hasQuotes = hasQuotes
    self.limit = limit
  }

  /// Calls with each record, the number of its first line, and whether a line feed follows it (only the last may have none).
  ///
  /// Where a record's quotes are not in order it is whole up to the next line feed that closes them: whoever reads it refuses it.
  mutating func forEach(_ body: (UnsafeRawBufferPointer, Int, Bool) throws -> Void) throws {
    while let chunk = try source.next() {
      try chunk.withUnsafeBytes { try take($0, body) }
    }
    if !carry.isEmpty { try carry.withUnsafeBytes { try body($0, line, false) } }
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Int, Bool) throws -> Void) throws {
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let length = rest.firstLineFeed
      let piece = UnsafeRawBufferPointer(rebasing: rest[..<(length ?? rest.count)])
      if hasQuotes, piece.holdsOddQuotes { isInQuotes.toggle() }
      start += piece.count + 1
      if length != nil, !isInQuotes {
        try finish(piece, body)
        continue
      }
      guard carry.count + piece.count <= limit else {
        throw Diagnostic(.error, "the record has more than \(limit) bytes", at: Place(file: source.file.shown, line: line))
      }
      carry.append(contentsOf: piece)
      if length != nil {
        carry.append(0x0A)
        linesInside += 1
      }
    }
  }

  private mutating func finish(_ piece: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Int, Bool) throws -> Void) throws {
    if carry.isEmpty {
      try body(piece, line, true)
    } else {
      carry.append(contentsOf: piece)
      try carry.withUnsafeBytes { try body($0, line, true) }
      carry.removeAll(keepingCapacity: true)
    }
    line += 1 + linesInside
    linesInside = 0
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var firstLineFeed: Int? {
    guard let base = baseAddress else { return nil }
    return memchr(base, 0x0A, count).map { UnsafeRawPointer($0) - base }
  }

  fileprivate var holdsOddQuotes: Bool {
    guard let base = baseAddress, memchr(base, 0x22, count) != nil else { return false }
    return reduce(false) { $1 == 0x22 ? !$0 : $0 }
  }
}
