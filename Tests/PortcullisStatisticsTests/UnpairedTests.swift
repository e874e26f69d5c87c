import PortcullisStatistics
import Testing

private let z95 = 1.959963984540054

struct NewcombeUnpairedTests {
  // R. G. Newcombe, 1998, table II, method 10, 95 %.
  @Test(arguments: [
    (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (6, 7, 2, 7, 0.0582, 0.8062), (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775), (0, 10, 0, 10, -0.2775, 0.2775), (10, 10, 0, 20, 0.6791, 1), (10, 10, 0, 10, 0.6075, 1),
  ])
  func limitsEqualThePublishedOnes(_ row: (Int, Int, Int, Int, lower: Double, upper: Double)) throws {
    let result = try #require(newcombeUnpaired(firstPassed: row.0, of: row.1, secondPassed: row.2, of: row.3, z: z95))
    #expect(agrees(result.estimate, Double(row.0) / Double(row.1) - Double(row.2) / Double(row.3)))
    #expect(agrees(result.limits.lower, row.lower, decimals: 4))
    #expect(agrees(result.limits.upper, row.upper, decimals: 4))
  }

  @Test func exchangingTheGroupsMirrorsTheInterval() throws {
    for first in 0...7 {
      for second in 0...12 {
        let one = try #require(newcombeUnpaired(firstPassed: first, of: 7, secondPassed: second, of: 12, z: 1.645))
        let other = try #require(newcombeUnpaired(firstPassed: second, of: 12, secondPassed: first, of: 7, z: 1.645))
        #expect(one.limits.lower == -other.limits.upper)
        #expect(one.limits.lower >= -1 && one.limits.upper <= 1)
        #expect(one.limits.lower <= one.estimate && one.estimate <= one.limits.upper)
      }
    }
  }

  @Test func anEmptyGroupHasNoDifference() {
    #expect(newcombeUnpaired(firstPassed: 0, of: 0, secondPassed: 3, of: 5, z: 1.645) == nil)
    #expect(newcombeUnpaired(firstPassed: 3, of: 5, secondPassed: 0, of: 0, z: 1.645) == nil)
  }
}

struct StratifiedDifferenceTests {
  /// C. R. Charig et al., 1986: open surgery as candidate, the percutaneous one as production; small stones, then large ones.
  private let stones = [
    Stratum(weight: 357, candidatePassed: 81, of: 87, productionPassed: 234, of: 270),
    Stratum(weight: 343, candidatePassed: 192, of: 263, productionPassed: 55, of: 80),
  ]

  /// The same with the arms exchanged.
  private var turned: [Stratum] {
    stones.map {
      Stratum(
        weight: $0.weight, candidatePassed: $0.productionPassed, of: $0.productionCount, productionPassed: $0.candidatePassed,
        of: $0.candidateCount)
    }
  }

  // By hand: 273/350 against 289/350 in all, yet better on either kind of stone.
  @Test func aReversalIsSeenAndTheReferenceMixUndoesIt() throws {
    let result = try #require(stratifiedDifference(stones, alpha: 0.05))
    #expect(agrees(result.crude, -16.0 / 350))
    #expect(result.isReversed)
    let small = 81.0 / 87 - 234.0 / 270
    let large = 192.0 / 263 - 55.0 / 80
    #expect(agrees(result.estimate, (357 * small + 343 * large) / 700))
    func variance(_ x: Double, _ n: Double) -> Double { (x + 1) / (n + 2) * ((n - x + 1) / (n + 2)) / (n + 2) }
    let (ofSmall, ofLarge) = (variance(81, 87) + variance(234, 270), variance(192, 263) + variance(55, 80))
    #expect(agrees(result.standardError, (0.51 * 0.51 * ofSmall + 0.49 * 0.49 * ofLarge).squareRoot()))
    #expect(agrees(result.limits.upper - result.estimate, 1.6448536269514722 * result.standardError))
  }

  @Test func onlyTheRatioOfTheWeightsCounts() throws {
    let heavy = stones.map {
      Stratum(
        weight: $0.weight * 1e304, candidatePassed: $0.candidatePassed, of: $0.candidateCount, productionPassed: $0.productionPassed,
        of: $0.productionCount)
    }
    let (one, other) = (try #require(stratifiedDifference(stones, alpha: 0.05)), try #require(stratifiedDifference(heavy, alpha: 0.05)))
    #expect(agrees(one.estimate, other.estimate))
    #expect(agrees(one.standardError, other.standardError))
  }

  @Test func exchangingTheArmsTurnsTheSignAndKeepsTheFlag() throws {
    let (one, other) = (try #require(stratifiedDifference(stones, alpha: 0.05)), try #require(stratifiedDifference(turned, alpha: 0.05)))
    #expect(one.estimate == -other.estimate)
    #expect(one.limits.lower == -other.limits.upper)
    #expect(other.isReversed)
  }

  @Test func aTieInOneSliceIsNoReversal() throws {
    let tie = Stratum(weight: 1, candidatePassed: 1, of: 2, productionPassed: 2, of: 4)
    for strata in [stones, turned] { #expect(try #require(stratifiedDifference(strata + [tie], alpha: 0.05)).isReversed == false) }
  }

  @Test func anEmptyArmOrNoWeightIsUndefined() {
    let empty = Stratum(weight: 1, candidatePassed: 3, of: 4, productionPassed: 0, of: 0)
    let weightless = Stratum(weight: 0, candidatePassed: 3, of: 4, productionPassed: 1, of: 2)
    #expect(stratifiedDifference([], alpha: 0.05) == nil)
    #expect(stratifiedDifference([empty], alpha: 0.05) == nil)
    #expect(stratifiedDifference(stones + [empty], alpha: 0.05) == nil)
    #expect(stratifiedDifference([weightless, weightless], alpha: 0.05) == nil)
    #expect(stratifiedDifference(stones + [weightless], alpha: 0.05)?.estimate == stratifiedDifference(stones, alpha: 0.05)?.estimate)
  }
}

struct CompositionTests {
  @Test func theWorstGatingRuleDecidesAndAdviceNeverDoes() {
    #expect(composedVerdict([]) == .inconclusive)
    for advice in ThreeWay.allCases {
      #expect(composedVerdict([(.advisory, advice)]) == .inconclusive)
      for one in ThreeWay.allCases {
        for other in ThreeWay.allCases {
          #expect(composedVerdict([(.gate, one), (.advisory, advice), (.gate, other)]) == max(one, other))
        }
      }
    }
  }
}

struct SliceVerdictsTests {
  private func table(_ b: Int, _ c: Int, of n: Int) -> PairTable {
    PairTable(both: n - b - c, productionOnly: b, candidateOnly: c, neither: 0)
  }

  @Test func protectedSlicesMustProveAndWatchedOnesMustNotAlarm() {
    func verdict(_ protected: [ProtectedSlice], _ watched: [WatchSlice]) -> ThreeWay {
      sliceVerdicts(protected: protected, watched: watched, alpha: 0.05).verdict
    }
    let proven = ProtectedSlice(table(0, 0, of: 200), margin: 0.05)
    let small = ProtectedSlice(table(0, 0, of: 20), margin: 0.05)
    let harmed = ProtectedSlice(table(30, 0, of: 200), margin: 0.05)
    let (quiet, alarming) = (WatchSlice(table(1, 1, of: 20), margin: 0.05), WatchSlice(table(12, 0, of: 60), margin: 0.05))
    #expect(verdict([], []) == .inconclusive)
    #expect(verdict([proven], [quiet]) == .pass)
    #expect(verdict([proven, small], [quiet]) == .inconclusive)
    #expect(verdict([proven], [quiet, alarming]) == .fail)
    #expect(verdict([proven, harmed], []) == .fail)
    #expect(verdict([], [quiet]) == .pass)
    #expect(verdict([ProtectedSlice(table(0, 0, of: 200), missing: 20, margin: 0.05)], []) == .inconclusive)
    #expect(verdict([ProtectedSlice(PairTable(), margin: 0.05)], []) == .inconclusive)
  }
}

struct UnpairedPlanningTests {
  /// The candidate's requests, then production's.
  private func arms(_ rate: Double, ratio: Double, margin: Double) -> [Int]? {
    requestsNeededUnpaired(candidateRate: rate, productionRate: rate, ratio: ratio, margin: margin, alpha: 0.05)
      .map { [$0.candidate, $0.production] }
  }

  // reference/statistics.md §12: 1237 an arm, and 1.45; z² = 6.1826 (α 0.05, power 0.8) by hand for the rest.
  @Test func sizesEqualTheWorkedExamples() {
    #expect(arms(0.9, ratio: 1, margin: 0.03) == [1_237, 1_237])
    #expect(arms(0.97, ratio: 4, margin: 0.02) == [563, 2_252])
    #expect(agrees(designEffect(meanSize: 10, sizeVariation: 0, correlation: 0.05), 1.45))
    #expect(agrees(designEffect(meanSize: 4, sizeVariation: 0.5, correlation: 0.1), 1.4))
    #expect(designEffect(meanSize: 1, sizeVariation: 0, correlation: 1) == 1)
    // 6.18256·0.13/0.0009 = 893.04, and with repeats 6.18256·(0.03 + 0.01 + 0.025)/0.0009 = 446.52.
    func cases(_ candidateTrials: Int, _ productionTrials: Int) -> Int? {
      casesNeededRepeated(
        caseVariance: 0.03, candidateNoise: 0.05, candidateTrials: candidateTrials, productionNoise: 0.05,
        productionTrials: productionTrials, margin: 0.03, alpha: 0.05)
    }
    #expect(cases(1, 1) == 894)
    #expect(cases(5, 2) == 447)
  }

  @Test func extremesStayNumbers() {
    #expect(arms(1, ratio: 1, margin: 0.05) == [1, 1])
    #expect(arms(0, ratio: 1e-300, margin: 0.05) == [1, 1])
    #expect(arms(0.5, ratio: 1e-300, margin: 0.05) == nil)
    #expect(arms(0.5, ratio: 1e300, margin: 0.05) == nil)
    #expect(arms(0.5, ratio: 1, margin: 1e-12) == nil)
    #expect(
      casesNeededRepeated(
        caseVariance: 0, candidateNoise: 0, candidateTrials: 1, productionNoise: 0, productionTrials: 1, margin: 0.1, alpha: 0.05) == 1)
  }
}
