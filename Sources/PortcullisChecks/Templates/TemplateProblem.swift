package import PortcullisCore

/// What is wrong in a template, or with the values it was given, and where in the template.
package struct TemplateProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// Lower case, no full stop, quotes the user's word.
  package let message: String
  package let help: String?
  /// From 1, in the template's text; columns count characters (Unicode scalars).
  package let line: Int
  package let column: Int

  init(_ message: String, help: String? = nil, at offset: Int, of source: [UInt8]) {
    self.message = message
    self.help = help
    let before = source.prefix(offset)
    line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
  }

  package var description: String { "\(line):\(column): \(visible(message))" + (help.map { "\n  help: \(visible($0))" } ?? "") }

  /// For a template that is a whole file.
  package func diagnostic(in file: String) -> Diagnostic {
    Diagnostic(.error, message, at: Place(file: file, line: line, column: column), help: help)
  }
}
