import PortcullisCore

/// What only both files together show.
struct ScoreChecks {
  private let production: ScoreReading
  private let candidate: ScoreReading
  private let files: [RegularFile]
  private let planned: PlannedCases

  init(_ production: ScoreReading, _ candidate: ScoreReading, _ files: [RegularFile], _ planned: PlannedCases) {
    self.production = production
    self.candidate = candidate
    self.files = files
    self.planned = planned
  }

  /// Throws `Problems`: all of them where one does not hide the others.
  func checked() throws -> LoadedScores {
    guard let theirs = production.digest, let ours = candidate.digest else {
      throw Problems([Diagnostic(.error, "the files were not read to their ends", at: Place(file: files[0].shown))])
    }
    guard theirs != ours else { throw sameFile(files, "hold the same bytes") }
    let problems = ProblemList()
    checkColumns(problems)
    checkScale(problems)
    let pairing = ScorePairing(production: production.table.ids, candidate: candidate.table.ids)
    checkIds(pairing, problems)
    checkPlan(pairing, problems)
    try problems.check()
    pairing.checkLabels(production.table, candidate.table, problems)
    try problems.check()
    if pairing.areEqual(production.table, candidate.table), try files[0].hasSameLines(as: files[1]) {
      throw sameFile(files, "hold the same rows in another order")
    }
    return LoadedScores(
      production: production.table, candidate: candidate.table, pairing: pairing, productionDigest: theirs, candidateDigest: ours,
      isGraded: production.grades + candidate.grades > 0, plannedCases: planned.count ?? pairing.cases,
      notes: [production, candidate].flatMap(ignoredColumns))
  }

  private func checkColumns(_ problems: ProblemList) {
    for (one, other) in [(production.table, candidate.table), (candidate.table, production.table)] {
      for meaning in other.names.keys.sorted(by: { $0.name < $1.name }) where one.names[meaning] == nil {
        problems.add(
          Diagnostic(
            .error, "the file has no column '\(other.names[meaning] ?? meaning.name)', which '\(other.file)' has",
            at: Place(file: one.file), help: "both files need the same columns: what one arm lacks cannot be compared"))
      }
    }
    let score = ScoreColumns.Meaning.field(.score)
    guard let theirs = production.table.names[score], let ours = candidate.table.names[score], !sameBytes(theirs, ours) else { return }
    problems.add(
      Diagnostic(
        .error, "the score is called '\(ours)' here and '\(theirs)' in '\(production.table.file)': are they the same measure?",
        at: Place(file: candidate.table.file), help: "give it one name in both files"))
  }

  /// Both arms must be scored alike: passes of one against grades of the other compare a threshold with none.
  private func checkScale(_ problems: ProblemList) {
    if let bool = production.firstBool ?? candidate.firstBool, let grade = production.firstGrade ?? candidate.firstGrade {
      problems.add(
        Diagnostic(
          .error, "a score is true or false here, and a grade between 0 and 1 at \(grade): they are not on one scale", at: bool,
          help: "write passes in both files, or grades in both"))
      return
    }
    for (one, other) in [(production, candidate), (candidate, production)]
    where one.grades == 0 && one.scored > 0 && other.grades * 2 > other.scored {
      problems.add(
        Diagnostic(
          .error,
          "every score here is 0 or 1, but \(other.grades) of \(other.scored) in '\(other.table.file)' lie between: the arms are not scored alike",
          at: Place(file: one.table.file), help: "write passes in both files, or grades in both"))
    }
  }

  private func checkIds(_ pairing: ScorePairing, _ problems: ProblemList) {
    guard pairing.pairs == 0 else { return }
    let (theirs, ours) = (production.table.ids, candidate.table.ids)
    func plain(_ text: String) -> String { text.lowercased().filter { !$0.isWhitespace } }
    let known = Set((0..<min(theirs.count, 10_000)).map { plain(theirs[$0]) })
    let isNear = (0..<min(ours.count, 100)).contains { known.contains(plain(ours[$0])) }
    problems.add(
      Diagnostic(
        .error, "no id is in both files: production has '\(theirs[0])', the candidate '\(ours[0])'", at: Place(file: candidate.table.file),
        help: isNear
          ? "they differ in capitals or blanks only: write them alike" : "rows pair by id; say which column holds it with --columns id=NAME"
      ))
  }

  private func checkPlan(_ pairing: ScorePairing, _ problems: ProblemList) {
    guard let count = planned.count, count < pairing.cases else { return }
    problems.add(
      Diagnostic(
        .error, "--cases is \(count), but the files have \(pairing.cases) different cases",
        help: "name the number that was planned, at least \(pairing.cases), or 'all' if these are all"))
  }

  private func ignoredColumns(_ reading: ScoreReading) -> [Diagnostic] {
    guard !reading.ignored.isEmpty else { return [] }
    let shown = reading.ignored.prefix(8).map { "'\($0.name)' in \($0.rows) row\($0.rows == 1 ? "" : "s")" }.joined(separator: ", ")
    let more = reading.ignored.count > 8 ? " and \(reading.ignored.count - 8) more" : ""
    return [Diagnostic(.warning, "not read: \(shown)\(more)", at: Place(file: reading.table.file))]
  }
}

extension PlannedCases {
  fileprivate var count: Int? {
    if case .count(let count) = self { return count }
    return nil
  }
}
