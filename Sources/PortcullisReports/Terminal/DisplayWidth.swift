/// Columns that `text`, already escaped, takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
func displayWidth(_ text: some StringProtocol) -> Int {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
  return text.unicodeScalars.reduce(0) { $0 + displayWidth($1) }
}

func displayWidth(_ scalar: Unicode.Scalar) -> Int {
  if isCombining(scalar) { return 0 }
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
    0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
    return 2
  default: return scalar.value > 0x2000 && scalar.properties.isEmojiPresentation ? 2 : 1
  }
}

/// `text` with blanks up to `width` columns; longer text stays as it is.
func padded(_ text: String, to width: Int) -> String { text + blanks(width - displayWidth(text)) }

func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// `text` cut to `width` columns, the cut shown by `mark` (one column).
func clipped(_ text: String, to width: Int, mark: String) -> String {
  guard displayWidth(text) > width else { return text }
  var out = String.UnicodeScalarView()
  var columns = 0
  for scalar in text.unicodeScalars {
    columns += displayWidth(scalar)
    guard columns < width else { break }
    out.append(scalar)
  }
  return String(out) + mark
}
