import RealModule

/// The failure rate above which a run of clean trials would have been a surprise: `3 of 3 excludes rates above 63 %`.
///
/// That is 1 − α^(1/k), the exact upper limit at no failure; 1 without a trial.
package func failureRateExcluded(cleanTrials: Int, alpha: Double) -> Double {
  precondition(cleanTrials >= 0, "a number of trials is not negative")
  requireError(alpha)
  guard cleanTrials > 0 else { return 1 }
  return -Double.expMinusOne(Double.log(alpha) / Double(cleanTrials))
}

/// Trials without a failure that exclude failure rates above `failureRate`: 29 for 10 % at α = 0.05.
package func cleanTrialsRequired(failureRate: Double, alpha: Double) -> Int {
  precondition(failureRate > 0 && failureRate < 1, "a failure rate lies inside 0...1")
  requireError(alpha)
  return max(1, leastCount(Double.log(alpha) / Double.log(onePlus: -failureRate)))
}

/// The verdict on a case that must never fail.
///
/// One confirmed failure is a proof, so it fails whatever the number of trials; passing takes enough clean ones.
///
/// Source: reference/statistics.md §6, `must_pass_never`.
package struct NeverFails: Sendable, Hashable {
  package let trials: Int
  package let failures: Int
  /// One-sided exact upper limit of the failure rate.
  package let failureUpper: Double
  /// Clean trials that a pass takes.
  package let trialsRequired: Int
  package let verdict: ThreeWay

  /// - Parameters:
  ///   - failureRate: The rate that a pass excludes; inside `0...1`.
  package init(failures: Int, of trials: Int, failureRate: Double = 0.10, alpha: Double = 0.05) {
    self.trials = trials
    self.failures = failures
    failureUpper = clopperPearsonUpper(passed: failures, of: trials, alpha: alpha)
    trialsRequired = cleanTrialsRequired(failureRate: failureRate, alpha: alpha)
    verdict = failures > 0 ? .fail : trials >= trialsRequired ? .pass : .inconclusive
  }
}
