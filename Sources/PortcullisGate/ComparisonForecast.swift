package import PortcullisCore
import PortcullisStatistics

/// What one comparison of a planned size is likely to show; a plan, never a verdict.
package struct ComparisonForecast: Sendable, Hashable {
  package let rule: String
  package let metric: String?
  package let slice: Case.Tag?
  package let isAdvisory: Bool
  package let margin: Double
  /// Pairs, and the independent units among them: cases, or clusters of cases.
  package let cases: Int
  package let units: Int
  /// Whether the chances are summed over all tables; else they come from a normal approximation.
  package let isExact: Bool
  /// Half the width of the interval to be expected.
  package let halfWidth: Double
  /// Of equal models.
  package let chances: PairedChances
  /// The least loss excluded with a power of 80 % and of 95 % where the models are equal; 1 where there is none.
  package let detectableAt80: Double
  package let detectableAt95: Double
  /// Cases like these that the margin needs at a power of 80 %; nil where no number of them would do.
  package let casesNeeded: Int?

  /// `no-regression`, or `no-regression behaviour=refusal`.
  package var title: String { rule + (metric.map { " \($0)" } ?? "") + (slice.map { " \($0.name)=\($0.value)" } ?? "") }

  init(_ comparison: PlannedComparison, _ pairs: PlannedPairs, isAdvisory: Bool, rates: (pass: Double, fail: Double)) {
    rule = comparison.rule
    metric = comparison.metric
    slice = comparison.slice
    self.isAdvisory = isAdvisory
    margin = comparison.margin
    cases = pairs.cases
    units = pairs.units
    isExact = pairs.isPlain
    halfWidth = pairs.halfWidth(alpha: rates.pass)
    chances = pairs.chances(margin: margin, wrongPass: rates.pass, wrongFail: rates.fail)
    detectableAt80 = pairs.detectable(power: 0.8, alpha: rates.pass)
    detectableAt95 = pairs.detectable(power: 0.95, alpha: rates.pass)
    casesNeeded = pairs.casesNeeded(margin: margin, power: 0.8, alpha: rates.pass)
  }
}

/// One demand of a policy that the candidate is no worse than production, with the pairs it weighs.
struct PlannedComparison {
  let rule: String
  var metric: String?
  var slice: Case.Tag?
  let margin: Double
  let pairs: PairEvidence
}

extension PolicyRule {
  /// The whole scope and each protected slice, as `rulings` has them; none for rules that do not compare.
  func comparisons(_ evidence: Evidence) -> [PlannedComparison] {
    guard evidence.hasProduction, let scope = evidence.scope(self.where) else { return [] }
    switch rule {
    case .noRegression(let rule):
      return comparisons(scope, margin: rule.margin, metric: rule.metric, slices: rule.slices, sliceMargin: rule.sliceMargin)
    case .score(let rule):
      guard case .margin(let margin) = rule.limit else { return [] }
      return comparisons(scope, margin: margin, metric: rule.metric, slices: rule.slices, sliceMargin: margin)
    case .complete, .noBrokenCases, .passRate, .criticalCases, .incidentsStayFixed, .tail, .errorRate, .latency, .ttft, .tpot,
      .costPerRequest, .costPerSuccess, .tokensPerRequest, .coverage:
      return []
    }
  }

  private func comparisons(
    _ scope: ScopeEvidence, margin: Double, metric: String?, slices names: [String], sliceMargin: Double
  ) -> [PlannedComparison] {
    guard margin > 0, margin < 1 else { return [] }
    let whole: PairEvidence, dimensions: [ScopeEvidence.Dimension]
    if let metric {
      guard let evidence = scope.metric(metric) else { return [] }
      (whole, dimensions) = (evidence.whole, evidence.slices)
    } else {
      (whole, dimensions) = (scope.whole, scope.slices)
    }
    let filter = self.where.count == 1 ? self.where.first : nil
    var all = [PlannedComparison(rule: rule.name, metric: metric, slice: filter, margin: margin, pairs: whole)]
    for name in names where sliceMargin > 0 && sliceMargin < 1 {
      for slice in dimensions.first(where: { sameBytes($0.name, name) })?.slices ?? [] {
        let tag = Case.Tag(name: name, value: slice.value)
        all.append(PlannedComparison(rule: rule.name, metric: metric, slice: tag, margin: sliceMargin, pairs: slice.pairs))
      }
    }
    return all
  }
}

/// What the policy's comparisons are likely to show, in its order; those without a pair are left out.
///
/// - Parameter look: Which of the policy's looks is meant, from 1.
func forecasts(_ policy: Policy, _ evidence: Evidence, _ outlook: PairOutlook, look: Int) -> [ComparisonForecast] {
  guard policy.hasSoundErrorRates else { return [] }
  let rates = policy.rates(atLook: look)
  return policy.offline.flatMap { rule in
    rule.comparisons(evidence).compactMap { comparison in
      PlannedPairs(comparison.pairs, outlook.outlook(of: comparison.metric)).map {
        ComparisonForecast(comparison, $0, isAdvisory: rule.advisory, rates: rates)
      }
    }
  }
}

/// How the deciding comparisons of a plan fare together, if the models are equal.
package struct JointForecast: Sendable, Hashable {
  /// Deciding comparisons.
  package let count: Int
  /// How many of them equal models do not pass, on average.
  package let missed: Double
  /// The least chance to pass all at once: 1 less each one's chance not to pass.
  package var leastPass: Double { max(0, 1 - missed) }

  package init(_ forecasts: [ComparisonForecast]) {
    let deciding = forecasts.filter { !$0.isAdvisory }
    count = deciding.count
    missed = deciding.reduce(0) { $0 + 1 - $1.chances.pass }
  }

  /// nil for a single comparison, which its own chances tell of.
  package var words: String? {
    guard count > 1 else { return nil }
    return leastPass > 0
      ? "equal models pass all \(count) comparisons at once with probability \(chance(leastPass)) at least (1 less each one's chance not to pass)"
      : "equal models miss \(fixed(missed, 1)) of \(count) comparisons on average: too many slices, or too narrow margins, for so few cases"
  }
}
