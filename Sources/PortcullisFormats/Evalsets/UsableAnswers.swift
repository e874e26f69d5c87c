import PortcullisCore

/// The golden answers that may stand in for a case's `expected`.
struct UsableAnswers: Sendable {
  private var answers: [CaseID: GoldenAnswer]
  /// Answers whose case was seen; the others belong to no case.
  private var met: Set<CaseID> = []

  init(_ golden: Golden) { answers = golden.answers }

  func complete(_ testCase: inout Case) {
    if testCase.expected == nil, let answer = answers[testCase.id] { testCase.expected = answer.answer }
  }

  /// Drops the answer of a case that is not the one that was approved, with a warning.
  mutating func admit(_ testCase: Case, _ list: ProblemList) {
    guard let answer = answers[testCase.id] else { return }
    met.insert(testCase.id)
    guard let approved = answer.caseDigest, approved != Digest(of: testCase.json) else { return }
    answers[testCase.id] = nil
    list.add(
      Diagnostic(
        .warning, "the golden answer of case '\(testCase.id)' is stale: the case changed since it was approved", at: answer.place,
        help: "approve it again; until then it is not used"))
  }

  func warnAboutOrphans(_ list: ProblemList) {
    let orphans = answers.values.filter { !met.contains($0.caseID) }.sorted { ($0.place.line ?? 0) < ($1.place.line ?? 0) }
    for orphan in orphans {
      list.add(Diagnostic(.warning, "the golden answer is of an unknown case '\(orphan.caseID)'", at: orphan.place))
    }
  }
}
