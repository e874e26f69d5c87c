/// The repeated trials of one case in one arm, in whole numbers.
///
/// Parts of a case from several shards add up, in any order.
package struct RepeatedCase: Sendable, Hashable {
  package private(set) var trials = 0
  /// Sum of the scores, in steps of 1e-9.
  fileprivate var total: Int128 = 0
  /// Sum of their squares, in squared steps.
  fileprivate var squares: Int128 = 0

  package init() {}

  /// Adds a trial's score, rounded to 1e-9; finite, and by size at most a million.
  package mutating func add(_ score: Double) {
    let value = Int128(steps(score))
    trials += 1
    total += value
    squares += value * value
  }

  /// Adds `count` trials of which `passed` passed; `0 ≤ passed ≤ count`.
  package mutating func add(passed: Int, of count: Int) {
    requireCount(passed, of: count)
    let unit = Int128(stepsPerUnit)
    trials += count
    total += Int128(passed) * unit
    squares += Int128(passed) * unit * unit
  }

  package static func + (left: RepeatedCase, right: RepeatedCase) -> RepeatedCase {
    var sum = left
    sum.trials += right.trials
    sum.total += right.total
    sum.squares += right.squares
    return sum
  }
}

/// How far scores scatter within a case and between cases, as exact sums over the cases by their number of trials.
///
/// Sums of disjoint sets of cases add up exactly, in any order and partition; each case must be whole before it is added.
/// Takes passes and grades alike. Exact for up to 1e9 cases of 1e4 trials with scores in −1...1.
package struct RepeatSums: Sendable, Hashable {
  /// The cases with one number of trials; a variance within a case needs that number, and few numbers occur.
  private struct Group: Sendable, Hashable {
    var cases = 0
    var totals: Int128 = 0
    var squaredTotals: Int128 = 0
    var squares: Int128 = 0
  }

  private var groups: [Int: Group] = [:]
  /// Cases with a single trial: they tell nothing of the scatter within a case, and are left out.
  package private(set) var casesWithOneTrial = 0

  package init() {}

  /// Cases with at least two trials.
  package var cases: Int { groups.values.reduce(0) { $0 + $1.cases } }

  /// Adds a case; one without trials is none.
  package mutating func add(_ repeated: RepeatedCase) {
    guard repeated.trials > 1 else {
      casesWithOneTrial += repeated.trials
      return
    }
    var group = groups[repeated.trials] ?? Group()
    group.cases += 1
    group.totals += repeated.total
    group.squaredTotals += repeated.total * repeated.total
    group.squares += repeated.squares
    groups[repeated.trials] = group
  }

  /// Adds a case of `count` trials of which `passed` passed; `0 ≤ passed ≤ count`.
  package mutating func add(passed: Int, of count: Int) {
    var repeated = RepeatedCase()
    repeated.add(passed: passed, of: count)
    add(repeated)
  }

  /// Adds a case by the scores of its trials, each finite.
  package mutating func add(scores: [Double]) {
    var repeated = RepeatedCase()
    for score in scores { repeated.add(score) }
    add(repeated)
  }

  package static func + (left: RepeatSums, right: RepeatSums) -> RepeatSums {
    var sum = left
    sum.casesWithOneTrial += right.casesWithOneTrial
    sum.groups.merge(right.groups) { one, other in
      Group(
        cases: one.cases + other.cases, totals: one.totals + other.totals,
        squaredTotals: one.squaredTotals + other.squaredTotals, squares: one.squares + other.squares)
    }
    return sum
  }

  package static func += (left: inout RepeatSums, right: RepeatSums) {
    left = left + right
  }

  /// The split of the variance; nil below two cases with at least two trials each.
  ///
  /// Deviations are taken in whole numbers from the step nearest the mean, so that nothing cancels.
  package var components: VarianceComponents? {
    let cases = Double(self.cases)
    guard cases > 1 else { return nil }
    // In one order whatever the order of arrival: floating-point sums depend on it.
    let ordered = groups.sorted { $0.key < $1.key }
    let roughMean = ordered.reduce(0) { $0 + Double($1.value.totals) / Double($1.key) } / cases
    let centre = Int128(roughMean.rounded())
    var (deviation, squares, within, noise) = (0.0, 0.0, 0.0, 0.0)
    for (trials, group) in ordered {
      let (count, k) = (Double(trials), Int128(trials))
      deviation += Double(group.totals - Int128(group.cases) * k * centre) / count
      squares +=
        Double(group.squaredTotals - 2 * centre * k * group.totals + Int128(group.cases) * k * k * centre * centre) / (count * count)
      let scatter = Double(k * group.squares - group.squaredTotals) / (count * (count - 1))
      within += scatter
      noise += scatter / count
    }
    let unit = Double(stepsPerUnit)
    let ofMeans = max(0, squares - deviation * deviation / cases) / (cases - 1)
    return VarianceComponents(
      cases: self.cases, mean: (Double(centre) + deviation / cases) / unit, within: within / cases / (unit * unit),
      between: (ofMeans - noise / cases) / (unit * unit), standardError: (ofMeans / cases).squareRoot() / unit)
  }
}

extension RepeatSums {
  /// Cases by the scores of their trials, which may differ in number.
  package init(cases: [[Double]]) {
    self.init()
    for scores in cases { add(scores: scores) }
  }
}

/// The variance of a trial's score, split into what comes again with the case and what does not.
///
/// Source: reference/statistics.md §6, `variance_components`: one-way analysis of variance by moments. Cases with unlike
/// numbers of trials each count once, and each mean is freed of the noise of its own number of trials.
package struct VarianceComponents: Sendable, Hashable {
  /// Cases with at least two trials.
  package let cases: Int
  /// Mean of the cases' means.
  package let mean: Double
  /// Mean over the cases of the variance of their trials (divisor trials − 1).
  package let within: Double
  /// Variance of the cases' means less their noise. As it comes, so it may be negative; `plannedBetween` is not.
  package let between: Double
  /// Standard error of the mean.
  package let standardError: Double

  /// The variance between cases as planning takes it, never negative.
  package var plannedBetween: Double { max(0, between) }

  /// Intraclass correlation, between/(between + within), for the design effect; nil where no score differs from another.
  package var intraclassCorrelation: Double? {
    let whole = between + within
    return whole > 0 ? between / whole : nil
  }
}
