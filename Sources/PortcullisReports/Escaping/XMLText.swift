import PortcullisCore

/// `text` for the body of an XML 1.0 element or for an attribute: markup is escaped, and characters that XML forbids or a viewer could
/// act on are shown as visible escapes. Line breaks survive in bodies; in attributes they read `\n`.
func xmlText(_ text: some StringProtocol, isAttribute: Bool = false, limit: Int = .max) -> String {
  var out = ""
  for scalar in calm(text, keepingLines: !isAttribute, limit: limit).unicodeScalars {
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "\"": out += "&quot;"
    case "'": out += "&apos;"
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}
