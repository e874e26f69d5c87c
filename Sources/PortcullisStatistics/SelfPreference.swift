/// Whether a judge favours answers of its own family of models, beyond what people say of them.
package struct SelfPreference: Sendable, Hashable {
  /// False-pass rate on its own family − on others; nil where either family lacks labels of either kind.
  package let falsePasses: RateDifference?
  /// True-pass rate on its own family − on others; nil likewise.
  package let truePasses: RateDifference?
  package let verdict: ThreeWay
}

/// Compares a judge's leniency with its own family and with others, at equal human label.
///
/// Pass when both gaps are shown to be below the tolerance. Fail when either is shown to exist and the best guess of it
/// reaches the tolerance.
///
/// - Parameters:
///   - own: The judge's grades of its own family's answers.
///   - others: Its grades of other families' answers.
///   - tolerance: The largest gap accepted; above 0 and finite.
///   - alpha: One-sided error rate of each bound; above 0, at most a half.
///
/// Source: reference/statistics.md §1.1 and §11, `self_preference`.
package func selfPreference(own: JudgeLabels, others: JudgeLabels, tolerance: Double = 0.1, alpha: Double) -> SelfPreference {
  requireMargin(tolerance)
  let z = oneSidedQuantile(alpha: alpha)
  guard own.hasBothKinds, others.hasBothKinds else {
    return SelfPreference(falsePasses: nil, truePasses: nil, verdict: .inconclusive)
  }
  let gaps = [
    newcombeUnpaired(
      firstPassed: own.falsePasses, of: own.humanFails, secondPassed: others.falsePasses, of: others.humanFails, z: z),
    newcombeUnpaired(
      firstPassed: own.truePasses, of: own.humanPasses, secondPassed: others.truePasses, of: others.humanPasses, z: z),
  ]
  // A gap is a loss: the same rule with its sign turned.
  let verdicts = gaps.map { gap in
    differenceVerdict(
      estimate: gap.map { -$0.estimate }, lower: gap.map { -$0.limits.upper }, upper: gap.map { -$0.limits.lower }, margin: tolerance)
  }
  return SelfPreference(falsePasses: gaps[0], truePasses: gaps[1], verdict: .worst(of: verdicts))
}
