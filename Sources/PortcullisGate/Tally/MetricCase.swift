import PortcullisCore

/// What the trials of one case scored in one arm, in one metric.
struct MetricCase: ScoredCase {
  let planned: Int
  private(set) var judged = 0
  let reused: Int
  let isRecorded: Bool
  private var scored = 0
  private(set) var scoredPasses = 0
  /// In billionths.
  private var sum = 0
  private var lowest = Int.max

  /// - Parameters:
  ///   - trials: Of the plan, in any order, other arms' among them.
  ///   - summary: The same arm's outcomes: of a broken case no score counts.
  init(_ metric: String, _ trials: [TrialFacts], of arm: Arm, summary: ArmCase) {
    planned = summary.planned
    reused = summary.reused
    isRecorded = summary.isRecorded
    if summary.isBroken { return }
    for trial in trials where trial.arm == arm {
      guard let (value, isJudged) = trial.value(of: metric) else { continue }
      scored += 1
      sum += value
      lowest = min(lowest, value)
      if value > 0 { scoredPasses += 1 }
      if isJudged { judged += 1 }
    }
  }

  var isComplete: Bool { scored == planned }
  var hasAllPassed: Bool { isComplete && lowest == best }
  var mean: Double { Double(sum) / Double(planned) / Double(best) }
  var rank: Int { sum / planned }

  /// Whether no trial lies below a floor; nil where one lacks a score.
  func isAbove(floor: Int) -> Bool? { isComplete ? lowest >= floor : nil }
}

/// The best score, in billionths.
private let best = 1_000_000_000

extension TrialFacts {
  /// In billionths; nil where the trial has no score that counts.
  fileprivate func value(of metric: String) -> (value: Int, isJudged: Bool)? {
    switch state {
    case .passed, .failed:
      guard let score = metrics.first(where: { sameBytes($0.metric, metric) }) else { return nil }
      return score.billionths.map { ($0, score.isJudged) }
    // An answer too large to be read is the worst one, whatever is asked of it.
    case .callFailed(.tooLarge): return (0, false)
    case .unscored, .callFailed: return nil
    }
  }
}

/// Whether a case's answers in one arm all reached a floor: one is enough to make it a bad case.
struct FloorCase: ScoredCase {
  let planned = 1
  let isComplete: Bool
  let hasAllPassed: Bool
  let judged: Int
  let reused: Int
  let isRecorded: Bool

  /// - Parameter floor: In billionths.
  init(_ scores: MetricCase, floor: Int) {
    let isAbove = scores.isAbove(floor: floor)
    isComplete = isAbove != nil
    hasAllPassed = isAbove ?? false
    judged = scores.judged
    reused = scores.reused
    isRecorded = scores.isRecorded
  }

  var scoredPasses: Int { hasAllPassed ? 1 : 0 }
  var mean: Double { hasAllPassed ? 1 : 0 }
  var rank: Int { 0 }
}
