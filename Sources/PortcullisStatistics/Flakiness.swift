/// How steadily a case comes out, from all recorded trials of one case, model version and check version.
///
/// Reported, never gating: a flaky case stays in the paired gate, where its noise is symmetric and priced in.
package struct Flakiness: Sendable, Hashable {
  /// `flaky` is asked first: a case seen to do both, beyond what one in a hundred would explain, is never called stable.
  package enum Kind: Sendable, Hashable, CaseIterable {
    case flaky
    case stablePass
    case stableFail
    /// Too few trials to tell.
    case unknown
  }

  /// Exact limits of the pass rate, each end erring with α/2; 0 and 1 where nothing was tried.
  package let passRate: Interval
  package let kind: Kind

  /// - Parameters:
  ///   - passed: Trials that passed; `0...count`.
  ///   - count: Trials scored, at least 0.
  ///   - alpha: Error rate of both ends together; above 0, at most 1. At 0.05, 36 clean trials are stable.
  ///
  /// Source: reference/statistics.md §6, `flake`.
  package init(passed: Int, of count: Int, alpha: Double = 0.05) {
    requireError(alpha / 2)
    let lower = clopperPearsonLower(passed: passed, of: count, alpha: alpha / 2)
    let upper = clopperPearsonUpper(passed: passed, of: count, alpha: alpha / 2)
    passRate = Interval(lower: lower, upper: upper)
    if passed > 0 && passed < count && lower > 0.01 && upper < 0.99 {
      kind = .flaky
    } else if lower >= 0.9 {
      kind = .stablePass
    } else if upper <= 0.1 {
      kind = .stableFail
    } else {
      kind = .unknown
    }
  }
}
