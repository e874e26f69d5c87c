/// How a judge graded answers that people graded too: the whole evidence of its error rates.
///
/// Counts of disjoint sets of answers add up, in any order and partition. Void when the judge's model, prompt or rubric changes.
package struct JudgeLabels: Sendable, Hashable {
  /// People and judge passed it.
  package private(set) var truePasses = 0
  /// People passed it, the judge failed it.
  package private(set) var falseFails = 0
  /// People and judge failed it.
  package private(set) var trueFails = 0
  /// People failed it, the judge passed it.
  package private(set) var falsePasses = 0

  package init() {}

  /// - Parameters: Counts of answers, none negative.
  package init(truePasses: Int, falseFails: Int, trueFails: Int, falsePasses: Int) {
    precondition(truePasses >= 0 && falseFails >= 0 && trueFails >= 0 && falsePasses >= 0, "a count of answers is not negative")
    self.truePasses = truePasses
    self.falseFails = falseFails
    self.trueFails = trueFails
    self.falsePasses = falsePasses
  }

  package mutating func add(humanPassed: Bool, judgePassed: Bool) {
    switch (humanPassed, judgePassed) {
    case (true, true): truePasses += 1
    case (true, false): falseFails += 1
    case (false, false): trueFails += 1
    case (false, true): falsePasses += 1
    }
  }

  /// Answers that people passed.
  package var humanPasses: Int { truePasses + falseFails }

  /// Answers that people failed.
  package var humanFails: Int { trueFails + falsePasses }

  /// Whether there are answers of both kinds; without, nothing can be said about the judge.
  package var hasBothKinds: Bool { humanPasses > 0 && humanFails > 0 }

  /// The share of the good answers that the judge passed; nil without any.
  package var sensitivity: Double? { humanPasses > 0 ? Double(truePasses) / Double(humanPasses) : nil }

  /// The share of the bad answers that the judge failed; nil without any.
  package var specificity: Double? { humanFails > 0 ? Double(trueFails) / Double(humanFails) : nil }

  /// J = sensitivity + specificity − 1: how much of a true difference the judge lets through; at most 0 is no better than
  /// chance. Nil unless there are answers of both kinds.
  package var informedness: Double? {
    guard hasBothKinds else { return nil }
    // In whole numbers up to the last step: exactly 0 for a judge at chance.
    let (good, bad) = (Double(humanPasses), Double(humanFails))
    return (Double(truePasses) * bad - Double(falsePasses) * good) / (good * bad)
  }

  package static func + (left: JudgeLabels, right: JudgeLabels) -> JudgeLabels {
    JudgeLabels(
      truePasses: left.truePasses + right.truePasses, falseFails: left.falseFails + right.falseFails,
      trueFails: left.trueFails + right.trueFails, falsePasses: left.falsePasses + right.falsePasses)
  }

  package static func += (left: inout JudgeLabels, right: JudgeLabels) {
    left = left + right
  }
}

/// Whether a judge is good enough to gate.
package struct JudgeCalibration: Sendable, Hashable {
  package let labels: JudgeLabels
  /// Exact limits of the sensitivity, each end erring with α of its own; 0...1 unless there are answers of both kinds.
  package let sensitivity: Interval
  /// Exact limits of the specificity, likewise.
  package let specificity: Interval
  package let verdict: ThreeWay

  /// Lower bound of J = sensitivity + specificity − 1, from both lower bounds; −1 where nothing is known.
  package var informednessLower: Double { sensitivity.lower + specificity.lower - 1 }
}

/// Judges a judge by its error rates against people's labels: absolute limits, without an estimate clause.
///
/// Pass when both exact lower bounds reach their floors, fail when either upper bound lies below its own; otherwise, and
/// without answers of both kinds, inconclusive: label more. How many labels a rule demands besides is its own business.
///
/// - Parameters:
///   - leastSensitivity: The floor, `0...1`; likewise for the specificity.
///   - alpha: One-sided error rate of each bound; above 0, at most a half.
///
/// Source: reference/statistics.md §11, `judge_calibration`. Error rates rather than κ, which depends on how many pass.
package func judgeCalibration(
  _ labels: JudgeLabels, leastSensitivity: Double = 0.8, leastSpecificity: Double = 0.8, alpha: Double
) -> JudgeCalibration {
  requireError(alpha)
  for floor in [leastSensitivity, leastSpecificity] { precondition(floor >= 0 && floor <= 1, "a floor of a rate lies in 0...1") }
  guard labels.hasBothKinds else {
    let unknown = Interval(lower: 0, upper: 1)
    return JudgeCalibration(labels: labels, sensitivity: unknown, specificity: unknown, verdict: .inconclusive)
  }
  let sensitivity = exactLimits(labels.truePasses, of: labels.humanPasses, alpha: alpha)
  let specificity = exactLimits(labels.trueFails, of: labels.humanFails, alpha: alpha)
  return JudgeCalibration(
    labels: labels, sensitivity: sensitivity, specificity: specificity,
    verdict: max(
      floorVerdict(of: sensitivity, floor: leastSensitivity), floorVerdict(of: specificity, floor: leastSpecificity)))
}

/// Both exact limits of a rate, each erring with `alpha` of its own.
func exactLimits(_ passed: Int, of count: Int, alpha: Double) -> Interval {
  Interval(
    lower: clopperPearsonLower(passed: passed, of: count, alpha: alpha),
    upper: clopperPearsonUpper(passed: passed, of: count, alpha: alpha))
}

/// Judges a rate of something good against the least one accepted: an absolute limit, as `limitVerdict`.
func floorVerdict(of good: Interval, floor: Double) -> ThreeWay {
  if good.lower >= floor { return .pass }
  if good.upper < floor { return .fail }
  return .inconclusive
}
