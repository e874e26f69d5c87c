import PortcullisCore

/// An offline request whose two lists of scores were lifted out of its line as plain numbers, a thousand of which would else be a
/// thousand JSON values.
///
/// Lenient in nothing: a list is lifted only where each element is null or a number that is not negative, by JSON's own grammar, and all else
/// goes to the strict reader as it was written. Where anything is unusual there is no `OfflineLine`, and the whole line goes there.
struct OfflineLine {
  /// The request with null in place of each list.
  let object: JSONObject
  let lists: ScoreLists

  init?(_ line: [UInt8]) {
    // Below that a list is soon read, and other requests should not be scanned twice.
    guard line.count > 256 else { return nil }
    var scanner = ListScanner(line)
    guard let (candidate, production) = scanner.lift(), let object = try? JSON(parsing: scanner.rest).object,
      object["op"]?.string == "offline"
    else { return nil }
    self.object = object
    lists = ScoreLists(candidate: candidate, production: production)
  }
}

/// Walks over the members of the line's object.
private struct ListScanner {
  private let bytes: [UInt8]
  private var place = 0
  /// The line with null in place of the lists.
  private(set) var rest: [UInt8] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    rest.reserveCapacity(256)
  }

  mutating func lift() -> (candidate: [Double], production: [Double])? {
    var candidate: [Double]?
    var production: [Double]?
    guard take(UInt8(ascii: "{")) else { return nil }
    repeat {
      guard let name = name(), take(UInt8(ascii: ":")) else { return nil }
      let isCandidate = name.elementsEqual("candidate".utf8)
      if isCandidate || name.elementsEqual("production".utf8) {
        // A second list of one name is an error, which the strict reader words.
        guard isCandidate ? candidate == nil : production == nil, let list = list() else { return nil }
        if isCandidate { candidate = list } else { production = list }
        rest.append(contentsOf: "null".utf8)
      } else {
        guard skipValue() else { return nil }
      }
    } while take(UInt8(ascii: ","))
    guard let candidate, let production else { return nil }
    // Whatever ends the object, or follows it.
    rest.append(contentsOf: bytes[place...])
    return (candidate, production)
  }

  private mutating func skipBlanks() {
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 || bytes[place] == 0x0D { place += 1 }
  }

  /// Takes a byte, after blanks, into the rest.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard place < bytes.count, bytes[place] == byte else { return false }
    rest.append(byte)
    place += 1
    return true
  }

  /// A quoted name without escapes, into the rest too.
  private mutating func name() -> ArraySlice<UInt8>? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = place
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      guard bytes[place] >= 0x20, bytes[place] != UInt8(ascii: "\\") else { return nil }
      place += 1
    }
    let name = bytes[start..<place]
    rest.append(contentsOf: name)
    return take(UInt8(ascii: "\"")) ? name : nil
  }

  /// Copies one value into the rest, unread.
  private mutating func skipValue() -> Bool {
    let start = place
    var depth = 0
    var isInText = false
    while place < bytes.count {
      let byte = bytes[place]
      if isInText {
        if byte == UInt8(ascii: "\\") { place += 1 } else if byte == UInt8(ascii: "\"") { isInText = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInText = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
          if depth == 0 {
            rest.append(contentsOf: bytes[start..<place])
            return true
          }
          depth -= 1
        case UInt8(ascii: ",") where depth == 0:
          rest.append(contentsOf: bytes[start..<place])
          return true
        default: break
        }
      }
      place += 1
    }
    return false
  }

  /// A list of plain decimal numbers and nulls.
  private mutating func list() -> [Double]? {
    skipBlanks()
    guard place < bytes.count, bytes[place] == UInt8(ascii: "[") else { return nil }
    var reader = ElementReader(place: place + 1)
    let values = bytes.withUnsafeBufferPointer { reader.values($0) }
    place = reader.place
    return values
  }
}

/// Reads the elements of a flat list; on the bytes themselves, as this is where the time of a request goes.
private struct ElementReader {
  private(set) var place: Int

  init(place: Int) { self.place = place }

  /// Up to and with the closing bracket; nil where anything is unusual.
  mutating func values(_ bytes: UnsafeBufferPointer<UInt8>) -> [Double]? {
    var values: [Double] = []
    values.reserveCapacity(512)
    skipBlanks(bytes)
    if place < bytes.count, bytes[place] == UInt8(ascii: "]") {
      place += 1
      return values
    }
    while true {
      skipBlanks(bytes)
      guard let value = element(bytes) else { return nil }
      values.append(value)
      skipBlanks(bytes)
      guard place < bytes.count else { return nil }
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "]") { return values }
      guard byte == UInt8(ascii: ","), values.count < Shape.mostElements else { return nil }
    }
  }

  private mutating func skipBlanks(_ bytes: UnsafeBufferPointer<UInt8>) {
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 || bytes[place] == 0x0D { place += 1 }
  }

  /// Null as NaN; else a number that is not negative.
  private mutating func element(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard place < bytes.count else { return nil }
    if bytes[place] == UInt8(ascii: "n") {
      guard bytes[place...].starts(with: "null".utf8) else { return nil }
      place += 4
      return .nan
    }
    let start = place
    var digits: UInt64 = 0
    while place < bytes.count, bytes[place] &- 0x30 < 10, place - start < 20 { take(bytes, into: &digits) }
    let whole = place - start
    guard whole == 1 || whole > 1 && bytes[start] != 0x30 else { return nil }
    var decimals = 0
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      let first = place
      while place < bytes.count, bytes[place] &- 0x30 < 10, place - first < 20 { take(bytes, into: &digits) }
      decimals = place - first
      guard decimals > 0 else { return nil }
    }
    // 19 digits fit a word; a leading 0 is none.
    let isLong = whole + decimals - (bytes[start] == 0x30 ? 1 : 0) > 19
    let hasMore = place < bytes.count && (bytes[place] | 0x20 == UInt8(ascii: "e") || bytes[place] &- 0x30 < 10)
    return isLong || hasMore ? longNumber(bytes, from: start) : decimalFraction(digits, decimals: decimals)
  }

  private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, into digits: inout UInt64) {
    digits = digits &* 10 &+ UInt64(bytes[place] & 15)
    place += 1
  }

  /// A number with more digits or an exponent, by the standard library; what comes before `place` is right by JSON's grammar.
  private mutating func longNumber(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Double? {
    func skipDigits() { while place < bytes.count, bytes[place] &- 0x30 < 10 { place += 1 } }
    skipDigits()
    // Whole digits beyond twenty may be followed by a point; that is for the strict reader.
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") { place += 1 }
      let first = place
      skipDigits()
      guard place > first else { return nil }
    }
    guard let value = Double(String(decoding: bytes[start..<place], as: UTF8.self)), value.isFinite else { return nil }
    return value
  }
}
