import PortcullisCore

// What the lesser columns of a scores file may hold. An empty cell, null and an absent value are nothing.

/// A whole number in a range.
func whole(_ value: ScoreValue, _ range: ClosedRange<Int>) throws(ValueProblem) -> Int? {
  switch value {
  case .absent, .null: return nil
  case .cell(let bytes) where bytes.isEmpty: return nil
  case .number(let bytes), .cell(let bytes):
    guard isJSONNumber(bytes) else { break }
    let text = String(decoding: bytes, as: UTF8.self)
    if let number = Int(text) ?? Double(text).flatMap(Int.init(exactly:)), range.contains(number) { return number }
  case .bool, .text, .compound: break
  }
  throw ValueProblem("is \(value.shown); it must be a whole number from \(range.lowerBound) to \(range.upperBound)")
}

/// A time in milliseconds, in whole microseconds.
func milliseconds(_ value: ScoreValue) throws(ValueProblem) -> Int? {
  switch value {
  case .absent, .null: return nil
  case .cell(let bytes) where bytes.isEmpty: return nil
  case .number(let bytes), .cell(let bytes):
    guard isJSONNumber(bytes) else { break }
    if let number = Double(String(decoding: bytes, as: UTF8.self)), number >= 0, number <= 1e12 { return Int((number * 1000).rounded()) }
  case .bool, .text, .compound: break
  }
  throw ValueProblem("is \(value.shown); it must be a number of milliseconds, 0 or more")
}

/// A name of a cluster or slice: text, or a number or `true` as it was written.
func label(_ value: ScoreValue) throws(ValueProblem) -> UnsafeRawBufferPointer? {
  let bytes: UnsafeRawBufferPointer
  switch value {
  case .absent, .null: return nil
  case .bool(let truth):
    let word: StaticString = truth ? "true" : "false"
    return UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
  case .number(let written): bytes = written
  case .text(let written), .cell(let written): bytes = written
  case .compound: throw ValueProblem("is \(value.shown); it must be text")
  }
  if bytes.isEmpty { return nil }
  if !isPlainName(bytes, allowingDots: true), let trouble = problem(inLabel: String(decoding: bytes, as: UTF8.self)) {
    throw ValueProblem("is \(value.shown): \(trouble)")
  }
  return bytes
}

/// Why a text may not name a cluster or slice; nil if it may. As an id's, but `..` is allowed: no file is ever named after it.
func problem(inLabel text: String) -> String? {
  // Each '..' becomes one point, so that nothing else of the rules is lost.
  var bytes: [UInt8] = []
  for byte in text.utf8 where byte != UInt8(ascii: ".") || bytes.last != byte { bytes.append(byte) }
  guard text.utf8.count <= 200 else { return "a name may have at most 200 bytes, this one has \(text.utf8.count)" }
  return problem(inID: String(decoding: bytes, as: UTF8.self)).map { $0.replacing("an id", with: "a name") }
}

/// Why these bytes may not be an id; nil if they may. Agrees with Core's rules, and is fast where nearly all ids are.
func problem(inID bytes: UnsafeRawBufferPointer) -> String? {
  isPlainName(bytes, allowingDots: false) ? nil : problem(inID: String(decoding: bytes, as: UTF8.self))
}

/// 1–200 bytes of printable ASCII without outer blanks, and without two dots in a row unless they are allowed.
private func isPlainName(_ bytes: UnsafeRawBufferPointer, allowingDots: Bool) -> Bool {
  guard (1...200).contains(bytes.count), bytes[0] != 0x20, bytes[bytes.count - 1] != 0x20 else { return false }
  var last: UInt8 = 0
  for byte in bytes {
    if byte &- 0x20 > 0x5E || (byte == UInt8(ascii: ".") && last == byte && !allowingDots) { return false }
    last = byte
  }
  return true
}
