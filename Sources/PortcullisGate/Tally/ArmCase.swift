import PortcullisCore

/// What the trials of one case did in one arm, in counts.
struct ArmCase: ScoredCase {
  let planned: Int
  var passed = 0
  var failed = 0
  /// Answered, but without a score.
  var unscored = 0
  /// No answer, and the endpoint or the way to it is the cause.
  var callFailures = 0
  /// Of those, calls that did not end in time.
  var timeouts = 0
  /// No answer, and the cause is ours: budget, deadline, cancelled, another model.
  var ours = 0
  var wrongModel = 0
  var reused = 0
  /// Scored trials whose outcome rests on a judge.
  var judged = 0
  /// Failed trials of this very run that no judge had a part in: proofs.
  var proofs = 0
  var isRecorded = false
  /// A repeat beyond the plan, or recorded twice: a programmer's error, and then no score of this case counts.
  var isBroken = false
  private var seen: UInt64 = 0
  private var seenBeyond: Set<Int> = []

  init(planned: Int) {
    self.planned = planned
  }

  mutating func add(_ trial: TrialFacts) {
    note(trial.repeatIndex)
    if trial.isReused { reused += 1 }
    if trial.isRecorded { isRecorded = true }
    switch trial.state {
    case .passed:
      passed += 1
      if trial.isJudged { judged += 1 }
    case .failed, .callFailed(.tooLarge):
      failed += 1
      if trial.isJudged { judged += 1 } else if !trial.isReused { proofs += 1 }
    case .unscored: unscored += 1
    case .callFailed(let kind):
      if kind.isOurs { ours += 1 } else { callFailures += 1 }
      if kind == .timeout { timeouts += 1 }
      if kind == .wrongModel { wrongModel += 1 }
    }
  }

  private mutating func note(_ index: Int) {
    guard index >= 0, index < planned else {
      isBroken = true
      return
    }
    if index < 64 {
      let bit: UInt64 = 1 << UInt64(index)
      if seen & bit != 0 { isBroken = true }
      seen |= bit
    } else if !seenBeyond.insert(index).inserted {
      isBroken = true
    }
  }

  /// Trials with a score that counts.
  var scored: Int { isBroken ? 0 : passed + failed }
  var scoredPasses: Int { isBroken ? 0 : passed }
  /// Whether every planned trial has a score.
  var isComplete: Bool { scored == planned }
  var hasAllPassed: Bool { scoredPasses == planned }
  /// The mean over the planned trials; for complete ones.
  var mean: Double { Double(scoredPasses) / Double(planned) }
  var rank: Int { scoredPasses }
}

extension TrialFacts.State {
  var isScored: Bool {
    switch self {
    case .passed, .failed, .callFailed(.tooLarge): true
    case .unscored, .callFailed: false
    }
  }
}

extension FailureKind {
  /// Whether the missing answer says nothing of the endpoint.
  var isOurs: Bool {
    switch self {
    case .budget, .deadline, .cancelled, .wrongModel: true
    case .transport, .timeout, .rateLimit, .server, .quota, .auth, .request, .malformed, .tooLarge, .unknown: false
    }
  }
}
