import PortcullisStatistics
import Testing

struct FlakinessTests {
  // reference/statistics.md §6: the order of the questions and 36 clean trials; exact limits from SciPy 1.17, beta.ppf.
  @Test(arguments: [
    (36, 36, Flakiness.Kind.stablePass, 0.902606244085508, 1.0), (35, 35, .unknown, 0.8999675644, 1.0),
    (0, 36, .stableFail, 0.0, 0.097393755914492),
    (0, 35, .unknown, 0.0, 0.1000324356), (18, 20, .flaky, 0.683017285980918, 0.987651472829705), (1, 20, .unknown, 0.001265, 0.248733),
    (995, 1_000, .stablePass, 0.988370529440188, 0.998374580482437), (5, 1_000, .stableFail, 0.001625419517563, 0.011629470559812),
    (940, 1_000, .flaky, 0.923439509596065, 0.953904964577516), (1, 2, .flaky, 0.012579, 0.987421), (0, 0, .unknown, 0.0, 1.0),
    (1, 1, .unknown, 0.025, 1.0),
  ])
  func casesAreSortedByWhatTheirTrialsProve(passed: Int, count: Int, kind: Flakiness.Kind, lower: Double, upper: Double) {
    let result = Flakiness(passed: passed, of: count)
    #expect(result.kind == kind)
    #expect(agrees(result.passRate.lower, lower, decimals: 6))
    #expect(agrees(result.passRate.upper, upper, decimals: 6))
  }

  @Test(arguments: 0...60)
  func exchangingPassAndFailExchangesTheStableKinds(count: Int) {
    for passed in 0...count {
      let mirrored: Flakiness.Kind =
        switch Flakiness(passed: passed, of: count).kind {
        case .flaky: .flaky
        case .stablePass: .stableFail
        case .stableFail: .stablePass
        case .unknown: .unknown
        }
      #expect(Flakiness(passed: count - passed, of: count).kind == mirrored)
    }
  }
}

struct PassAtKTests {
  /// The share of all choices of `k` trials, the first `passed` of `count` being passes, for which the claim holds.
  private func share(passed: Int, of count: Int, k: Int, _ claim: (_ passes: Int) -> Bool) -> Double {
    var (hits, choices) = (0, 0)
    for chosen in 0..<(1 << count) where chosen.nonzeroBitCount == k {
      choices += 1
      hits += claim((chosen & ((1 << passed) - 1)).nonzeroBitCount) ? 1 : 0
    }
    return Double(hits) / Double(choices)
  }

  @Test(arguments: 1...8)
  func bothEqualTheCountOverAllChoices(count: Int) {
    for passed in 0...count {
      for k in 1...count {
        #expect(agrees(passAtK(passed: passed, of: count, k: k), share(passed: passed, of: count, k: k) { $0 > 0 }))
        #expect(agrees(passHatK(passed: passed, of: count, k: k), share(passed: passed, of: count, k: k) { $0 == k }))
      }
    }
  }

  @Test func moreTrialsThanRecordedAreUndefined() {
    #expect(passAtK(passed: 2, of: 4, k: 5) == nil)
    #expect(passHatK(passed: 2, of: 4, k: 5) == nil)
    #expect(passAtK(passed: 0, of: 0, k: 1) == nil)
    #expect(passHatK(passed: 0, of: 0, k: 1) == nil)
  }

  // One pass in 1e9 trials is drawn with chance k/1e9 exactly; of two with 1 − (1 − p)(1 − p′).
  @Test func aBillionTrialsTakeNoTimeAndLoseNoDigits() {
    let count = 1_000_000_000
    #expect(agrees(passAtK(passed: 1, of: count, k: 7), 7e-9))
    #expect(agrees(passHatK(passed: count - 1, of: count, k: count / 2), 0.5))
    #expect(passAtK(passed: count / 2, of: count, k: count / 2) == 1)
    #expect(passHatK(passed: count / 2, of: count, k: count / 3) == 0)
  }
}

/// Six cases of four scores each: P. E. Shrout and J. L. Fleiss, Intraclass Correlations, 1979, table 2.
private let shroutFleiss: [[Double]] = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]

struct RepeatSumsTests {
  // Shrout and Fleiss give BMS 11.24, WMS 6.26, ICC(1,1) 0.17; the same in whole fractions by hand.
  @Test func theSplitEqualsThePublishedAnalysisOfVariance() throws {
    let components = try #require(RepeatSums(cases: shroutFleiss).components)
    #expect(agrees(components.mean, 127.0 / 24))
    #expect(agrees(components.within, 451.0 / 72))
    #expect(agrees(components.between, 56.0 / 45))
    #expect(agrees(components.intraclassCorrelation, 448.0 / 2_703))
    #expect(agrees(components.standardError, (1_349.0 / 2_880).squareRoot()))
    #expect(components.cases == 6)
  }

  // By hand: means 1, ½, ½, 0 and variances 0, ½, ⅓, 0, of which the third case's mean has noise ⅓/4.
  @Test func casesWithUnlikeNumbersOfTrialsCountOnceEach() throws {
    var sums = RepeatSums()
    for (passed, count) in [(3, 3), (1, 2), (2, 4), (0, 5), (1, 1), (0, 1), (0, 0)] { sums.add(passed: passed, of: count) }
    #expect(sums.cases == 4)
    #expect(sums.casesWithOneTrial == 2)
    let components = try #require(sums.components)
    #expect(agrees(components.mean, 0.5))
    #expect(agrees(components.within, (0.5 + 1.0 / 3) / 4))
    #expect(agrees(components.between, 0.5 / 3 - (0.25 + 1.0 / 12) / 4))
    #expect(agrees(components.standardError, (0.5 / 3 / 4).squareRoot()))
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func theSplitEqualsPlainTwoPassArithmetic(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let trials = 2 + generator.below(6)
    let cases = (0..<(2 + generator.below(40))).map { _ in
      (0..<trials).map { _ in Double(generator.below(1_000_001)) / 1e6 }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func variance(_ values: [Double]) -> Double {
      let centre = mean(values)
      return values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(values.count - 1)
    }
    let (within, ofMeans) = (mean(cases.map(variance)), variance(cases.map(mean)))
    let components = try #require(RepeatSums(cases: cases).components)
    #expect(agrees(components.mean, mean(cases.map(mean))))
    #expect(agrees(components.within, within))
    #expect(abs(components.between - (ofMeans - within / Double(trials))) < 1e-12)
    #expect(components.plannedBetween == max(0, components.between))
    #expect(agrees(components.standardError, (ofMeans / Double(cases.count)).squareRoot()))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func neitherOrderNorShardsChangeABit(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var cases = (0..<30).map { _ in (0..<generator.below(6)).map { _ in Double(generator.below(1_000_000_001)) / 1e9 } }
    let whole = RepeatSums(cases: cases)
    cases.shuffle(using: &generator)
    for index in cases.indices { cases[index].shuffle(using: &generator) }
    let cut = generator.below(cases.count)
    let (first, second) = (RepeatSums(cases: Array(cases[..<cut])), RepeatSums(cases: Array(cases[cut...])))
    #expect(first + second == whole)
    #expect((second + first).components == whole.components)
  }

  @Test func partsOfACaseAddUpToIt() {
    var (one, other, whole) = (RepeatedCase(), RepeatedCase(), RepeatedCase())
    one.add(passed: 1, of: 2)
    other.add(0.25)
    for score in [0.25, 1, 0] { whole.add(score) }
    #expect(one + other == whole)
    var (joined, direct) = (RepeatSums(), RepeatSums())
    joined.add(other + one)
    direct.add(scores: [1, 0.25, 0])
    #expect(joined == direct)
  }

  @Test func equalScoresHaveNoSpreadAndNoCorrelation() throws {
    let components = try #require(
      RepeatSums(cases: [[Double]](repeating: [0.123456789, 0.123456789, 0.123456789], count: 10_000)).components)
    #expect(components.mean == 0.123456789)
    #expect(components.within == 0)
    #expect(components.between == 0)
    #expect(components.standardError == 0)
    #expect(components.intraclassCorrelation == nil)
  }

  @Test func noiseAloneMayPushTheSplitBelowZeroButNotThePlan() throws {
    let components = try #require(RepeatSums(cases: [[1, 0], [0, 1], [1, 0]]).components)
    #expect(components.between == -0.25)
    #expect(components.plannedBetween == 0)
    #expect(components.intraclassCorrelation == -1)
  }

  @Test func oneCaseOrOneTrialACaseIsNoSpread() {
    #expect(RepeatSums().components == nil)
    #expect(RepeatSums(cases: [[1], [0], [1]]).components == nil)
    #expect(RepeatSums(cases: [[1, 0, 1]]).components == nil)
    #expect(RepeatSums(cases: [[1, 0, 1], [1], []]).components == nil)
  }
}
