import PortcullisCore

/// Why a value in a config is refused, before anybody knows where it was written.
struct Objection: Error, Hashable {
  /// Lower case, no full stop; quotes the user's word unless that could hold a secret.
  let message: String
  let help: String?

  init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  init(_ problem: UnitProblem) { self.init(problem.message, help: problem.help) }

  func diagnostic(at place: Place?) -> Diagnostic { Diagnostic(.error, message, at: place, help: help) }
}

extension ProblemList {
  /// Whatever a reader threw; `place` is for those that know none.
  func addAny(_ error: any Error, at place: Place?) {
    switch error {
    case let objection as Objection: add(objection.diagnostic(at: place))
    case let diagnostic as Diagnostic:
      add(diagnostic.place == nil ? Diagnostic(diagnostic.severity, diagnostic.message, at: place, help: diagnostic.help) : diagnostic)
    case let problems as Problems: for diagnostic in problems.diagnostics { add(diagnostic) }
    default: add(Diagnostic(.error, "this cannot be read: \(error)", at: place))
    }
  }
}
