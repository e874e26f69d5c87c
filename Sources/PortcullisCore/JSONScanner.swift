/// Why a text is no JSON, and where.
package struct JSONError: Error, Hashable, CustomStringConvertible {
  /// Bytes before the place; a caller that knows the text turns it into line and column (`Place`).
  package let offset: Int
  package let message: String

  package var description: String { "\(message) (at byte \(offset))" }
}

/// Bounds beyond which a document is refused; reliability.md §11.
package struct JSONLimits: Sendable {
  package var depth = 128
  package var stringBytes = 8 << 20

  package init() {}
}

/// A cursor over JSON text that reads one token at a time, strictly by RFC 8259: no trailing commas, comments, duplicate
/// names, lone surrogates, NaN or numbers too large for a double. Shares the array it is given.
package struct JSONScanner: Sendable {
  package private(set) var offset = 0
  private let bytes: [UInt8]
  private let limits: JSONLimits
  package init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) {
    self.bytes = bytes
    self.limits = limits
  }

  package var isAtEnd: Bool { offset >= bytes.count }

  package func failure(_ message: String, at place: Int? = nil) -> JSONError {
    JSONError(offset: place ?? offset, message: message)
  }
  package mutating func skipBlanks() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x0A, 0x0D, 0x09: offset += 1
      default: return
      }
    }
  }

  /// The next byte after blanks, without taking it; nil at the end.
  package mutating func peek() -> UInt8? {
    skipBlanks()
    return offset < bytes.count ? bytes[offset] : nil
  }

  /// Takes `byte` if it is next (after blanks).
  package mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }
  package mutating func literal(_ word: StaticString) throws(JSONError) {
    let start = offset
    for index in 0..<word.utf8CodeUnitCount {
      guard offset < bytes.count, bytes[offset] == word.utf8Start[index] else { throw failure("unknown word", at: start) }
      offset += 1
    }
  }

  /// The text of a number, its grammar and range checked.
  package mutating func number() throws(JSONError) -> JSONNumber {
    let start = offset
    func isDigit(_ place: Int) -> Bool { place < bytes.count && bytes[place] &- 0x30 < 10 }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    guard isDigit(offset) else { throw failure("a value was expected here", at: start) }
    if bytes[offset] == UInt8(ascii: "0"), isDigit(offset + 1) { throw failure("a number may not begin with 0", at: start) }
    var isWhole = true
    while isDigit(offset) { offset += 1 }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      isWhole = false
      offset += 1
      guard isDigit(offset) else { throw failure("a digit was expected after the point") }
      while isDigit(offset) { offset += 1 }
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      offset += 1
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") { offset += 1 }
      guard isDigit(offset) else { throw failure("a digit was expected in the exponent") }
      while isDigit(offset) { offset += 1 }
    }
    let text = text(from: start, to: offset)
    if !isWhole || text.utf8.count > 300, !(Double(text)?.isFinite ?? false) {
      throw failure("the number \(text.prefix(40)) is too large", at: start)
    }
    return JSONNumber(checked: text)
  }

  /// A quoted text, unescaped. The fast way copies runs of plain bytes.
  package mutating func string() throws(JSONError) -> String {
    let open = offset
    offset += 1
    let start = offset
    var seen: UInt8 = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      seen |= byte
      if byte == UInt8(ascii: "\"") {
        guard offset - start <= limits.stringBytes else { throw failure("a text of more than \(limits.stringBytes) bytes", at: open) }
        let value = try checkedText(from: start, to: offset, isASCII: seen < 0x80)
        offset += 1
        return value
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(openedAt: open, start: start) }
      if byte < 0x20 { throw failure("a control character inside a text must be escaped") }
      offset += 1
    }
    throw failure("the quote opened here is never closed", at: open)
  }
  private mutating func escapedString(openedAt open: Int, start: Int) throws(JSONError) -> String {
    var out = [UInt8]()
    out.reserveCapacity(offset - start + 64)
    out.append(contentsOf: bytes[start..<offset])
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        guard out.count <= limits.stringBytes else { throw failure("a text of more than \(limits.stringBytes) bytes", at: open) }
        guard let text = String(validating: out, as: UTF8.self) else { throw failure("invalid UTF-8 in a text", at: open) }
        return text
      }
      if byte < 0x20 { throw failure("a control character inside a text must be escaped") }
      offset += 1
      guard byte == UInt8(ascii: "\\") else {
        out.append(byte)
        continue
      }
      guard offset < bytes.count else { break }
      let escape = bytes[offset]
      offset += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
      case UInt8(ascii: "b"): out.append(0x08)
      case UInt8(ascii: "f"): out.append(0x0C)
      case UInt8(ascii: "n"): out.append(0x0A)
      case UInt8(ascii: "r"): out.append(0x0D)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "u"):
        let place = offset - 2
        var unit = try hex4()
        if unit & 0xFC00 == 0xD800 {
          guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u") else {
            throw failure("half of a surrogate pair", at: place)
          }
          offset += 2
          let low = try hex4()
          guard low & 0xFC00 == 0xDC00 else { throw failure("half of a surrogate pair", at: place) }
          unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
        }
        guard let scalar = Unicode.Scalar(unit) else { throw failure("half of a surrogate pair", at: place) }
        out.append(contentsOf: UTF8.encode(scalar)!)  // every scalar has a UTF-8 form
      default: throw failure("unknown escape '\\\(Character(Unicode.Scalar(escape)))'", at: offset - 2)
      }
    }
    throw failure("the quote opened here is never closed", at: open)
  }
  private mutating func hex4() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.count, let digit = hexDigit(bytes[offset]) else { throw failure("four hexadecimal digits were expected") }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  /// - Parameter isASCII: Known from the scan: then there is nothing to validate, and the text is made in one copy.
  private func checkedText(from start: Int, to end: Int, isASCII: Bool) throws(JSONError) -> String {
    if isASCII { return text(from: start, to: end) }
    guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
      throw failure("invalid UTF-8 in a text", at: start)
    }
    return text
  }

  private func text(from start: Int, to end: Int) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[start..<end]), as: UTF8.self) }
  }
}

/// The value of one hexadecimal digit in ASCII.
package func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
