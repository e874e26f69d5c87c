import PortcullisStatistics
import Testing

private func table(_ b: Int, _ c: Int, of n: Int) -> PairTable {
  PairTable(both: n - b - c, productionOnly: b, candidateOnly: c, neither: 0)
}

struct TangoTests {
  // Computed apart from the code: the restricted likelihood maximised and the score's root bisected in mpmath, 30 digits;
  // one-sided 95 %.
  @Test(arguments: [
    (12, 7, 300, -0.0427022870432623, 0.00771938556449509), (1, 0, 25, -0.160866357091326, 0.0615596462462931),
    (20_000, 19_000, 1_000_000, -0.00132486940941195, -0.000675191843788494), (0, 3, 40, 0.00689504270613251, 0.1734801787369),
  ])
  func limitsAreTheRootsOfTheScore(b: Int, c: Int, n: Int, lower: Double, upper: Double) {
    let limits = tangoLimits(table(b, c, of: n), alpha: 0.05)
    #expect(agrees(limits?.lower, lower))
    #expect(agrees(limits?.upper, upper))
  }

  // M. W. Fagerland, S. Lydersen, P. Laake, 2014, airway hyper-responsiveness, 95 % two-sided.
  @Test func limitsEqualThePublishedOnes() {
    let airways = PairTable(both: 1, productionOnly: 7, candidateOnly: 1, neither: 12)
    #expect(agrees(tangoLimits(airways, alpha: 0.025)?.lower, -0.517, decimals: 3))
    #expect(agrees(tangoLimits(airways, alpha: 0.025)?.upper, -0.026, decimals: 3))
    let newcombe = newcombePaired(airways, z: 1.959963984540054)
    #expect(agrees(newcombe?.lower, -0.507, decimals: 3))
    #expect(agrees(newcombe?.upper, -0.026, decimals: 3))
  }

  // reference/statistics.md §4: ties are data, b = c = 0 gives ±z²/(n + z²).
  @Test func aRunWithoutADifferenceStillHasAnInterval() {
    let z = oneSidedQuantile(alpha: 0.05)
    for n in [1, 10, 88, 1_000_000] {
      #expect(agrees(tangoLimits(table(0, 0, of: n), alpha: 0.05)?.lower, -z * z / (Double(n) + z * z)))
    }
    #expect(nonInferiority(table(0, 0, of: 87), missing: 0, margin: 0.03, alpha: 0.05).verdict == .inconclusive)
    #expect(nonInferiority(table(0, 0, of: 88), missing: 0, margin: 0.03, alpha: 0.05).verdict == .pass)
  }

  @Test func theEndsOfTheScaleAreReachedExactly() {
    for n in [1, 2, 1_000] {
      #expect(tangoLimits(table(n, 0, of: n), alpha: 0.05)?.lower == -1)
      #expect(tangoLimits(table(0, n, of: n), alpha: 0.05)?.upper == 1)
    }
    #expect(tangoLimits(PairTable(), alpha: 0.05) == nil)
    #expect(tangoScore(PairTable(), theta: 0) == nil)
    #expect(tangoScore(table(0, 0, of: 10), theta: 0) == 0)
    #expect(tangoScore(table(3, 0, of: 3), theta: 1) == -.infinity)
    #expect(tangoScore(table(0, 3, of: 3), theta: -1) == .infinity)
  }

  @Test func exchangingTheArmsMirrorsTheInterval() throws {
    for b in 0...6 {
      for c in 0...6 {
        let one = try #require(tangoLimits(table(b, c, of: 15), alpha: 0.05))
        let other = try #require(tangoLimits(table(c, b, of: 15), alpha: 0.05))
        #expect(one.lower == -other.upper)
        #expect(one.lower <= Double(c - b) / 15)
        #expect(one.upper >= Double(c - b) / 15)
      }
    }
  }
}

/// All tables of at most 20 cases: only b, c and n matter.
struct SmallTableLaws {
  private func lower(_ b: Int, _ c: Int, _ n: Int) throws -> Double {
    try #require(tangoLimits(table(b, c, of: n), alpha: 0.05)).lower
  }

  @Test(arguments: 1...20)
  func turningAPassIntoAFailOrLosingAPairNeverRaisesTheLowerBound(n: Int) throws {
    for b in 0...n {
      for c in 0...(n - b) {
        let bound = try lower(b, c, n)
        // A case both passed becomes a loss; and so it is counted when its pair is lost.
        if b + c < n { #expect(try lower(b + 1, c, n) <= bound) }
        guard c > 0 else { continue }
        // A gain becomes a case neither passed; a lost gain is counted as a loss.
        #expect(try lower(b, c - 1, n) <= bound)
        #expect(try lower(b + 1, c - 1, n) <= bound)
      }
    }
  }

  @Test(arguments: 1...9, [0.05, 0.2, 0.4, 0.7])
  func neitherAFailNorALostPairHelpsTheVerdict(n: Int, margin: Double) {
    func verdict(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ missing: Int) -> ThreeWay {
      let table = PairTable(both: a, productionOnly: b, candidateOnly: c, neither: d)
      return nonInferiority(table, missing: missing, margin: margin, alpha: 0.05).verdict
    }
    for missing in 0...1 {
      for b in 0...n {
        for c in 0...(n - b) {
          let (a, d) = ((n - b - c + 1) / 2, (n - b - c) / 2)
          let before = verdict(a, b, c, d, missing)
          if a > 0 { #expect(verdict(a - 1, b + 1, c, d, missing) >= before) }
          if c > 0 { #expect(verdict(a, b, c - 1, d + 1, missing) >= before) }
          guard before != .pass else { continue }
          if a > 0 { #expect(verdict(a - 1, b, c, d, missing + 1) != .pass) }
          if b > 0 { #expect(verdict(a, b - 1, c, d, missing + 1) != .pass) }
          if c > 0 { #expect(verdict(a, b, c - 1, d, missing + 1) != .pass) }
          if d > 0 { #expect(verdict(a, b, c, d - 1, missing + 1) != .pass) }
        }
      }
    }
  }

  /// Chance of a verdict over all tables of n cases with the given chances of a loss and of a gain.
  private func chance(of verdict: ThreeWay, n: Int, loss: Double, gain: Double, margin: Double) -> Double {
    var sum = 0.0
    for b in 0...n {
      for c in 0...(n - b)
      where nonInferiority(table(b, c, of: n), missing: 0, margin: margin, alpha: 0.05).verdict == verdict {
        sum += binomialMass(b, of: n, p: loss) * binomialMass(c, of: n - b, p: gain / (1 - loss))
      }
    }
    return sum
  }

  // reference/statistics.md §1.1 and §4, exact figures.
  @Test func wrongVerdictsAreAsRareAsPromised() {
    #expect(chance(of: .fail, n: 20, loss: 0.15, gain: 0.15, margin: 0.1) <= 0.053)
    #expect(chance(of: .fail, n: 40, loss: 0.1, gain: 0.1, margin: 0.05) <= 0.053)
    #expect(chance(of: .pass, n: 40, loss: 0.2, gain: 0.1, margin: 0.1) <= 0.061)
    #expect(agrees(chance(of: .pass, n: 25, loss: 0.1, gain: 0, margin: 0.1), 0.072, decimals: 3))
  }
}

struct PairedVerdictTests {
  @Test func tablesAddUpCellByCell() {
    var table = PairTable()
    for (production, candidate) in [(true, true), (true, false), (true, false), (false, true), (false, false)] {
      table.add(production: production, candidate: candidate)
    }
    #expect(table == PairTable(both: 1, productionOnly: 2, candidateOnly: 1, neither: 1))
    #expect((table + table).n == 10)
    #expect(table.difference == -0.2)
    #expect(table.discordance == 0.6)
    #expect(PairTable().difference == nil)
  }

  @Test func onlyTheMissingPairsMayStandBetweenCleanPairsAndAPass() {
    let held = nonInferiority(table(0, 0, of: 200), missing: 20, margin: 0.05, alpha: 0.05)
    #expect(held.verdictOfCompletePairs == .pass)
    #expect(held.verdict == .inconclusive)
    #expect(nonInferiority(PairTable(), missing: 5, margin: 0.05, alpha: 0.05).verdict == .inconclusive)
    #expect(nonInferiority(PairTable(), missing: 5, margin: 0.05, alpha: 0.05).lowerWithMissing == -1)
  }

  @Test(arguments: [200, 300, 400, 1_000], [0, 3])
  func sparedLossesAreTheLastOnesThatStillPass(n: Int, missing: Int) throws {
    let spare = try #require(lossesToSpare(table(1, 3, of: n), missing: missing, margin: 0.05, alpha: 0.05))
    func verdict(_ losses: Int) -> ThreeWay {
      nonInferiority(table(1 + losses, 3, of: n), missing: missing, margin: 0.05, alpha: 0.05).verdict
    }
    #expect(verdict(spare) == .pass)
    #expect(verdict(spare + 1) != .pass)
  }

  @Test func whatDoesNotPassHasNothingToSpare() {
    #expect(lossesToSpare(table(40, 0, of: 50), missing: 0, margin: 0.05, alpha: 0.05) == nil)
    #expect(lossesToSpare(PairTable(), missing: 0, margin: 0.05, alpha: 0.05) == nil)
  }

  @Test func aTieWithTheMarginDoesNotPass() {
    #expect(differenceVerdict(estimate: 0, lower: -0.05, upper: 0.1, margin: 0.05) == .inconclusive)
    #expect(differenceVerdict(estimate: 0, lower: -0.049, upper: 0.1, margin: 0.05) == .pass)
    #expect(ratioVerdict(ratio: 1, limits: Interval(lower: 0.9, upper: 1.25), margin: 0.25) == .inconclusive)
    #expect(ratioVerdict(ratio: 1, limits: Interval(lower: 0.9, upper: 1.24), margin: 0.25) == .pass)
  }

  @Test func aFailTakesHarmAndABestGuessBeyondTheMargin() {
    #expect(differenceVerdict(estimate: -0.05, lower: -0.08, upper: -0.01, margin: 0.05) == .fail)
    #expect(differenceVerdict(estimate: -0.049, lower: -0.08, upper: -0.01, margin: 0.05) == .inconclusive)
    #expect(differenceVerdict(estimate: -0.06, lower: -0.2, upper: 0, margin: 0.05) == .inconclusive)
    #expect(ratioVerdict(ratio: 1.25, limits: Interval(lower: 1.01, upper: 1.4), margin: 0.25) == .fail)
    #expect(ratioVerdict(ratio: 1.3, limits: Interval(lower: 1, upper: 1.4), margin: 0.25) == .inconclusive)
  }

  @Test func whatIsUndefinedIsInconclusiveAndSoIsNothingAtAll() {
    #expect(differenceVerdict(estimate: nil, lower: 0, upper: 0, margin: 0.05) == .inconclusive)
    #expect(ratioVerdict(ratio: nil, limits: nil, margin: 0.2) == .inconclusive)
    #expect(ThreeWay.worst(of: []) == .inconclusive)
    #expect(ThreeWay.worst(of: [.pass, .fail, .inconclusive]) == .fail)
    #expect(ThreeWay.worst(of: [.pass, .inconclusive]) == .inconclusive)
  }

  @Test func aMissingPairCountsAgainstSuperiority() {
    #expect(superiority(table(0, 5, of: 100), alpha: 0.05).verdict == .pass)
    #expect(superiority(table(0, 5, of: 100), missing: 2, alpha: 0.05).verdict == .inconclusive)
    #expect(superiority(table(20, 1, of: 100), missing: 2, alpha: 0.05).verdict == .fail)
    // Two losses against seven gains: the bound alone would still hold (z = 1.67), the mid-p test does not (0.055).
    #expect(superiority(table(1, 7, of: 100), alpha: 0.05).verdict == .pass)
    #expect(superiority(table(1, 7, of: 100), missing: 1, alpha: 0.05).verdict == .inconclusive)
  }
}

struct PairedTestTests {
  // One-sided values: SciPy 1.17, binom.sf + ½ binom.pmf. Two-sided of 7 against 1: Fagerland et al. 2013, table 4.
  @Test(arguments: [
    (10, 20, 0.035377772990614176), (100, 60, 0.9992308416924254), (0, 9, 0.0009765625), (7, 1, 0.98046875), (6, 6, 0.5),
  ])
  func midPValuesEqualTheBinomialSums(b: Int, c: Int, better: Double) {
    let test = McNemar(b: b, c: c)
    #expect(agrees(test.better, better))
    #expect(abs(test.better + test.worse - 1) < 1e-12)
    #expect(test.worse == McNemar(b: c, c: b).better)
  }

  @Test func theTwoSidedValuesEqualThePublishedOnes() {
    let airways = McNemar(b: 7, c: 1)
    #expect(agrees(airways.twoSided, 0.039, decimals: 3))
    #expect(agrees(airways.exact, 0.070, decimals: 3))
    #expect(agrees(airways.asymptotic, 0.034, decimals: 3))
    #expect(agrees(McNemar(b: 5, c: 5).twoSided, 1 - 252.0 / 1024))
    #expect(McNemar(b: 0, c: 0).twoSided == 1)
    #expect(McNemar(b: 0, c: 0).worse == 0.5)
  }

  // Worked by hand: sorted 0.005·4, 0.01·3, 0.03·2, 0.04·1 with a running maximum.
  @Test func holmKeepsTheOrderGivenAndNeverFalls() {
    let adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005])
    #expect(zip(adjusted, [0.03, 0.06, 0.06, 0.02]).allSatisfy { agrees($0, $1) })
    #expect(holmAdjusted([0.9, 0.8]) == [1, 1])
    #expect(holmAdjusted([]).isEmpty)
  }

  @Test func aWatchedSliceAlarmsOnSignificantHarmBeyondItsMarginOnly() {
    let harmed = WatchSlice(table(9, 0, of: 60), margin: 0.05)
    let quiet = WatchSlice(table(2, 2, of: 60), margin: 0.05)
    #expect(watchAlarms([quiet, harmed, quiet], alpha: 0.05).map(\.verdict) == [.pass, .fail, .pass])
    // Significant, but a loss of 0.9 points only.
    #expect(watchAlarms([WatchSlice(table(9, 0, of: 1_000), margin: 0.05)], alpha: 0.05).map(\.verdict) == [.pass])
    // Enough neighbours, and the same slice is no longer a surprise.
    let crowd = [WatchSlice](repeating: quiet, count: 60) + [harmed]
    #expect(watchAlarms(crowd, alpha: 0.05).last?.verdict == .pass)
    #expect(watchAlarms([WatchSlice(PairTable(), margin: 0.05)], alpha: 0.05).map(\.verdict) == [.pass])
  }

  // SciPy 1.17: fisher_exact, and hypergeom for the mid-p. Candidate passed, failed; production passed, failed.
  @Test(arguments: [
    (1, 9, 11, 3, 0.0013797280926100418, 0.0007066899986539238, 0.0027594561852200836),
    (2, 3, 5, 0, 0.08333333333333333, 0.04166666666666667, 0.16666666666666666),
    (480, 20, 495, 5, 0.001823743910573355, 0.0011092585662413955, 0.00364748782114671),
    (4, 0, 0, 4, 1.0, 0.9928571428571429, 0.028571428571428567),
  ])
  func fishersTestEqualsSciPy(_ row: (Int, Int, Int, Int, worse: Double, midP: Double, twoSided: Double)) {
    let test = FisherTest(candidatePassed: row.0, of: row.0 + row.1, productionPassed: row.2, of: row.2 + row.3)
    #expect(agrees(test.worse, row.worse))
    #expect(agrees(test.worseMidP, row.midP))
    #expect(agrees(test.twoSided, row.twoSided))
  }

  @Test func fishersTestWithoutTrialsSaysNothing() {
    let test = FisherTest(candidatePassed: 0, of: 0, productionPassed: 3, of: 5)
    #expect(test.worse == 1)
    #expect(test.worseMidP == 0.5)
    #expect(FisherTest(candidatePassed: 0, of: 0, productionPassed: 0, of: 0).twoSided == 1)
  }
}
