import PortcullisCore
import PortcullisStatistics

/// The cases of one arm that were asked more than once: how far their outcomes scatter, and which gave both.
struct RepeatTally {
  private var sums = RepeatSums()
  private var flaky = 0
  private var trials: ClosedRange<Int>?

  /// Answers of an earlier run are no evidence of flakiness, and a case that lacks a score has not been asked so often.
  mutating func add(_ arm: ArmCase) {
    guard arm.planned > 1, arm.isComplete, arm.reused == 0 else { return }
    sums.add(passed: arm.scoredPasses, of: arm.planned)
    if arm.scoredPasses > 0, !arm.hasAllPassed { flaky += 1 }
    widen(arm.planned...arm.planned)
  }

  mutating func merge(_ other: RepeatTally) {
    sums += other.sums
    flaky += other.flaky
    if let theirs = other.trials { widen(theirs) }
  }

  private mutating func widen(_ more: ClosedRange<Int>) {
    trials = trials.map { min($0.lowerBound, more.lowerBound)...max($0.upperBound, more.upperBound) } ?? more
  }

  /// nil where no case was asked more than once.
  var summary: RepeatSummary? {
    trials.map { trials in
      let components = sums.components
      return RepeatSummary(
        cases: sums.cases, fewestTrials: trials.lowerBound, mostTrials: trials.upperBound, flaky: flaky, within: components?.within,
        between: components?.plannedBetween, icc: components?.intraclassCorrelation)
    }
  }
}
