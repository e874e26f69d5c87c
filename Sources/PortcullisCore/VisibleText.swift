/// Text that is safe to print on a terminal or in a log: controls, bidi overrides and zero-width characters become visible escapes
/// such as `\u{202E}`. Line breaks become `\n` unless `keepingLines`.
package func visible(_ text: some StringProtocol, keepingLines: Bool = false) -> String {
  guard text.unicodeScalars.contains(where: isHostile) else { return String(text) }
  var out = ""
  for scalar in text.unicodeScalars {
    guard isHostile(scalar) else {
      out.unicodeScalars.append(scalar)
      continue
    }
    switch scalar {
    case "\n": out += keepingLines ? "\n" : "\\n"
    case "\t": out += keepingLines ? "\t" : "\\t"
    case "\r": out += "\\r"
    default: out += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
  }
  return out
}

/// Whether a character could change how its surroundings are shown: controls (also C1), bidi marks, zero-width, line separators, tags.
package func isHostile(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
    0xE0000...0xE007F:
    true
  default: false
  }
}
