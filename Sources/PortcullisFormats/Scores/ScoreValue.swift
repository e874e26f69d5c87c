import PortcullisCore

/// A value of a row in the bytes it was written with; good only while the row is.
enum ScoreValue {
  case absent
  case null
  case bool(Bool)
  /// By JSON's grammar.
  case number(UnsafeRawBufferPointer)
  case text(UnsafeRawBufferPointer)
  /// Of a table, which has no types.
  case cell(UnsafeRawBufferPointer)
  /// A list or a mapping.
  case compound(StaticString)

  /// As messages quote it.
  var shown: String {
    switch self {
    case .absent: "absent"
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let bytes): String(decoding: bytes, as: UTF8.self)
    case .text(let bytes), .cell(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
    case .compound(let kind): "\(kind)"
    }
  }
}

/// Why a value cannot be what its column is.
struct ValueProblem: Error {
  let message: String
  var help: String?

  init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }
}

/// A score in billionths, or that there is none.
enum ScoreCell: Equatable {
  case missing
  case scored(Int32, isBool: Bool)

  static let one: Int32 = 1_000_000_000

  init(_ value: ScoreValue) throws(ValueProblem) {
    switch value {
    case .absent, .null: self = .missing
    case .bool(let passed): self = .scored(passed ? ScoreCell.one : 0, isBool: true)
    case .number(let bytes): self = .scored(try ScoreCell.billionths(bytes), isBool: false)
    case .text: throw ValueProblem("is \(value.shown); it must be a number or true or false", help: "write it without quotes")
    case .cell(let bytes): self = try ScoreCell(cell: bytes)
    case .compound(let kind):
      throw ValueProblem("is \(kind); it must be a number or true or false", help: "name the column with --columns score=NAME")
    }
  }

  private init(cell bytes: UnsafeRawBufferPointer) throws(ValueProblem) {
    guard let first = bytes.first else {
      self = .missing
      return
    }
    if first &- 0x30 < 10 || first == UInt8(ascii: "-"), isJSONNumber(bytes) {
      self = .scored(try ScoreCell.billionths(bytes), isBool: false)
      return
    }
    // As JSON, Python and spreadsheets spell them.
    let trues: [StaticString] = ["true", "True", "TRUE"], falses: [StaticString] = ["false", "False", "FALSE"]
    if trues.contains(where: { bytes.hasSameBytes(as: $0) }) {
      self = .scored(ScoreCell.one, isBool: true)
    } else if falses.contains(where: { bytes.hasSameBytes(as: $0) }) {
      self = .scored(0, isBool: true)
    } else {
      throw ScoreCell.problem(String(decoding: bytes, as: UTF8.self))
    }
  }

  private static func problem(_ text: String) -> ValueProblem {
    let bare = text.filter { !$0.isWhitespace }
    let help: String? =
      switch bare.lowercased() {
      case "nan", "null", "none", "na", "n/a", "-", "inf", "-inf", "": "leave the cell empty where there is no score"
      case "pass", "passed", "ok", "yes", "success", "fail", "failed", "no", "failure", "error": "write true or false"
      default:
        if bare.utf8.count < text.utf8.count {
          "write it without blanks"
        } else if bare.hasSuffix("%") {
          "write a share, as in 0.85"
        } else if bare.contains(",") {
          "write a decimal point, as in 0.85"
        } else {
          nil
        }
      }
    return ValueProblem("is '\(text)'; it must be a number from 0 to 1, true or false", help: help)
  }

  /// Rounded to the nearest billionth, as `Double` reads the number.
  ///
  /// - Parameter number: By JSON's grammar.
  static func billionths(_ number: UnsafeRawBufferPointer) throws(ValueProblem) -> Int32 {
    if let steps = plainBillionths(number) { return steps }
    let text = String(decoding: number, as: UTF8.self)
    guard let value = Double(text), value >= 0, value <= 1 else {
      let isPercent = Double(text).map { $0 > 1 && $0 <= 100 } ?? false
      throw ValueProblem(
        "is \(text); it must lie from 0 to 1", help: isPercent ? "rescale the scores of both files to 0…1" : nil)
    }
    return Int32((value * Double(ScoreCell.one)).rounded())
  }

  /// The ways almost every score is written; nil where the general way must decide.
  private static func plainBillionths(_ number: UnsafeRawBufferPointer) -> Int32? {
    let first = number[0]
    guard first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
    if number.count == 1 { return first == UInt8(ascii: "0") ? 0 : one }
    guard number.count > 2, number[1] == UInt8(ascii: ".") else { return nil }
    var steps: Int32 = 0, rest = 0, restUnit = 1
    for place in 2..<number.count {
      let digit = number[place] &- 0x30
      guard digit < 10 else { return nil }
      if place < 11 {
        steps = steps * 10 + Int32(digit)
      } else if place < 18 {
        rest = rest * 10 + Int(digit)
        restUnit *= 10
      }
    }
    for _ in number.count..<max(number.count, 11) { steps *= 10 }
    if first == UInt8(ascii: "1") { return steps == 0 && rest == 0 && number.count < 18 ? one : nil }
    guard restUnit > 1 else { return steps }
    // Near one half the double's own rounding decides.
    let double = 2 * rest
    if abs(double - restUnit) * 100_000 <= restUnit { return nil }
    return double > restUnit ? steps + 1 : steps
  }
}

/// Whether a cell is a number by JSON's grammar, finite as a double.
func isJSONNumber(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes.count > 1 else { return bytes.count == 1 && bytes[0] &- 0x30 < 10 }
  if let end = plainNumberEnd(bytes, from: 0) { return end == bytes.count }
  var scanner = JSONScanner(Array(bytes))
  guard (try? scanner.number()) != nil else { return false }
  return scanner.isAtEnd
}

/// Where a number without an exponent that begins here ends; nil where it is none, or so long that its size must be looked at.
func plainNumberEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
  var place = start
  func isDigit(_ place: Int) -> Bool { place < bytes.count && bytes[place] &- 0x30 < 10 }
  if place < bytes.count, bytes[place] == UInt8(ascii: "-") { place += 1 }
  guard isDigit(place), bytes[place] != UInt8(ascii: "0") || !isDigit(place + 1) else { return nil }
  while isDigit(place) { place += 1 }
  if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
    place += 1
    guard isDigit(place) else { return nil }
    while isDigit(place) { place += 1 }
  }
  if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") { return nil }
  return place - start <= 300 ? place : nil
}
