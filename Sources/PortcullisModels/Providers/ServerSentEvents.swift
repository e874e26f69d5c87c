/// The events of a `text/event-stream` body, by the WHATWG's rules: lines end in CR LF, LF or CR; a byte-order mark at the start is
/// skipped; comments are left out; several `data` lines are joined by LF; an event that no blank line ends is none.
///
/// One exception: `data: [DONE]` as the very last line needs no blank line after it, since nothing can have been lost behind it.
struct ServerSentEvents: Sequence, IteratorProtocol {
  struct Event: Equatable {
    /// The `event` field; empty for none.
    var name: [UInt8]
    var data: [UInt8]
    /// Bytes of the body up to the end of the event.
    var end: Int
  }

  static let done = Array("[DONE]".utf8)

  private let bytes: [UInt8]
  private var offset: Int

  init(_ body: [UInt8]) {
    bytes = body
    offset = body.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func next() -> Event? {
    var event = Event(name: [], data: [], end: 0)
    var hasData = false
    while let line = nextLine() {
      if line.isEmpty {
        if hasData { return finished(event) }
        event.name = []
        continue
      }
      let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")) ?? line.upperBound
      var value = Swift.min(colon + 1, line.upperBound)..<line.upperBound
      if let first = value.first, bytes[first] == UInt8(ascii: " ") { value = (first + 1)..<value.upperBound }
      if isField("data", line.lowerBound..<colon) {
        if hasData { event.data.append(UInt8(ascii: "\n")) }
        event.data.append(contentsOf: bytes[value])
        hasData = true
      } else if isField("event", line.lowerBound..<colon) {
        event.name = Array(bytes[value])
      }
    }
    return event.data == Self.done ? finished(event) : nil
  }

  private func finished(_ event: Event) -> Event { Event(name: event.name, data: event.data, end: offset) }

  private func isField(_ name: StaticString, _ field: Range<Int>) -> Bool {
    field.count == name.utf8CodeUnitCount && bytes[field].elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: field.count))
  }

  /// The next line without its end; the rest of the body counts as one where it has no end.
  private mutating func nextLine() -> Range<Int>? {
    guard offset < bytes.count else { return nil }
    let start = offset
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\n") { return start..<(offset - 1) }
      if byte == UInt8(ascii: "\r") {
        let end = offset - 1
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "\n") { offset += 1 }
        return start..<end
      }
    }
    return start..<offset
  }
}
