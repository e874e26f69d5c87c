import PortcullisCore

extension CheckKind {
  package static let numeric = CheckKind(
    name: "numeric",
    summary: "a number in the answer has the wanted value",
    details: """
      The number is the last one in the answer or, with a `pattern`, capture group 1 of the pattern's last match. \
      Commas in it and a full stop after it are dropped: "1,234.50." is 1234.5. No number is a fail.

      Decimals are compared exactly, as written: 34.7 is 34.70. With a `tolerance` the difference may be that much, and no more.
      """,
    usage: "numeric: NUMBER | {pattern, value, tolerance}",
    arguments: [
      CheckArgumentDoc("value", "number", fallback: "the case's `expected`", "what the number must be"),
      CheckArgumentDoc(
        "pattern", "regular expression", fallback: "the last number of the answer", "where it stands; group 1 is the number"),
      CheckArgumentDoc("tolerance", "number", fallback: "0", "how far it may be off, in units of the value (not a share)"),
    ],
    examples: [
      CheckExample(#"{"numeric": 1234.5}"#, "First 12, then 1,234.50.", gives: .pass, "the last number"),
      CheckExample(#"{"numeric": {"value": 0.4, "tolerance": 0.3}}"#, "about 0.1", gives: .pass),
      CheckExample(#"{"numeric": {"pattern": "A: *([-0-9.,]+)"}}"#, expected: #""18""#, "9 * 2 = 18\nA: 18.", gives: .pass),
      CheckExample(#"{"numeric": {"pattern": "A: *([-0-9.,]+)"}}"#, expected: "18", "A: 18\nA: 19", gives: .fail, "the last match counts"),
      CheckExample(#""numeric""#, expected: "18", "eighteen", gives: .fail, "no number"),
      CheckExample(#"{"numeric": {"pattern": "A: *[0-9]+"}}"#, expected: "18", "A: 18", gives: .refused, "the pattern has no group"),
    ]
  ) { reader, cache in
    var fields = JSONObject()
    if let argument = reader.argument {
      if argument.object != nil {
        guard let given = reader.fields(["pattern", "value", "tolerance"]) else { return nil }
        fields = given
      } else {
        fields["value"] = argument
      }
    }
    guard let written = fields["value"] ?? reader.expected, !written.isNull else {
      reader.refuse("'numeric' needs a number", help: "write numeric: {value: NUMBER}, or give the case an 'expected'")
      return nil
    }
    guard let value = number(written) else {
      reader.refuse("'numeric' needs a number, not \(described(written))")
      return nil
    }
    var tolerance = exactZero
    if let given = fields["tolerance"] {
      guard let read = number(given), given.double ?? -1 >= 0 else {
        reader.refuse("'tolerance' is \(described(given)); it must be a number of 0 or more")
        return nil
      }
      tolerance = read
    }
    var pattern: Pattern?
    if let given = fields["pattern"] {
      guard let text = reader.text(given, of: "'pattern'"), let compiled = reader.pattern(text, &cache) else { return nil }
      guard compiled.groups >= 1 else {
        reader.refuse(
          "the pattern \(quoted(text)) has no group, so it names no number", help: "put the number in brackets, as in 'A: *([-0-9.,]+)'")
        return nil
      }
      pattern = compiled
    }
    let wanted = written.string.map { quoted($0, limit: 40) } ?? described(written)
    return .pure(
      PureCheck { [tolerance, pattern] reading in
        let found: Substring?
        switch pattern?.search(reading.text, last: true) {
        case .cutOff: return .unknown("the search for the number was cut off: the pattern backtracks too much on this answer")
        case .noMatch, .match(_, group: nil): found = nil
        case .match(_, let group?): found = slice(reading.text, group)
        case nil: found = lastNumber(in: reading.text)
        }
        guard let found, let given = number(in: found) else {
          return .lacks(
            "wanted \(wanted), found no number in \(quoted(reading.text))\(found.map { " (only \(quoted(String($0), limit: 20)))" } ?? "")")
        }
        return given.isNear(value, within: tolerance)
          ? .holds("the number is \(quoted(String(found), limit: 40))")
          : .lacks("wanted \(wanted), got \(quoted(String(found), limit: 40))")
      })
  }
}

private let exactZero = Decimal("0")!  // a number

/// A number as users write it in files: a JSON number, or text such as "1,234".
private func number(_ value: JSON) -> Decimal? {
  switch value {
  case .number(let number): Decimal(number.text)
  case .string(let text): number(in: text[...])
  case .null, .bool, .array, .object: nil
  }
}

/// The number of a captured text: commas and one full stop at the end are dropped.
private func number(in text: Substring) -> Decimal? {
  var digits = String(trimmed(String(text)).map { $0 == minus ? "-" : $0 })
  digits.removeAll { $0 == "," }
  if digits.hasSuffix(".") { digits.removeLast() }
  return Decimal(digits)
}

/// The minus sign of typography.
private let minus: Character = "\u{2212}"
private let minusBytes = Array("\u{2212}".utf8)

/// The last number that stands in the text, with its sign, commas and exponent.
private func lastNumber(in text: String) -> Substring? {
  var text = text
  let place = text.withUTF8 { lastNumber(in: $0[...]) }
  return place.map { slice(text, $0) }
}

private func lastNumber(in bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Range<Int>? {
  func isDigit(_ place: Int) -> Bool { bytes.indices.contains(place) && 0x30...0x39 ~= bytes[place] }
  func isMark(_ place: Int, _ mark: Unicode.Scalar) -> Bool { bytes.indices.contains(place) && bytes[place] == UInt8(ascii: mark) }
  guard let last = bytes.lastIndex(where: { 0x30...0x39 ~= $0 }) else { return nil }
  var begin = last
  while isDigit(begin - 1) || isMark(begin - 1, ".") || isMark(begin - 1, ",") { begin -= 1 }
  // From left to right within the run: "05.07.2026" ends with the number 2026, not with 07.2026.
  var place = begin, start = last, end = last + 1, isPlain = true
  while place <= last {
    let isFraction = isMark(place, ".") && isDigit(place + 1) && place == begin && startsNumber(at: place, in: bytes)
    guard isDigit(place) || isFraction else {
      place += 1
      continue
    }
    start = place
    while isDigit(place) || (isMark(place, ",") && isDigit(place + 1)) { place += 1 }
    if isMark(place, "."), isDigit(place + 1) {
      place += 1
      while isDigit(place) { place += 1 }
    }
    end = place
    isPlain = bytes[start..<end].allSatisfy { 0x30...0x39 ~= $0 }
  }
  guard start == begin else { return start..<end }
  if isPlain, end - start <= 4 {
    let mark = isMark(start - 1, "-") || isMark(start - 1, "+") ? start - 2 : start - 1
    if isMark(mark, "e") || isMark(mark, "E"), isDigit(mark - 1), let mantissa = lastNumber(in: bytes[..<mark]) {
      return mantissa.lowerBound..<end
    }
  }
  if isMark(start - 1, "-"), startsNumber(at: start - 1, in: bytes) { return start - 1..<end }
  let typographic = start - 3
  if typographic >= bytes.startIndex, bytes[typographic..<start].elementsEqual(minusBytes), startsNumber(at: typographic, in: bytes) {
    return typographic..<end
  }
  return start..<end
}

/// Whether a sign or point at `place` begins a number, rather than joining it to a word or number before.
private func startsNumber(at place: Int, in bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
  guard place > bytes.startIndex else { return true }
  switch bytes[place - 1] {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: ")"), UInt8(ascii: "_"): return false
  default: return true
  }
}

private func slice(_ text: String, _ range: Range<Int>) -> Substring {
  let start = text.utf8.index(text.utf8.startIndex, offsetBy: range.lowerBound)
  return text[start..<text.utf8.index(start, offsetBy: range.count)]
}
