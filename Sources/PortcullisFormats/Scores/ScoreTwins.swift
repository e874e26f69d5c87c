import PortcullisCore

extension ScoreTable {
  /// Reports rows that are the same repeat of the same case, each case once.
  func reportTwins(_ problems: FileProblems) {
    guard !cases.isEmpty else { return }
    let hasRepeats = names[.field(.repeatIndex)] != nil
    let (ordered, starts) = rowsByCase()
    for number in 0..<ids.count where starts[number + 1] - starts[number] > 1 {
      let rows = ordered[Int(starts[number])..<Int(starts[number + 1])].map(Int.init)
        .sorted { (repeats[$0], $0) < (repeats[$1], $1) }
      let twins = zip(rows, rows.dropFirst()).filter { repeats[$0] == repeats[$1] }
      guard let (first, again) = twins.first else { continue }
      let what = hasRepeats ? "repeat \(repeats[first]) of '\(ids[number])'" : "the id '\(ids[number])'"
      let more = twins.count > 1 ? ", and \(twins.count - 1) more times" : ""
      problems.error(
        "\(what) is given again; first in line \(lines[first])\(more)", at: Position(line: Int(lines[again]), column: 1),
        help: hasRepeats ? "each repeat of a case is one row" : "one row for each case; a 'repeat' column tells repeats of a case apart")
    }
  }
}
