/// Whether a rule may close the gate or only speaks.
package enum RuleRole: Sendable, Hashable, CaseIterable {
  case gate
  case advisory
}

/// The verdict of several rules together: the worst of those that gate; inconclusive where none does.
///
/// All must pass, so the chance of a wrong pass is at most that of any one rule whose loss is real: no correction across
/// rules. Advisory rules never change it.
///
/// Source: reference/statistics.md §1.2, `compose`: an intersection–union test.
package func composedVerdict(_ rules: [(role: RuleRole, verdict: ThreeWay)]) -> ThreeWay {
  .worst(of: rules.filter { $0.role == .gate }.map(\.verdict))
}
