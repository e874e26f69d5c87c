import PortcullisCore

/// Reads one line that is a flat JSON object in plain ASCII, as nearly every row is: names and values in one pass, nothing copied.
///
/// What it accepts `JSONScanner` accepts with the same meaning; whatever is unusual (escapes, other characters, nesting, exponents,
/// a name given twice, anything wrong) it leaves to that one.
struct FlatObject {
  struct Member {
    let name: UnsafeRawBufferPointer
    let value: ScoreValue
  }

  /// Of the line read last; good only while its bytes are.
  private(set) var members: [Member] = []
  private static let most = 24

  init() { members.reserveCapacity(FlatObject.most) }

  /// Whether the line is such an object.
  mutating func read(_ line: UnsafeRawBufferPointer) -> Bool {
    members.removeAll(keepingCapacity: true)
    var place = 0
    func skipBlanks() {
      while place < line.count, line[place] == 0x20 || line[place] == 0x09 || line[place] == 0x0D { place += 1 }
    }
    func take(_ byte: UInt8) -> Bool {
      skipBlanks()
      guard place < line.count, line[place] == byte else { return false }
      place += 1
      return true
    }
    guard take(UInt8(ascii: "{")) else { return false }
    if take(UInt8(ascii: "}")) {
      skipBlanks()
      return place == line.count
    }
    while true {
      guard take(UInt8(ascii: "\"")), let name = FlatObject.plainText(line, &place), isNew(name), take(UInt8(ascii: ":")) else {
        return false
      }
      skipBlanks()
      guard members.count < FlatObject.most, let value = FlatObject.value(line, &place) else { return false }
      members.append(Member(name: name, value: value))
      if take(UInt8(ascii: "}")) {
        skipBlanks()
        return place == line.count
      }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private func isNew(_ name: UnsafeRawBufferPointer) -> Bool {
    for member in members where member.name.hasSameBytes(as: name) { return false }
    return true
  }

  private static func value(_ line: UnsafeRawBufferPointer, _ place: inout Int) -> ScoreValue? {
    guard place < line.count else { return nil }
    switch line[place] {
    case UInt8(ascii: "\""):
      place += 1
      return plainText(line, &place).map(ScoreValue.text)
    case UInt8(ascii: "t"): return literal("true", line, &place) ? .bool(true) : nil
    case UInt8(ascii: "f"): return literal("false", line, &place) ? .bool(false) : nil
    case UInt8(ascii: "n"): return literal("null", line, &place) ? .null : nil
    default:
      guard let end = plainNumberEnd(line, from: place) else { return nil }
      defer { place = end }
      return .number(UnsafeRawBufferPointer(rebasing: line[place..<end]))
    }
  }

  /// Takes a text of printable ASCII without escapes and the quote after it.
  private static func plainText(_ line: UnsafeRawBufferPointer, _ place: inout Int) -> UnsafeRawBufferPointer? {
    let start = place
    while place < line.count {
      let byte = line[place]
      if byte == UInt8(ascii: "\"") {
        place += 1
        return UnsafeRawBufferPointer(rebasing: line[start..<place - 1])
      }
      guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") else { return nil }
      place += 1
    }
    return nil
  }

  private static func literal(_ word: StaticString, _ line: UnsafeRawBufferPointer, _ place: inout Int) -> Bool {
    let end = place + word.utf8CodeUnitCount
    guard end <= line.count, UnsafeRawBufferPointer(rebasing: line[place..<end]).hasSameBytes(as: word) else { return false }
    place = end
    return true
  }
}
