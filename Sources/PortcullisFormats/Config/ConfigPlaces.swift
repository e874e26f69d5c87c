// Where a value of the config came from: its file, or an option of the command line.

import PortcullisCore

/// The options whose values stand in a config's tree. Nodes know lines and columns only, so each option gets a line that no file of
/// at most 1 MB has; `resolved` turns it back.
struct ConfigPlaces {
  private var options: [String] = []

  /// A position that stands for an option, such as `--set targets.candidate.model`.
  mutating func position(of option: String) -> Position {
    options.append(option)
    return Position(line: Int(UInt32.max) - (options.count - 1), column: 1)
  }

  /// Errors before warnings, then file by file as they came up, top to bottom; what an option is to blame for comes last in its file.
  func inOrder(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    var files = [String]()
    for diagnostic in diagnostics where !files.contains(diagnostic.place?.file ?? "") { files.append(diagnostic.place?.file ?? "") }
    let ranked = diagnostics.enumerated().map { offset, diagnostic in
      let place = diagnostic.place
      let isWarning = diagnostic.severity == .error ? 0 : 1
      return (
        rank: (isWarning, files.firstIndex(of: place?.file ?? "") ?? 0, place?.line ?? 0, place?.column ?? 0, offset),
        diagnostic: diagnostic
      )
    }
    return ranked.sorted { $0.rank < $1.rank }.map { resolved($0.diagnostic) }
  }

  private func resolved(_ diagnostic: Diagnostic) -> Diagnostic {
    guard let line = diagnostic.place?.line, let option = option(line) else { return diagnostic }
    return diagnostic.at(Place(file: option))
  }

  private func option(_ line: Int) -> String? {
    let index = Int(UInt32.max) - line
    return options.indices.contains(index) ? options[index] : nil
  }
}
