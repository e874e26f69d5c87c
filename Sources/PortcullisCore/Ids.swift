@_spi(_Unicode) import Swift  // String._nfc: the standard library's own normaliser; Core may not import Foundation for one

/// The name of a case, unique in its evalset by bytes.
package struct CaseID: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let text: String

  /// nil where `text` breaks the rules of ids; `problem(inID:)` says which.
  package init?(_ text: String) {
    guard problem(inID: text) == nil else { return nil }
    self.text = text
  }

  package var description: String { text }

  package static func == (left: CaseID, right: CaseID) -> Bool { sameBytes(left.text, right.text) }

  /// By bytes, so that every machine sorts alike.
  package static func < (left: CaseID, right: CaseID) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

/// The name of a run: 12 lower-case hexadecimal digits; people name it by any unique prefix.
package struct RunID: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  package init?(_ text: String) {
    guard text.utf8.count == 12, text.utf8.allSatisfy({ hexDigit($0) != nil && !(0x41...0x46 ~= $0) }) else { return nil }
    self.text = text
  }

  /// From at least 6 random bytes, handed in by the caller.
  package init(random bytes: [UInt8]) {
    precondition(bytes.count >= 6)
    text = String(decoding: bytes.prefix(6).flatMap { [hexDigits[Int($0 >> 4)], hexDigits[Int($0 & 15)]] }, as: UTF8.self)
  }

  package var description: String { text }
}

/// Why a text may not be an id, or nil if it may. formats.md: 1–200 bytes, printable, no outer blanks, no `..`, NFC.
package func problem(inID text: String) -> String? {
  guard !text.isEmpty else { return "an id may not be empty" }
  guard text.utf8.count <= 200 else { return "an id may have at most 200 bytes, this one has \(text.utf8.count)" }
  if text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) { return holdsTwoDots(text) ? "an id may not contain '..'" : nil }
  guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return nil }
  if first.properties.isWhitespace || last.properties.isWhitespace { return "an id may not begin or end with a blank" }
  if holdsTwoDots(text) { return "an id may not contain '..'" }
  for scalar in text.unicodeScalars {
    if isHostile(scalar) { return "an id may not contain the invisible character \(codePoint(scalar))" }
    switch scalar.properties.generalCategory {
    case .unassigned, .surrogate, .privateUse: return "an id may hold printable characters only"
    default: break
    }
  }
  if !text.unicodeScalars.elementsEqual(text._nfc) { return "an id must be in Unicode's composed form (NFC)" }
  return nil
}

private func holdsTwoDots(_ text: String) -> Bool {
  var last: UInt8 = 0
  for byte in text.utf8 {
    if byte == UInt8(ascii: "."), last == byte { return true }
    last = byte
  }
  return false
}

/// As Unicode writes it, `U+202E`: at least four digits.
private func codePoint(_ scalar: Unicode.Scalar) -> String {
  let digits = String(scalar.value, radix: 16, uppercase: true)
  return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
