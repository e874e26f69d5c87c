/// A message in which no word of a user takes more than a few lines of a screen: what stands between two quotation marks is cut to its
/// first 200 characters where it has more than 400, which none of our own words does.
func withShortWords(_ text: String) -> String {
  guard text.utf8.count > 400 else { return text }
  return text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false).map { part in
    part.prefix(401).count > 400 ? String(part.prefix(200)) + "…" : String(part)
  }.joined(separator: "'")
}
