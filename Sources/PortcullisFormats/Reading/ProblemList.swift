package import PortcullisCore

/// Gathers what is wrong with any number of files, so that all of it is shown at once.
///
/// Keeps the first 1000 and counts the rest: a file of a million bad lines must not fill the memory.
package final class ProblemList {
  package private(set) var diagnostics: [Diagnostic] = []
  /// Also those beyond what is kept.
  package private(set) var errorCount = 0
  private var droppedWarnings = 0
  private var keptErrors = 0
  /// Of problems that come again and again: where the first stands, and how many followed it.
  private var repeated: [String: (index: Int?, more: Int)] = [:]
  private static let kept = 1000
  /// More than this fills a screen and helps nobody.
  private static let shown = 50

  package init() {}

  package func add(_ added: Diagnostic) {
    let diagnostic = Diagnostic(
      added.severity, withShortWords(added.message), at: added.place, help: added.help.map(withShortWords))
    switch diagnostic.severity {
    case .error:
      errorCount += 1
      guard keptErrors < ProblemList.kept else { return }
      keptErrors += 1
    case .warning:
      guard diagnostics.count - keptErrors < ProblemList.kept else {
        droppedWarnings += 1
        return
      }
    }
    diagnostics.append(diagnostic)
  }

  /// Shows the first of problems with the same key and counts the rest: one misnamed column is one problem, however many rows it has.
  package func add(_ diagnostic: Diagnostic, onceFor key: String) {
    if let first = repeated[key] {
      repeated[key] = (first.index, first.more + 1)
      return
    }
    let before = diagnostics.count
    add(diagnostic)
    repeated[key] = (diagnostics.count > before ? before : nil, 0)
  }

  /// What an error thrown by a reader holds: `Problems`, a `Diagnostic`; others are not for users and go on.
  package func add(_ error: any Error) throws {
    switch error {
    case let problems as Problems: for diagnostic in problems.diagnostics { add(diagnostic) }
    case let diagnostic as Diagnostic: add(diagnostic)
    default: throw error
    }
  }

  /// The warnings, the first 50 and a count of the rest.
  package var warnings: [Diagnostic] {
    capped(all.filter { $0.severity == .warning }, more: droppedWarnings, .warning)
  }

  /// Throws `Problems` if there is an error: the first 50 errors and a count of the rest, then the warnings.
  package func check() throws {
    guard errorCount > 0 else { return }
    throw Problems(capped(all.filter { $0.severity == .error }, more: errorCount - keptErrors, .error) + warnings)
  }

  private var all: [Diagnostic] {
    var all = diagnostics
    for case (let index?, let more) in repeated.values where more > 0 {
      let first = all[index]
      all[index] = Diagnostic(first.severity, "\(first.message) (and \(more) more like it)", at: first.place, help: first.help)
    }
    return inFileOrder(all)
  }

  private func capped(_ found: [Diagnostic], more: Int, _ severity: Diagnostic.Severity) -> [Diagnostic] {
    let rest = found.count - ProblemList.shown + more
    guard rest > 0, found.count > ProblemList.shown else { return found }
    return found.prefix(ProblemList.shown) + [Diagnostic(severity, "and \(rest) more \(severity.rawValue)s")]
  }
}

/// File by file as they came up, each from its top to its bottom; what stands at no line comes first in its file.
private func inFileOrder(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
  var files = [String: Int]()
  let ranked = diagnostics.enumerated().map { offset, diagnostic in
    let file = diagnostic.place?.file ?? ""
    let rank = files[file] ?? files.count
    files[file] = rank
    return (rank: (rank, diagnostic.place?.line ?? 0, diagnostic.place?.column ?? 0, offset), diagnostic: diagnostic)
  }
  return ranked.sorted { $0.rank < $1.rank }.map(\.diagnostic)
}

/// The list together with the file being read, so that a place in it is enough to report.
package struct FileProblems {
  /// As the user would type it.
  package let file: String
  package let list: ProblemList

  package init(file: String, _ list: ProblemList) {
    self.file = file
    self.list = list
  }

  package func error(_ message: String, at position: Position?, help: String? = nil) {
    list.add(Diagnostic(.error, message, at: place(position), help: help))
  }

  package func warning(_ message: String, at position: Position?, help: String? = nil) {
    list.add(Diagnostic(.warning, message, at: place(position), help: help))
  }

  package func errorOnce(_ message: String, for key: String, at position: Position?, help: String? = nil) {
    list.add(Diagnostic(.error, message, at: place(position), help: help), onceFor: file + "\0" + key)
  }

  package func warningOnce(_ message: String, for key: String, at position: Position?, help: String? = nil) {
    list.add(Diagnostic(.warning, message, at: place(position), help: help), onceFor: file + "\0" + key)
  }

  package func place(_ position: Position?) -> Place {
    Place(file: file, line: position.map { Int($0.line) }, column: position.map { Int($0.column) })
  }
}
