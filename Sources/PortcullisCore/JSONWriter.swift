extension JSON {
  /// The canonical form of RFC 8785: one spelling for one value, the input of every digest.
  ///
  /// Integers beyond 2⁵³ are written as the double they round to, as the RFC demands.
  package var canonicalBytes: [UInt8] {
    var out = [UInt8]()
    out.reserveCapacity(512)
    write(to: &out, canonical: true)
    return out
  }

  /// One line, members in their own order, numbers as written.
  package var compactBytes: [UInt8] {
    var out = [UInt8]()
    write(to: &out, canonical: false)
    return out
  }

  package var compactText: String { String(decoding: compactBytes, as: UTF8.self) }

  /// Two-space indent, one member a line, for people; ends without a newline.
  package var prettyText: String {
    var out = [UInt8]()
    writePretty(to: &out, indent: 0)
    return String(decoding: out, as: UTF8.self)
  }

  private func write(to out: inout [UInt8], canonical: Bool) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let number): out.append(contentsOf: (canonical ? canonicalNumber(number.double) : number.text).utf8)
    case .string(let text): writeJSONString(text, to: &out)
    case .array(let values):
      out.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        value.write(to: &out, canonical: canonical)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let object):
      let members = canonical ? object.sortedMembers : object.members
      out.append(UInt8(ascii: "{"))
      for index in members.indices {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        writeJSONString(members[index].name, to: &out)
        out.append(UInt8(ascii: ":"))
        members[index].value.write(to: &out, canonical: canonical)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  private func writePretty(to out: inout [UInt8], indent: Int) {
    func newLine(_ level: Int) {
      out.append(UInt8(ascii: "\n"))
      out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }
    switch self {
    case .array(let values) where !values.isEmpty:
      out.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        newLine(indent + 1)
        value.writePretty(to: &out, indent: indent + 1)
      }
      newLine(indent)
      out.append(UInt8(ascii: "]"))
    case .object(let object) where !object.members.isEmpty:
      out.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        newLine(indent + 1)
        writeJSONString(member.name, to: &out)
        out.append(contentsOf: ": ".utf8)
        member.value.writePretty(to: &out, indent: indent + 1)
      }
      newLine(indent)
      out.append(UInt8(ascii: "}"))
    case .null, .bool, .number, .string, .array, .object: write(to: &out, canonical: false)
    }
  }
}

extension JSONObject {
  /// RFC 8785 §3.2.3: by UTF-16 code units.
  fileprivate var sortedMembers: [Member] {
    guard members.count > 1 else { return members }
    // Of ASCII texts Swift's own order is that of their bytes.
    if members.allSatisfy({ $0.name.utf8.allSatisfy { $0 < 0x80 } }) {
      let isSorted = zip(members, members.dropFirst()).allSatisfy { $0.name < $1.name }
      return isSorted ? members : members.sorted { $0.name < $1.name }
    }
    return members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
  }
}

/// Appends a quoted JSON string with the shortest escapes (RFC 8785 §3.2.2.2).
package func writeJSONString(_ text: String, to out: inout [UInt8]) {
  out.append(UInt8(ascii: "\""))
  var text = text
  text.withUTF8 { bytes in
    var start = 0
    for place in bytes.indices {
      let byte = bytes[place]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
      out.append(contentsOf: bytes[start..<place])
      start = place + 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      case 0x08: out.append(contentsOf: "\\b".utf8)
      case 0x09: out.append(contentsOf: "\\t".utf8)
      case 0x0A: out.append(contentsOf: "\\n".utf8)
      case 0x0C: out.append(contentsOf: "\\f".utf8)
      case 0x0D: out.append(contentsOf: "\\r".utf8)
      default:
        out.append(contentsOf: "\\u00".utf8)
        out.append(hexDigits[Int(byte >> 4)])
        out.append(hexDigits[Int(byte & 15)])
      }
    }
    out.append(contentsOf: bytes[start...])
  }
  out.append(UInt8(ascii: "\""))
}

let hexDigits = Array("0123456789abcdef".utf8)

/// The number as ECMAScript prints it (RFC 8785 §3.2.2.3), from the shortest digits that read back as the same double.
///
/// - Precondition: `value` is finite.
package func canonicalNumber(_ value: Double) -> String {
  if value == 0 { return "0" }
  if abs(value) < 1e15, value == value.rounded() { return String(Int(value)) }
  let (digits, exponent) = shortestDigits(abs(value))
  let count = digits.utf8.count
  var out = value < 0 ? "-" : ""
  if exponent >= count && exponent <= 21 {
    out += digits + String(repeating: "0", count: exponent - count)
  } else if exponent > 0 && exponent <= 21 {
    out += digits.prefix(exponent) + "." + digits.dropFirst(exponent)
  } else if exponent > -6 && exponent <= 0 {
    out += "0." + String(repeating: "0", count: -exponent) + digits
  } else {
    out += digits.prefix(1) + (count > 1 ? "." + digits.dropFirst() : "")
    out += "e" + (exponent > 0 ? "+" : "-") + String(abs(exponent - 1))
  }
  return out
}

/// Digits d₁d₂… and the exponent n of 0.d₁d₂… × 10ⁿ.
private func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
  var mantissa = Substring(value.description)
  var exponent = 0
  if let mark = mantissa.firstIndex(of: "e") {
    exponent = Int(mantissa[mantissa.index(after: mark)...]) ?? 0
    mantissa = mantissa[..<mark]
  }
  let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
  let whole = parts[0]
  let fraction = parts.count > 1 ? parts[1] : ""
  exponent += whole.count
  var digits = String(whole + fraction)
  let zeros = digits.prefix { $0 == "0" }.count
  digits.removeFirst(zeros)
  exponent -= zeros
  while digits.hasSuffix("0") { digits.removeLast() }
  return (digits, exponent)
}
