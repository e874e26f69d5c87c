import ArgumentParser
import PortcullisChecks
import PortcullisCore
import PortcullisStore

/// Words and exit code for whatever went wrong.
struct Failure {
  let message: String
  let code: PortcullisCore.ExitCode

  /// nil for errors of the argument parser, which words them itself (help, usage: 64).
  init?(_ error: any Error) {
    switch error {
    case let problems as Problems:
      message = list(problems.diagnostics)
      code = .badInput
    case let diagnostic as Diagnostic:
      message = diagnostic.description
      code = .badInput
    case let problem as TemplateProblem:
      message = Diagnostic(.error, "\(problem)").description
      code = .badInput
    case let stored as StoreError:
      message = stored.diagnostic.description
      code = stored.exitCode
    case let broken as BrokenLedger:
      message = "error: \(broken.failure.message)\n  help: \(broken.failure.help ?? "")"
      code = broken.failure.code
    case let failure as CommandFailure:
      message = "error: \(failure.message)" + (failure.help.map { "\n  help: \($0)" } ?? "")
      code = failure.code
    case is CleanExit, is ValidationError, is ArgumentParser.ExitCode: return nil
    default:
      if Portcullis.exitCode(for: error) != ArgumentParser.ExitCode(1) { return nil }
      message = "internal error: \(visible("\(error)"))"
      code = .internalError
    }
  }
}

/// What a command itself has to say, with the code it ends with.
struct CommandFailure: Error {
  let message: String
  let help: String?
  let code: PortcullisCore.ExitCode

  init(_ message: String, help: String? = nil, code: PortcullisCore.ExitCode) {
    self.message = message
    self.help = help
    self.code = code
  }
}

/// The first fifty problems and how many more there are; the last line counts them.
func list(_ diagnostics: [Diagnostic]) -> String {
  let most = 50
  var lines = diagnostics.prefix(most).map(\.description)
  if diagnostics.count > most { lines.append("… and \(diagnostics.count - most) more") }
  let errors = diagnostics.count { $0.severity == .error }
  let warnings = diagnostics.count - errors
  let counts = [errors > 0 ? plural(errors, "error") : nil, warnings > 0 ? plural(warnings, "warning") : nil].compactMap(\.self)
  if !counts.isEmpty { lines.append(counts.joined(separator: ", ")) }
  return lines.joined(separator: "\n")
}

func plural(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
