/// How a terminal may be used; told by the caller, who knows whether it is one.
package struct TerminalStyle: Sendable, Hashable {
  package enum Detail: Sendable { case compact, full }
  package enum Glyphs: Sendable { case ascii, unicode }

  package var isColoured: Bool
  /// Columns, at least 60: narrower terminals wrap by themselves.
  package var width: Int
  package var glyphs: Glyphs
  package var detail: Detail

  package init(isColoured: Bool = false, width: Int = 100, glyphs: Glyphs = .unicode, detail: Detail = .full) {
    self.isColoured = isColoured
    self.width = max(60, width)
    self.glyphs = glyphs
    self.detail = detail
  }

  /// The Unicode text, or the one for terminals that show only ASCII.
  func glyph(_ unicode: String, _ ascii: String) -> String { glyphs == .unicode ? unicode : ascii }
}

/// What a piece of text means to its reader; the only place that knows colours.
enum Tone: Sendable {
  case plain, bold, dim, good, bad, warning, notice

  /// The parameters of ANSI's "select graphic rendition".
  private var code: String? {
    switch self {
    case .plain: nil
    case .bold: "1"
    case .dim: "2"
    case .good: "32"
    case .bad: "31"
    case .warning: "33"
    case .notice: "36"
    }
  }

  /// `text` must be escaped already.
  func paint(_ text: String, _ style: TerminalStyle, reversed: Bool = false) -> String {
    guard style.isColoured, !text.isEmpty, let code else { return text }
    return "\u{1B}[\(reversed ? "1;7;" : "")\(code)m\(text)\u{1B}[0m"
  }
}
