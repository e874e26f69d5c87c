/// What the cases of one arm that were asked more than once show: trials of one case are no cases of their own.
///
/// Of complete cases of this run's own answers, in the first round and in looks.
package struct RepeatSummary: Sendable, Hashable {
  package var cases: Int
  /// Trials a case.
  package var fewestTrials: Int
  package var mostTrials: Int
  /// Cases that both passed and failed.
  package var flaky: Int
  /// Mean variance of a trial's outcome within a case, the variance of the cases' own rates, and the share of the whole that is between cases;
  /// nil below two cases, the last also where no outcome differs from another.
  package var within: Double?
  package var between: Double?
  package var icc: Double?

  /// Of the cases that were asked more than once.
  package var flakyShare: Double { cases > 0 ? Double(flaky) / Double(cases) : 0 }

  package init(
    cases: Int, fewestTrials: Int, mostTrials: Int, flaky: Int, within: Double? = nil, between: Double? = nil, icc: Double? = nil
  ) {
    self.cases = cases
    self.fewestTrials = fewestTrials
    self.mostTrials = mostTrials
    self.flaky = flaky
    self.within = within
    self.between = between
    self.icc = icc
  }
}
