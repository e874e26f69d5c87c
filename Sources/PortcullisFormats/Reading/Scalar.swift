package import PortcullisCore

/// A single value as written. Only plain ones (YAML without quotes, JSON's literals) may be a number, `true` or `null`.
package struct Scalar: Sendable {
  package enum Style: Sendable {
    case plain
    /// Quoted or a block: text, whatever it looks like.
    case quoted
    /// A cell of a table, which has no types: text where text is wanted, a number where a number is.
    case cell
  }

  package enum Resolved: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case text
  }

  package let text: String
  package let style: Style

  package init(_ text: String, _ style: Style) {
    self.text = text
    self.style = style
  }

  /// By JSON's grammar and words alone: `no`, `0o14`, `1_000`, `.nan` and `12:30` are text.
  package var resolved: Resolved { style == .plain ? Scalar.resolve(text) : .text }

  /// As `resolved`, but a cell counts as plain: for fields that want a number or a yes.
  package var resolvedOrCell: Resolved { style == .quoted ? .text : Scalar.resolve(text) }

  package var shown: String {
    switch resolved {
    case .null: "null"
    case .bool, .number, .text: "'\(text.count > 60 ? String(text.prefix(60)) + "…" : text)'"
    }
  }

  private static func resolve(_ text: String) -> Resolved {
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "n"), UInt8(ascii: "~"): return text == "null" || text == "~" ? .null : .text
    case UInt8(ascii: "t"): return text == "true" ? .bool(true) : .text
    case UInt8(ascii: "f"): return text == "false" ? .bool(false) : .text
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      var scanner = JSONScanner(Array(text.utf8))
      guard let number = try? scanner.number(), scanner.isAtEnd else { return .text }
      return .number(number)
    default: return .text
    }
  }

  /// What another YAML reader would make of a plain scalar that is taken as text here; nil where all agree.
  package var surpriseAsText: String? {
    guard style == .plain, let first = text.utf8.first else { return nil }
    switch text.lowercased() {
    case "yes", "no", "on", "off", "y", "n", "true", "false", "null": return "a yes-or-no word"
    case ".nan", ".inf", "-.inf", "+.inf": return "a number"
    default: break
    }
    guard first.isDigit || first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return nil }
    guard case .text = resolved else { return nil }
    let body = text.utf8.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    guard !body.isEmpty else { return nil }
    let parts = body.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    if parts.count > 1 {
      return parts.allSatisfy { (1...2).contains($0.count) && $0.allSatisfy(\.isDigit) } ? "a count of seconds" : nil
    }
    if body.first == UInt8(ascii: "0"), body.dropFirst().allSatisfy(\.isDigit) { return "an octal number" }
    if body.starts(with: "0o".utf8) || body.starts(with: "0x".utf8) {
      return body.dropFirst(2).allSatisfy({ hexDigit($0) != nil }) && body.count > 2 ? "a number" : nil
    }
    if body.contains(UInt8(ascii: "_")) {
      return body.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "_") }) ? "a number" : nil
    }
    return text.utf8.first == UInt8(ascii: "+") && plainNumber(text.dropFirst()) != nil ? "a number" : nil
  }

  /// Whether a plain number's spelling says more than its value, as in `1.10`.
  package var isNumberThatLosesDigits: Bool {
    guard style == .plain, text.utf8.contains(UInt8(ascii: ".")), text.utf8.last == UInt8(ascii: "0") else { return false }
    if case .number = resolved { return !text.hasSuffix(".0") }
    return false
  }
}

extension UInt8 {
  var isDigit: Bool { 0x30...0x39 ~= self }
}
