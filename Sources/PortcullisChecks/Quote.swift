import PortcullisCore

/// At most about 80 characters of a text in quotes, safe to print; what is left out is marked.
func quoted(_ text: String, limit: Int = 80) -> String {
  let head = text.unicodeScalars.prefix(limit)
  let isWhole = head.endIndex == text.unicodeScalars.endIndex
  return "'" + visible(String(head)) + (isWhole ? "'" : "…'")
}

/// A sentence of ours with some of a stranger's words in it: without quotes, safe to print, at most about 200 characters.
func shortened(_ text: String, limit: Int = 200) -> String {
  let head = text.unicodeScalars.prefix(limit)
  return visible(String(head)) + (head.endIndex == text.unicodeScalars.endIndex ? "" : "…")
}

/// A place of a text with what stands around it, for the reason of a check that found something it must not.
///
/// - Parameter range: Byte offsets on character boundaries.
func excerpt(_ text: String, around range: Range<Int>) -> String {
  let scalars = text.unicodeScalars, utf8 = text.utf8
  let lower = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
  let upper = utf8.index(utf8.startIndex, offsetBy: range.upperBound)
  let start = scalars.index(lower, offsetBy: -24, limitedBy: scalars.startIndex) ?? scalars.startIndex
  let limit = scalars.index(start, offsetBy: 80, limitedBy: scalars.endIndex) ?? scalars.endIndex
  let end = min(scalars.index(upper, offsetBy: 24, limitedBy: scalars.endIndex) ?? scalars.endIndex, limit)
  return "'" + (start == scalars.startIndex ? "" : "…") + visible(String(scalars[start..<end])) + (end == scalars.endIndex ? "'" : "…'")
}

/// A few words in a row: `'a', 'b', 'c' and 4 more`.
func listed(_ texts: [String], limit: Int = 5) -> String {
  let shown = texts.prefix(limit).map { quoted($0, limit: 40) }.joined(separator: ", ")
  return texts.count > limit ? shown + " and \(texts.count - limit) more" : shown
}
