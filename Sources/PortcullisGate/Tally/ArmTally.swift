import PortcullisCore

/// One arm's trials, summed; quarantined cases add to cost and tokens only, and trials of confirming and sequential rounds to those, to the
/// failures and to their own counts.
struct ArmTally {
  private var planned = 0
  private var answered = 0
  private var scored = 0
  private var passed = 0
  private var reused = 0
  private var further = ArmSummary.Further()
  private var repeats = RepeatTally()
  private(set) var wrongModel = 0
  private var failures: [FailureKind: Int] = [:]
  private var cost = KnownSum()
  private var input = KnownSum()
  private var output = KnownSum()
  private var cachedInput = KnownSum()
  private var reasoning = KnownSum()
  private var latencies: [UInt32] = []

  /// - Parameter furtherPlanned: Trials of confirming and sequential rounds.
  mutating func add(_ trials: ArmCase, furtherPlanned: Int = 0) {
    further.planned += furtherPlanned
    planned += trials.planned
    scored += trials.scored
    passed += trials.scoredPasses
    answered += trials.passed + trials.failed + trials.unscored
    reused += trials.reused
    repeats.add(trials)
  }

  mutating func add(_ trial: TrialFacts, isQuarantined: Bool, isFurther: Bool = false) {
    let isAnswer: Bool
    switch trial.state {
    case .passed, .failed, .unscored, .callFailed(.tooLarge): isAnswer = true
    case .callFailed(let kind):
      isAnswer = false
      if kind == .wrongModel { wrongModel += 1 }
      if !isQuarantined { failures[kind, default: 0] += 1 }
    }
    cost.add(trial.costMicro, isNeeded: isAnswer)
    input.add(trial.tokens.input, isNeeded: isAnswer)
    output.add(trial.tokens.output, isNeeded: isAnswer)
    cachedInput.add(trial.tokens.cachedInput, isNeeded: false)
    reasoning.add(trial.tokens.reasoning, isNeeded: false)
    if isFurther {
      if !isQuarantined, trial.state.isScored { further.scored += 1 }
      return
    }
    if isAnswer, !isQuarantined, let latency = trial.latency { latencies.append(storedMicroseconds(latency)) }
  }

  /// A trial that is nothing but its score: what it cost is not known.
  mutating func add(_ score: PlainScore) {
    planned += 1
    guard score != .absent else { return }
    answered += 1
    if score.isComplete { scored += 1 }
    if score.hasAllPassed { passed += 1 }
    cost.add(nil, isNeeded: true)
    input.add(nil, isNeeded: true)
    output.add(nil, isNeeded: true)
  }

  mutating func merge(_ other: ArmTally) {
    planned += other.planned
    answered += other.answered
    scored += other.scored
    passed += other.passed
    reused += other.reused
    repeats.merge(other.repeats)
    further.planned += other.further.planned
    further.scored += other.further.scored
    wrongModel += other.wrongModel
    failures.merge(other.failures) { $0 + $1 }
    cost.merge(other.cost)
    input.merge(other.input)
    output.merge(other.output)
    cachedInput.merge(other.cachedInput)
    reasoning.merge(other.reasoning)
    latencies += other.latencies
  }

  func summary(of arm: Arm) -> ArmSummary {
    let sorted = latencies.sorted()
    return ArmSummary(
      arm: arm, planned: planned, answered: answered, scored: scored, passed: passed, reused: reused, further: further,
      failures: failures.sorted { $0.key.rawValue.utf8.lexicographicallyPrecedes($1.key.rawValue.utf8) }
        .map { ArmSummary.FailureCount(kind: $0.key, count: $0.value) },
      costMicro: cost.total,
      tokens: TokenUsage(input: input.total, output: output.total, cachedInput: cachedInput.total, reasoning: reasoning.total),
      latencyP50: quantile(0.5, of: sorted), latencyP95: quantile(0.95, of: sorted), repeats: repeats.summary)
  }
}

/// The value at rank ⌈nq⌉; nil without values.
private func quantile(_ share: Double, of sorted: [UInt32]) -> Duration? {
  guard !sorted.isEmpty else { return nil }
  let rank = max(1, min(sorted.count, Int((Double(sorted.count) * share - 1e-9).rounded(.up))))
  return .microseconds(Int64(sorted[rank - 1]))
}

/// A latency in whole microseconds; what does not fit, 71 minutes and more, is stored as endless and so is over every limit.
func storedMicroseconds(_ latency: Duration) -> UInt32 {
  let micro = latency.microseconds
  return micro < 0 || micro >= Int(UInt32.max) ? endless : UInt32(micro)
}

let endless = UInt32.max

/// A sum of amounts of which some may be unknown.
private struct KnownSum {
  private var sum = 0
  private var known = 0
  private var unknown = 0

  /// A negative amount is no amount. An unknown one spoils the sum only where it is needed.
  mutating func add(_ amount: Int?, isNeeded: Bool) {
    guard let amount, amount >= 0 else {
      if isNeeded { unknown += 1 }
      return
    }
    add(sum: amount)
    known += 1
  }

  mutating func merge(_ other: KnownSum) {
    add(sum: other.sum)
    known += other.known
    unknown += other.unknown
  }

  private mutating func add(sum amount: Int) {
    let (total, overflow) = sum.addingReportingOverflow(amount)
    sum = overflow ? .max : total
  }

  /// nil where a needed amount is unknown, and where none is known.
  var total: Int? { unknown == 0 && known > 0 ? sum : nil }
}
