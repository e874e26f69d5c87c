import PortcullisStatistics
import Testing

private func labels(_ truePasses: Int, _ falseFails: Int, _ trueFails: Int, _ falsePasses: Int) -> JudgeLabels {
  JudgeLabels(truePasses: truePasses, falseFails: falseFails, trueFails: trueFails, falsePasses: falsePasses)
}

private func pairs(_ b: Int, _ c: Int, of n: Int) -> PairTable {
  PairTable(both: n - b - c, productionOnly: b, candidateOnly: c, neither: 0)
}

struct JudgeCalibrationTests {
  @Test func labelsAddUpCellByCell() {
    var seen = JudgeLabels()
    for (human, judge) in [(true, true), (true, true), (true, false), (false, false), (false, true)] {
      seen.add(humanPassed: human, judgePassed: judge)
    }
    #expect(seen == labels(2, 1, 1, 1))
    #expect(seen + seen == labels(4, 2, 2, 2))
    #expect(agrees(seen.informedness, 2.0 / 3 + 0.5 - 1))
    #expect(labels(3, 7, 70, 30).informedness == 0)
  }

  // Exact lower limits of 93 and 86 of 100 at 95 %, SciPy 1.17: 0.87254…, 0.78982…; of 29 of 29: 0.05^(1/29).
  @Test(arguments: [
    (labels(93, 7, 93, 7), ThreeWay.pass), (labels(93, 7, 86, 14), .inconclusive), (labels(86, 14, 93, 7), .inconclusive),
    (labels(29, 0, 29, 0), .pass), (labels(73, 27, 93, 7), .inconclusive), (labels(72, 28, 93, 7), .fail), (labels(93, 7, 72, 28), .fail),
    (labels(0, 0, 100, 0), .inconclusive), (labels(100, 0, 0, 0), .inconclusive), (labels(0, 0, 0, 100), .inconclusive),
    (labels(0, 0, 0, 0), .inconclusive),
  ])
  func bothErrorRatesMustBeShownToBeLow(labels: JudgeLabels, verdict: ThreeWay) {
    #expect(judgeCalibration(labels, alpha: 0.05).verdict == verdict)
  }

  @Test func withoutLabelsOfBothKindsNothingIsKnown() {
    let result = judgeCalibration(labels(0, 0, 20, 0), alpha: 0.05)
    #expect(result.sensitivity == Interval(lower: 0, upper: 1))
    #expect(result.specificity == Interval(lower: 0, upper: 1))
    #expect(result.informednessLower == -1)
    #expect(result.labels.sensitivity == nil)
    #expect(result.labels.informedness == nil)
  }
}

struct JudgeScaledTests {
  private func scaled(_ table: PairTable, missing: Int = 0, _ judge: JudgeLabels, margin: Double) -> JudgeScaled {
    let observed = nonInferiority(table, missing: missing, margin: margin, alpha: 0.05)
    return judgeScaledNonInferiority(observed, labels: judge, margin: margin, alpha: 0.05)
  }

  // By hand: a perfect judge of 100 + 100 has J_L = 2·0.05^(1/100) − 1 = 0.94095…; z²/(n + z²) of a clean run is
  // 0.0098 at 273 cases and 0.0094095 between 284 and 285.
  @Test func aCleanRunPassesFromTheScaledMarginOn() {
    let perfect = labels(100, 0, 100, 0)
    #expect(scaled(pairs(0, 0, of: 285), perfect, margin: 0.01).verdict == .pass)
    #expect(scaled(pairs(0, 0, of: 284), perfect, margin: 0.01).verdict == .inconclusive)
    #expect(nonInferiority(pairs(0, 0, of: 270), missing: 0, margin: 0.01, alpha: 0.05).verdict == .pass)
  }

  @Test func theTrueDifferenceIsTheObservedOneOverJ() {
    let result = scaled(pairs(30, 12, of: 600), labels(90, 10, 80, 20), margin: 0.05)
    #expect(agrees(result.estimate, -0.03 / 0.7))
    #expect(result.verdict == .inconclusive)
    // The best guess of the truth is a loss of 5.0 points, seen as 3.5.
    #expect(scaled(pairs(33, 12, of: 600), labels(90, 10, 80, 20), margin: 0.05).verdict == .fail)
    #expect(scaled(pairs(32, 12, of: 600), labels(90, 10, 80, 20), margin: 0.05).verdict == .inconclusive)
  }

  @Test func aJudgeNotShownToBeBetterThanChanceDecidesNothing() {
    for judge in [labels(5, 5, 5, 5), labels(6, 4, 6, 4), labels(0, 50, 0, 50)] {
      #expect(scaled(pairs(0, 0, of: 100_000), judge, margin: 0.5).verdict == .inconclusive)
      #expect(scaled(pairs(900, 0, of: 1_000), judge, margin: 0.05).verdict == .inconclusive)
    }
    #expect(scaled(pairs(0, 0, of: 100), labels(0, 50, 0, 50), margin: 0.05).estimate == nil)
  }

  @Test func withoutPairsOrLabelsOfBothKindsAllIsUndefined() {
    for result in [
      scaled(PairTable(), labels(90, 10, 90, 10), margin: 0.05), scaled(pairs(0, 0, of: 900), labels(0, 0, 90, 0), margin: 0.05),
    ] {
      #expect(result.estimate == nil)
      #expect(result.informednessLower == nil)
      #expect(result.scaledMargin == nil)
      #expect(result.verdict == .inconclusive)
    }
  }

  @Test func missingPairsCountAgainstAPass() {
    let judge = labels(200, 0, 200, 0)
    #expect(scaled(pairs(0, 0, of: 300), judge, margin: 0.05).verdict == .pass)
    #expect(scaled(pairs(0, 0, of: 300), missing: 15, judge, margin: 0.05).verdict == .inconclusive)
  }

  // reference/statistics.md §11: sensitivity 0.9, specificity 0.8, true loss = margin = 5 points, 1000 pairs: uncorrected
  // 24 % pass, corrected with 100 + 100 labels 2 %. Here P(loss) = 0.08 and P(gain) = 0.03.
  @Test func aLossOfTheMarginSeldomPassesThoughTheJudgeHidesPartOfIt() {
    var generator = SplitMix64(seed: 11)
    func flip(_ rate: Double) -> Bool { Double(generator.below(1_000_000)) < rate * 1e6 }
    func judged(_ passed: Bool) -> Bool { flip(passed ? 0.9 : 0.2) }
    let runs = 300
    var (corrected, uncorrected) = (0, 0)
    for _ in 0..<runs {
      var calibration = JudgeLabels()
      for human in [true, false] { for _ in 0..<100 { calibration.add(humanPassed: human, judgePassed: judged(human)) } }
      var table = PairTable()
      for _ in 0..<1_000 {
        let draw = generator.below(100)
        let (production, candidate) = draw < 8 ? (true, false) : draw < 11 ? (false, true) : draw < 95 ? (true, true) : (false, false)
        table.add(production: judged(production), candidate: judged(candidate))
      }
      let observed = nonInferiority(table, missing: 0, margin: 0.05, alpha: 0.05)
      uncorrected += observed.verdict == .pass ? 1 : 0
      corrected += judgeScaledNonInferiority(observed, labels: calibration, margin: 0.05, alpha: 0.05).verdict == .pass ? 1 : 0
    }
    #expect(Double(corrected) / Double(runs) < 0.05)
    #expect(Double(uncorrected) / Double(runs) > 0.15)
  }
}

struct PositionBiasTests {
  // By hand from both rules: a floor of 0.8 and a bias of 0.1 on either side.
  @Test(arguments: [
    (180, 11, 9, ThreeWay.pass), (181, 19, 0, .inconclusive), (180, 20, 0, .fail), (160, 20, 20, .inconclusive), (145, 28, 27, .fail),
    (850, 150, 0, .fail),
    (850, 0, 150, .fail), (5, 0, 0, .inconclusive), (0, 0, 0, .inconclusive), (14, 0, 0, .inconclusive), (60, 0, 0, .pass),
  ])
  func consistencyAndBiasMustBothBeShown(consistent: Int, first: Int, second: Int, verdict: ThreeWay) {
    #expect(positionBias(consistent: consistent, first: first, second: second, alpha: 0.05).verdict == verdict)
  }

  @Test func exchangingThePlacesTurnsTheBiasAndKeepsTheVerdict() throws {
    for (first, second) in [(0, 0), (3, 9), (40, 2), (0, 30)] {
      let one = positionBias(consistent: 150, first: first, second: second, alpha: 0.05)
      let other = positionBias(consistent: 150, first: second, second: first, alpha: 0.05)
      #expect(one.bias == other.bias.map { -$0 })
      #expect(one.biasLimits?.lower == other.biasLimits.map { -$0.upper })
      #expect(one.p == other.p)
      #expect(one.verdict == other.verdict)
    }
  }

  @Test func withoutPairsNothingIsSaid() {
    let result = positionBias(consistent: 0, first: 0, second: 0, alpha: 0.05)
    #expect(result.consistency == nil)
    #expect(result.consistencyLimits == Interval(lower: 0, upper: 1))
    #expect(result.bias == nil)
    #expect(result.biasLimits == nil)
    #expect(result.p == 1)
    #expect(positionBias(consistent: 0, first: 0, second: 0, leastConsistency: 0, alpha: 0.05).verdict == .inconclusive)
  }
}

struct SelfPreferenceTests {
  // The rule of differences with its sign turned; each gap and its limits by Newcombe's method, see NewcombeUnpairedTests.
  @Test(arguments: [
    (labels(280, 20, 270, 30), labels(279, 21, 269, 31), ThreeWay.pass), (labels(95, 5, 70, 30), labels(90, 10, 88, 12), .fail),
    (labels(99, 1, 90, 10), labels(80, 20, 90, 10), .fail), (labels(9, 1, 7, 3), labels(8, 2, 8, 2), .inconclusive),
    (labels(900, 100, 820, 180), labels(900, 100, 900, 100), .inconclusive),
    (labels(900, 100, 800, 200), labels(900, 100, 900, 100), .fail),
    (labels(90, 10, 88, 12), labels(95, 5, 70, 30), .pass), (labels(9, 1, 0, 0), labels(8, 2, 8, 2), .inconclusive),
    (labels(9, 1, 8, 2), labels(0, 0, 8, 2), .inconclusive), (labels(0, 0, 0, 0), labels(0, 0, 0, 0), .inconclusive),
  ])
  func bothGapsMustBeShownToBeSmall(own: JudgeLabels, others: JudgeLabels, verdict: ThreeWay) {
    #expect(selfPreference(own: own, others: others, alpha: 0.05).verdict == verdict)
  }

  @Test func anEmptyKindLeavesEveryGapUndefined() {
    let result = selfPreference(own: labels(9, 1, 0, 0), others: labels(8, 2, 8, 2), alpha: 0.05)
    #expect(result.falsePasses == nil)
    #expect(result.truePasses == nil)
  }
}

struct VerbositySlopeTests {
  // By hand, lengths 0, 1, 3, 7 so that ln(1 + length) is 0, 1, 2, 3 times ln 2: slope 0.14 a doubling, residuals 0.01,
  // 0.07, −0.17, 0.09, variance 4/2·0.0269/25. t at two degrees: 4.302652729749462.
  @Test func slopeAndErrorEqualTheHandComputation() throws {
    let result = try #require(
      verbositySlope(judge: [0.5, 0.7, 0.6, 1], human: [0.5, 0.5, 0.5, 0.5], lengths: [0, 1, 3, 7], alpha: 0.05))
    #expect(agrees(result.slope, 0.2019773057244549))
    #expect(agrees(result.standardError, 0.06692612380172684))
    #expect(agrees(result.perDeviation, 0.1807392228230128))
    #expect(agrees(result.limits.upper - result.slope, 4.302652729749462 * 0.06692612380172684))
    #expect(!result.needsHumanLabels())
  }

  @Test func aJudgeThatPaysByLengthNeedsHumanLabels() throws {
    let lengths = (0..<40).map { Double(50 + 20 * $0) }
    let human = lengths.indices.map { Double($0 % 5) / 10 }
    let judge = zip(human, lengths).map { $0 + ($1 > 450 ? 0.2 : 0.0) }
    let biased = try #require(verbositySlope(judge: judge, human: human, lengths: lengths, alpha: 0.05))
    #expect(biased.needsHumanLabels())
    #expect(!biased.needsHumanLabels(tolerance: 0.5))
    let fair = try #require(verbositySlope(judge: human, human: human, lengths: lengths, alpha: 0.05))
    #expect(fair.slope == 0)
    #expect(fair.limits == Interval(lower: 0, upper: 0))
    #expect(!fair.needsHumanLabels())
  }

  @Test func withoutSpreadOfLengthThereIsNoSlope() {
    #expect(verbositySlope(judge: [], human: [], lengths: [], alpha: 0.05) == nil)
    #expect(verbositySlope(judge: [1, 0], human: [0, 0], lengths: [1, 2], alpha: 0.05) == nil)
    for length in 1...100 {
      let lengths = [Double](repeating: Double(length), count: 10)
      #expect(verbositySlope(judge: lengths.indices.map { Double($0 % 3) }, human: lengths, lengths: lengths, alpha: 0.05) == nil)
    }
    #expect(verbositySlope(judge: [1, 0, 1], human: [0, 0, 0], lengths: [1e15, 1e15 + 0.125, 1e15], alpha: 0.05) == nil)
  }
}

struct JudgePanelTests {
  @Test func judgesThatErrTogetherAreOne() {
    let judge = [true, false, false, true, false, false, false]
    let panel = JudgePanel(errors: [judge, judge, judge])
    #expect(panel.errorCorrelation == 1)
    #expect(panel.effectiveJudges == 1)
    #expect(panel.majorityErrorRate == 2.0 / 7)
  }

  @Test func judgesThatErrIndependentlyAreAllWorthTheirWhile() {
    // Every combination of three judges' errors once.
    let judges = (0..<3).map { judge in (0..<8).map { $0 >> judge & 1 == 1 } }
    let panel = JudgePanel(errors: judges)
    #expect(panel.errorCorrelation == 0)
    #expect(panel.effectiveJudges == 3)
    #expect(panel.majorityErrorRate == 0.5)
  }

  // By hand: pairs (1, 2) and (2, 3) correlate by 1/√3·…: errors 1100, 1000, 0011 of four answers.
  @Test func theCorrelationIsTheMeanOverPairs() {
    let panel = JudgePanel(errors: [[true, true, false, false], [true, false, false, false], [false, false, true, true]])
    let third = 1 / 3.0.squareRoot()
    #expect(agrees(panel.errorCorrelation, (third - 1 - third) / 3))
    #expect(agrees(panel.effectiveJudges, 3 / (1 - 2.0 / 3)))
    #expect(panel.majorityErrorRate == 0.25)
  }

  @Test func whatCannotBeComparedIsUndefined() {
    let flawless = JudgePanel(errors: [[false, false, false], [false, true, false], [false, false, false]])
    #expect(flawless.errorCorrelation == nil)
    #expect(flawless.effectiveJudges == nil)
    #expect(flawless.majorityErrorRate == 0)
    #expect(JudgePanel(errors: [[true, false], [false, true]]).errorCorrelation == -1)
    #expect(JudgePanel(errors: [[true, false], [false, true]]).effectiveJudges == nil)
    #expect(JudgePanel(errors: [[true, false], [false, true]]).majorityErrorRate == nil)
    #expect(JudgePanel(errors: [[true, false]]).errorCorrelation == nil)
    #expect(JudgePanel(errors: [[true, false]]).majorityErrorRate == 0.5)
    #expect(JudgePanel(errors: []).majorityErrorRate == nil)
    #expect(JudgePanel(errors: [[], [], []]).majorityErrorRate == nil)
  }
}
