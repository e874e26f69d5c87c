import PortcullisStatistics

/// What a suite of this size can show: each comparison of the policy, and a ladder of margins over all its cases.
package struct SuiteForecast: Sendable, Hashable {
  /// One margin over the whole suite.
  package struct Step: Sendable, Hashable {
    package let margin: Double
    /// Of equal models, with the cases at hand.
    package let chances: PairedChances
    /// Cases like these that the margin needs at a power of 80 % and of 95 %; nil where no number of them would do.
    package let casesAt80: Int?
    package let casesAt95: Int?
  }

  package let cases: Int
  /// Independent units: cases, or clusters of them.
  package let units: Int
  /// Whether the chances of the ladder are summed over all tables; else they come from a normal approximation.
  package let isExact: Bool
  package let ladder: [Step]
  package let detectableAt80: Double
  package let detectableAt95: Double
  package let comparisons: [ComparisonForecast]

  /// nil where no case of the plan counts.
  ///
  /// - Parameter margins: Of the ladder, each above 0 and below 1; ascending and none twice where they are shown.
  package init?(_ policy: Policy, _ sizes: PlanSizes, _ outlook: PairOutlook, margins: [Double]) {
    let evidence = sizes.evidence
    guard let whole = evidence.scopes.first?.whole, let pairs = PlannedPairs(whole, outlook), policy.hasSoundErrorRates else { return nil }
    cases = pairs.cases
    units = pairs.units
    isExact = pairs.isPlain
    let rates = policy.rates(atLook: policy.looks)
    ladder = margins.map { margin in
      Step(
        margin: margin, chances: pairs.chances(margin: margin, wrongPass: rates.pass, wrongFail: rates.fail),
        casesAt80: pairs.casesNeeded(margin: margin, power: 0.8, alpha: rates.pass),
        casesAt95: pairs.casesNeeded(margin: margin, power: 0.95, alpha: rates.pass))
    }
    detectableAt80 = pairs.detectable(power: 0.8, alpha: rates.pass)
    detectableAt95 = pairs.detectable(power: 0.95, alpha: rates.pass)
    comparisons = forecasts(policy, evidence, outlook, look: policy.looks)
  }
}
