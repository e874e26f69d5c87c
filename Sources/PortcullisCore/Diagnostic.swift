/// One thing that is wrong or doubtful in what a user gave us: where, what, and what to do.
package struct Diagnostic: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Severity: String, Sendable { case error, warning }

  package let severity: Severity
  /// What is wrong with the user's own word quoted; lower case, no full stop.
  package let message: String
  package let place: Place?
  /// What to do about it.
  package let help: String?

  package init(_ severity: Severity, _ message: String, at place: Place? = nil, help: String? = nil) {
    self.severity = severity
    self.message = message
    self.place = place
    self.help = help
  }

  /// `file:line:column: error: message`, and a second line with the help. Hostile characters are shown as escapes.
  package var description: String {
    let head = (place.map { "\($0): " } ?? "") + "\(severity.rawValue): \(message)"
    return visible(head) + (help.map { "\n  help: \(visible($0))" } ?? "")
  }

  package func at(_ place: Place) -> Diagnostic { Diagnostic(severity, message, at: place, help: help) }
}

/// A place in a file, as editors count: lines and columns from 1.
package struct Place: Sendable, Hashable, CustomStringConvertible {
  /// As the user would type it, from the working folder.
  package let file: String
  package let line: Int?
  package let column: Int?

  package init(file: String, line: Int? = nil, column: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
  }

  package var description: String {
    file + (line.map { ":\($0)" } ?? "") + (line != nil ? column.map { ":\($0)" } ?? "" : "")
  }
}

/// Problems that were gathered, thrown together: nothing was called.
package struct Problems: Error, CustomStringConvertible {
  package let diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
