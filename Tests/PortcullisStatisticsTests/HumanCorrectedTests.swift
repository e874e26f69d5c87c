import PortcullisStatistics
import Testing

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func squares(_ values: [Double]) -> Double {
  let centre = mean(values)
  return values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
}

/// Differences of people and of a judge that mostly follows them, on a grid of 0.01.
private func sample(seed: UInt64, labelled: Int, unlabelled: Int) -> (human: [Double], judge: [Double], rest: [Double]) {
  var generator = SplitMix64(seed: seed)
  func value() -> Double { Double(generator.below(201) - 100) / 100 }
  let human = (0..<labelled).map { _ in value() }
  let judge = human.map { generator.below(4) == 0 ? value() : $0 }
  return (human, judge, (0..<unlabelled).map { _ in value() })
}

/// The weight of the judge by the formula of reference/statistics.md §11, in plain two-pass arithmetic.
private func plainWeight(_ human: [Double], _ judge: [Double], _ rest: [Double]) -> Double {
  let (n, unlabelled) = (Double(human.count), Double(rest.count))
  let (humanMean, judgeMean) = (mean(human), mean(judge))
  let covariance = zip(human, judge).reduce(0) { $0 + ($1.0 - humanMean) * ($1.1 - judgeMean) } / n
  return max(0, min(1, covariance / ((1 + n / unlabelled) * squares(judge + rest) / (n + unlabelled - 1))))
}

struct LabelledSumsTests {
  @Test(arguments: 0..<30 as Range<UInt64>)
  func neitherOrderNorShardsChangeABit(seed: UInt64) {
    let values = sample(seed: seed, labelled: 40, unlabelled: 60)
    let whole = LabelledSums(human: values.human, judge: values.judge, unlabelled: values.rest)
    var generator = SplitMix64(seed: ~seed)
    var (first, second) = (LabelledSums(), LabelledSums())
    for index in Array(0..<100).shuffled(using: &generator) {
      let isFirst = generator.below(2) == 0
      var shard = isFirst ? first : second
      if index < 40 {
        shard.add(human: values.human[index], judge: values.judge[index])
      } else {
        shard.add(judge: values.rest[index - 40])
      }
      if isFirst { first = shard } else { second = shard }
    }
    #expect(first + second == whole)
    #expect(second + first == whole)
    #expect(
      humanCorrectedNonInferiority(first + second, margin: 0.1, alpha: 0.05)
        == humanCorrectedNonInferiority(whole, margin: 0.1, alpha: 0.05))
  }

  @Test func aJudgeThatNeverVariesOrContradictsPeopleIsNotReliedUpon() {
    #expect(LabelledSums(human: [1, 0, 1], judge: [1, 1, 1], unlabelled: [1, 1]).judgeWeight == 0)
    #expect(LabelledSums(human: [1, 0, 1], judge: [0, 1, 0], unlabelled: [1, 0]).judgeWeight == 0)
    #expect(LabelledSums(human: [1, 0, 1, 0], judge: [1, 0, 1, 0], unlabelled: [Double](repeating: 1, count: 500)).judgeWeight == 1)
    #expect(LabelledSums(human: [1], judge: [1], unlabelled: [1, 0]).judgeWeight == nil)
    #expect(LabelledSums(human: [1, 0], judge: [1, 0], unlabelled: [1]).judgeWeight == nil)
  }
}

struct HumanCorrectedMeanTests {
  // By hand: covariance ⅛ over 5/3·(2.4/9), so λ = 9/32; estimate 51/64; variance λ²·(2/9)/6 + 0.136962890625/4.
  @Test func estimateAndErrorEqualTheHandComputation() throws {
    let sums = LabelledSums(human: [1, 0, 1, 1], judge: [1, 0, 0, 1], unlabelled: [1, 1, 0, 1, 0, 1])
    let result = try #require(humanCorrectedMean(sums, alpha: 0.1))
    #expect(agrees(result.judgeWeight, 0.28125))
    #expect(agrees(result.estimate, 0.796875))
    #expect(agrees(result.standardError, 0.03717041015625.squareRoot()))
    #expect(agrees(result.limits.upper - result.estimate, 1.6448536269514722 * 0.03717041015625.squareRoot()))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func resultsEqualPlainTwoPassArithmetic(seed: UInt64) throws {
    let (human, judge, rest) = sample(seed: seed, labelled: 25, unlabelled: 70)
    let result = try #require(humanCorrectedMean(LabelledSums(human: human, judge: judge, unlabelled: rest), alpha: 0.05))
    let weight = plainWeight(human, judge, rest)
    let rectifiers = zip(human, judge).map { $0 - weight * $1 }
    #expect(agrees(result.judgeWeight, weight))
    #expect(abs(result.estimate - (weight * mean(rest) + mean(rectifiers))) < 1e-12)
    let variance = weight * weight * squares(rest) / (70 * 70) + squares(rectifiers) / (25 * 25)
    #expect(agrees(result.standardError, variance.squareRoot()))
  }

  @Test func aJudgeThatIsAlwaysRightKeepsTheMeanOfAll() throws {
    let labelled = (0..<50).map { Double($0 % 2) }
    let result = try #require(
      humanCorrectedMean(LabelledSums(human: labelled, judge: labelled, unlabelled: [Double](repeating: 0.5, count: 100)), alpha: 0.05))
    #expect(result.judgeWeight == 1)
    #expect(agrees(result.estimate, 0.5))
    #expect(result.standardError == 0)
  }

  @Test func tooFewValuesAreUndefined() {
    #expect(humanCorrectedMean(LabelledSums(), alpha: 0.05) == nil)
    #expect(humanCorrectedMean(LabelledSums(human: [1], judge: [1], unlabelled: [1, 0, 1]), alpha: 0.05) == nil)
    #expect(humanCorrectedMean(LabelledSums(human: [1, 0], judge: [1, 0], unlabelled: []), alpha: 0.05) == nil)
  }
}

struct HumanCorrectedNonInferiorityTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func boundsEqualPlainTwoPassArithmetic(seed: UInt64) throws {
    let (human, judge, rest) = sample(seed: seed, labelled: 40, unlabelled: 90)
    let result = humanCorrectedNonInferiority(
      LabelledSums(human: human, judge: judge, unlabelled: rest), margin: 0.1, alpha: 0.05)
    let weight = plainWeight(human, judge, rest)
    let rectifiers = zip(human, judge).map { $0 - weight * $1 }
    let t = studentQuantile(0.95, degrees: 40)
    for (outcome, bound) in [(-1.0, try #require(result.lower)), (1.0, try #require(result.upper))] {
      let augmented = rectifiers + [outcome]
      let variance = squares(augmented) / 40 / 41 + weight * weight * squares(rest) / 89 / 90
      #expect(abs(bound - (weight * mean(rest) + mean(augmented) + outcome * t * variance.squareRoot())) < 1e-12)
    }
    #expect(abs(try #require(result.estimate) - (weight * mean(rest) + mean(rectifiers))) < 1e-12)
    #expect(result.lowerWithMissing == result.lower)
  }

  // By hand: without any difference only the pseudo-pair is left, and the bound is −(1 + t)/(n + 1), t at n degrees
  // (SciPy 1.17): 1.697260886593957 at 30.
  @Test func aRunWithoutADifferenceStillHasAnInterval() throws {
    let nothing = [Double](repeating: 0, count: 30)
    let sums = LabelledSums(human: nothing, judge: nothing, unlabelled: nothing)
    let result = humanCorrectedNonInferiority(sums, margin: 0.1, alpha: 0.05)
    #expect(agrees(result.lower, -2.697260886593957 / 31))
    #expect(agrees(result.upper, 2.697260886593957 / 31))
    #expect(result.verdict == .pass)
    #expect(humanCorrectedNonInferiority(sums, margin: 0.08, alpha: 0.05).verdict == .inconclusive)
  }

  @Test func fewLabelsOrFewOthersDecideNothing() {
    let (few, enough) = ([Double](repeating: 0, count: 29), [Double](repeating: 0, count: 30))
    for (labelled, rest) in [(few, enough), (enough, few), ([], []), ([], enough)] {
      let sums = LabelledSums(human: labelled, judge: labelled, unlabelled: rest)
      let result = humanCorrectedNonInferiority(sums, margin: 0.9, alpha: 0.05)
      #expect(result.estimate == nil)
      #expect(result.lower == nil)
      #expect(result.verdict == .inconclusive)
    }
  }

  @Test func exchangingTheArmsMirrorsTheBounds() throws {
    let (human, judge, rest) = sample(seed: 5, labelled: 35, unlabelled: 80)
    let one = humanCorrectedNonInferiority(LabelledSums(human: human, judge: judge, unlabelled: rest), margin: 0.1, alpha: 0.05)
    let turned = LabelledSums(human: human.map { -$0 }, judge: judge.map { -$0 }, unlabelled: rest.map { -$0 })
    let other = humanCorrectedNonInferiority(turned, margin: 0.1, alpha: 0.05)
    #expect(agrees(one.lower, -(try #require(other.upper)), within: 1e-12))
    #expect(agrees(one.upper, -(try #require(other.lower)), within: 1e-12))
  }

  // By hand: 5 missing pairs at −1 among 60 with a bound of −2.6973/31 each.
  @Test func missingPairsCountAgainstAPass() {
    let nothing = [Double](repeating: 0, count: 30)
    let sums = LabelledSums(human: nothing, judge: nothing, unlabelled: nothing)
    let result = humanCorrectedNonInferiority(sums, missing: 5, margin: 0.1, alpha: 0.05)
    #expect(agrees(result.lowerWithMissing, (-60 * 2.697260886593957 / 31 - 5) / 65))
    #expect(result.verdictOfCompletePairs == .pass)
    #expect(result.verdict == .inconclusive)
  }

  // reference/statistics.md §11: at most 7.8 % of losses of the margin pass; this judge sees half of the losses.
  @Test func aLossOfTheMarginSeldomPassesWhateverTheJudgesBias() {
    var generator = SplitMix64(seed: 3)
    let runs = 1_000
    var passes = 0
    for _ in 0..<runs {
      var sums = LabelledSums()
      for index in 0..<360 {
        let human: Double = generator.below(10) == 0 ? -1 : 0
        let judge = human < 0 && generator.below(2) == 0 ? human : 0
        if index < 60 { sums.add(human: human, judge: judge) } else { sums.add(judge: judge) }
      }
      passes += humanCorrectedNonInferiority(sums, margin: 0.1, alpha: 0.05).verdict == .pass ? 1 : 0
    }
    #expect(Double(passes) / Double(runs) < 0.078 + 0.02)
  }
}

struct RoganGladenTests {
  private let judge = JudgeLabels(truePasses: 45, falseFails: 5, trueFails: 40, falsePasses: 10)

  // The estimate by hand, (0.75 + 0.8 − 1)/0.7; errors and adjusted limits from the published formulas in mpmath, 40 digits.
  @Test func theTruthBehindTheJudgeEqualsTheFormulas() throws {
    let result = try #require(roganGladen(passed: 150, of: 200, labels: judge, alpha: 0.1))
    #expect(agrees(result.estimate, 0.55 / 0.7))
    #expect(agrees(result.standardError, 0.06693986435152263))
    #expect(agrees(result.limits.lower, 0.6756080070480441))
    #expect(agrees(result.limits.upper, 0.8958205643805273))
    #expect(result.isReportable)
    let adjusted = roganGladenAdjusted(passed: 150, of: 200, labels: judge, alpha: 0.1)
    #expect(agrees(adjusted?.lower, 0.6825101358235972))
    #expect(agrees(adjusted?.upper, 0.9173493209347403))
    let flawless = JudgeLabels(truePasses: 27, falseFails: 3, trueFails: 20, falsePasses: 0)
    #expect(agrees(roganGladenAdjusted(passed: 30, of: 100, labels: flawless, alpha: 0.05)?.lower, 0.1776698693393933))
    #expect(agrees(roganGladenAdjusted(passed: 30, of: 100, labels: flawless, alpha: 0.05)?.upper, 0.4497155408837399))
  }

  @Test func onlyTheLimitsAreCutAtTheEndsOfTheScale() throws {
    let low = try #require(
      roganGladen(passed: 5, of: 100, labels: JudgeLabels(truePasses: 27, falseFails: 3, trueFails: 8, falsePasses: 2), alpha: 0.1))
    #expect(agrees(low.estimate, -0.15 / 0.7))
    #expect(low.limits.lower == 0)
    #expect(agrees(low.limits.upper, 0.1512906408503211))
    let high = try #require(roganGladen(passed: 100, of: 100, labels: judge, alpha: 0.05))
    #expect(high.estimate > 1)
    #expect(high.limits.upper == 1)
  }

  @Test func aPerfectJudgeLeavesTheRateAsItIs() throws {
    let perfect = JudgeLabels(truePasses: 40, falseFails: 0, trueFails: 60, falsePasses: 0)
    let result = try #require(roganGladen(passed: 30, of: 40, labels: perfect, alpha: 0.05))
    #expect(result.estimate == 0.75)
    #expect(agrees(result.standardError, (0.75 * 0.25 / 40).squareRoot()))
  }

  @Test func withoutAnswersLabelsOrAJudgeBetterThanChanceThereIsNothing() {
    let useless = [
      JudgeLabels(), JudgeLabels(truePasses: 9, falseFails: 1, trueFails: 0, falsePasses: 0),
      JudgeLabels(truePasses: 0, falseFails: 0, trueFails: 9, falsePasses: 1),
      JudgeLabels(truePasses: 4, falseFails: 6, trueFails: 5, falsePasses: 5),
      JudgeLabels(truePasses: 3, falseFails: 7, trueFails: 70, falsePasses: 30),
    ]
    for labels in useless {
      #expect(roganGladen(passed: 30, of: 60, labels: labels, alpha: 0.05) == nil)
      #expect(roganGladenAdjusted(passed: 30, of: 60, labels: labels, alpha: 0.05) == nil)
    }
    #expect(roganGladen(passed: 0, of: 0, labels: judge, alpha: 0.05) == nil)
    #expect(roganGladenAdjusted(passed: 0, of: 0, labels: judge, alpha: 0.05) == nil)
    // Better than chance as counted, worse with a success and a failure added to each.
    let slight = JudgeLabels(truePasses: 1, falseFails: 0, trueFails: 3, falsePasses: 97)
    #expect(roganGladenAdjusted(passed: 30, of: 60, labels: slight, alpha: 0.05) == nil)
    #expect(roganGladen(passed: 30, of: 60, labels: slight, alpha: 0.05)?.isReportable == false)
  }
}
