import PortcullisCore

extension ScorePairing {
  /// Reports cases with two clusters, or two values in a slice: their arms would be counted in different places.
  func checkLabels(_ production: ScoreTable, _ candidate: ScoreTable, _ problems: ProblemList) {
    let columns =
      [("cluster", production.clusters, candidate.clusters)]
      + production.slices.compactMap { slice in
        candidate.slices.first { sameBytes($0.name, slice.name) }.map { (ScoreColumns.slicePrefix + slice.name, slice.labels, $0.labels) }
      }
    for (name, theirs, ours) in columns where theirs.names.count + ours.names.count > 0 {
      let first = production.firstRows(theirs, name, problems), second = candidate.firstRows(ours, name, problems)
      let translated = (0..<ours.names.count).map { theirs.names.number(of: $0, in: ours.names, guess: $0) ?? -1 }
      for number in matches.indices where matches[number] > 0 {
        let (their, our) = (Int(first[number]), Int(second[Int(matches[number]) - 1]))
        guard theirs[their] != ours[our].map({ translated[$0] }) else { continue }
        problems.add(
          conflict(
            production.ids[number], name, theirs.text(their), production.place(their), ours.text(our), candidate.place(our)))
      }
    }
  }

  /// Whether both files have the same cases with the same scores, as far as one row a case shows it.
  func areEqual(_ production: ScoreTable, _ candidate: ScoreTable) -> Bool {
    guard unmatched.isEmpty, pairs == matches.count, production.rows == candidate.rows else { return false }
    guard production.cases.isEmpty, candidate.cases.isEmpty else { return true }
    return matches.indices.allSatisfy { production.scores[$0] == candidate.scores[Int(matches[$0]) - 1] }
  }
}

extension ScoreTable {
  /// The first row of each case; rows that contradict it are reported.
  fileprivate func firstRows(_ labels: Labels, _ name: String, _ problems: ProblemList) -> [UInt32] {
    guard !cases.isEmpty else { return (0..<UInt32(rows)).map(\.self) }
    var first = [UInt32](repeating: .max, count: ids.count)
    for row in 0..<rows {
      let number = caseNumber(row)
      if first[number] == .max {
        first[number] = UInt32(row)
      } else if labels[row] != labels[Int(first[number])] {
        let other = Int(first[number])
        problems.add(conflict(ids[number], name, labels.text(other), place(other), labels.text(row), place(row)))
      }
    }
    return first
  }
}

extension ScoreTable.Labels {
  fileprivate func text(_ row: Int) -> String? { self[row].map { names[$0] } }
}

private func conflict(_ id: String, _ name: String, _ left: String?, _ first: Place, _ right: String?, _ second: Place) -> Diagnostic {
  func shown(_ text: String?) -> String { text.map { "'\($0)'" } ?? "nothing" }
  return Diagnostic(
    .error, "'\(name)' of '\(id)' is \(shown(right)) here and \(shown(left)) at \(first)", at: second,
    help: "a case has one value, in every row and in both files")
}
