import PortcullisCore

/// Pretty JSON whose strings hold no character that a terminal or an editor acts on: those are written as `\uXXXX`, the same value.
func jsonText(_ value: JSON) -> String {
  var out = ""
  for scalar in value.prettyText.unicodeScalars {
    // A raw line break is layout: within strings the writer has escaped it.
    guard isHostile(scalar), scalar != "\n" else {
      out.unicodeScalars.append(scalar)
      continue
    }
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
  }
  return out
}
