import PortcullisCore

/// One token of an expression.
struct TemplateToken {
  enum Kind: Equatable {
    case name(String)
    case string(String)
    case number(JSONNumber)
    case sign(String)
    case end
  }

  let kind: Kind
  /// In the source.
  let offset: Int
}

/// Expressions longer than this are refused: their tree is walked by recursion.
private let tokenLimit = 500

/// The tokens of what stands between two delimiters; the last one is `end`.
func templateTokens(_ range: Range<Int>, of source: [UInt8]) throws(TemplateProblem) -> [TemplateToken] {
  var tokens = [TemplateToken](), place = range.lowerBound
  let end = range.upperBound
  while true {
    while place < end, isTemplateBlank(source[place]) { place += 1 }
    guard place < end else { break }
    let start = place
    let byte = source[place]
    if isNameByte(byte) && !(0x30...0x39 ~= byte) {
      while place < end, isNameByte(source[place]) { place += 1 }
      tokens.append(TemplateToken(kind: .name(String(decoding: source[start..<place], as: UTF8.self)), offset: start))
    } else if 0x30...0x39 ~= byte {
      var scanner = JSONScanner(Array(source[start..<end]))
      guard let number = try? scanner.number() else { throw TemplateProblem("a number is written wrongly here", at: start, of: source) }
      place += scanner.offset
      if place < end, isNameByte(source[place]) { throw TemplateProblem("a number is written wrongly here", at: start, of: source) }
      tokens.append(TemplateToken(kind: .number(number), offset: start))
    } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      tokens.append(TemplateToken(kind: .string(try quotedText(&place, end: end, of: source)), offset: start))
    } else {
      let two = place + 1 < end ? String(decoding: source[place...place + 1], as: UTF8.self) : ""
      let sign = ["==", "!=", "<=", ">="].contains(two) ? two : String(decoding: [byte], as: UTF8.self)
      guard "==!=<=>=.[](),|~:-".contains(sign), sign != "=", sign != "!" else {
        throw TemplateProblem(
          "'\(sign)' has no meaning in a template", help: sign == "=" ? "write '==' to compare" : "calculations are not part of templates",
          at: start, of: source)
      }
      place += sign.utf8.count
      tokens.append(TemplateToken(kind: .sign(sign), offset: start))
    }
    if tokens.count > tokenLimit {
      throw TemplateProblem("an expression of more than \(tokenLimit) words", at: range.lowerBound, of: source)
    }
  }
  tokens.append(TemplateToken(kind: .end, offset: end))
  return tokens
}

/// Letters of any script, digits and `_`.
private func isNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), 0x80...0xFF: true
  default: false
  }
}

private func quotedText(_ place: inout Int, end: Int, of source: [UInt8]) throws(TemplateProblem) -> String {
  let start = place, quote = source[place]
  var out = [UInt8]()
  place += 1
  while place < end {
    let byte = source[place]
    place += 1
    if byte == quote { return String(decoding: out, as: UTF8.self) }
    guard byte == UInt8(ascii: "\\"), place < end else {
      out.append(byte)
      continue
    }
    switch source[place] {
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): out.append(source[place])
    default: throw TemplateProblem("unknown escape in a text", help: "known here: \\n, \\t, \\\\, \\\", \\'", at: place - 1, of: source)
    }
    place += 1
  }
  throw TemplateProblem("the quote opened here is never closed", at: start, of: source)
}
