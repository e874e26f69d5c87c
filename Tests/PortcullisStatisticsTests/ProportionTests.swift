import PortcullisStatistics
import Testing

private let z95 = 1.959963984540054

struct ProportionTests {
  // R. G. Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, 95 %.
  @Test(arguments: [
    (passed: 81, count: 263, wilson: (0.2553, 0.3662), exact: (0.2527, 0.3676)),
    (passed: 15, count: 148, wilson: (0.0624, 0.1605), exact: (0.0578, 0.1617)),
    (passed: 0, count: 20, wilson: (0.0, 0.1611), exact: (0.0, 0.1684)),
    (passed: 1, count: 29, wilson: (0.0061, 0.1718), exact: (0.0009, 0.1776)),
  ])
  func intervalsEqualThePublishedOnes(
    _ row: (passed: Int, count: Int, wilson: (Double, Double), exact: (Double, Double))
  ) {
    let wilson = wilsonInterval(passed: row.passed, of: row.count, z: z95)
    #expect(agrees(wilson?.lower, row.wilson.0, decimals: 4))
    #expect(agrees(wilson?.upper, row.wilson.1, decimals: 4))
    let exact = clopperPearsonInterval(passed: row.passed, of: row.count, alpha: 0.05)
    #expect(agrees(exact?.lower, row.exact.0, decimals: 4))
    #expect(agrees(exact?.upper, row.exact.1, decimals: 4))
  }

  @Test(arguments: [(0, 1), (1, 1), (0, 12), (12, 12), (3, 12), (500_000, 1_000_000), (999_999, 1_000_000)])
  func theExactLimitsHaveExactlyTheirErrorRate(passed: Int, count: Int) {
    // Not 1e-9: a limit within 1e-9 of 1 is itself only known to 1e-16.
    for alpha in [0.001, 0.025, 0.05, 0.5] {
      let lower = clopperPearsonLower(passed: passed, of: count, alpha: alpha)
      let upper = clopperPearsonUpper(passed: passed, of: count, alpha: alpha)
      #expect(passed == 0 ? lower == 0 : agrees(binomialUpperTail(passed, of: count, p: lower), alpha, within: 1e-7))
      #expect(passed == count ? upper == 1 : agrees(binomialCDF(passed, of: count, p: upper), alpha, within: 1e-7))
    }
  }

  @Test func intervalsMirrorWhenPassAndFailChangePlaces() throws {
    for count in 1...12 {
      for passed in 0...count {
        let one = try #require(wilsonInterval(passed: passed, of: count, z: 1.645))
        let other = try #require(wilsonInterval(passed: count - passed, of: count, z: 1.645))
        #expect(abs(one.lower - (1 - other.upper)) < 1e-12)
        let lower = clopperPearsonLower(passed: passed, of: count, alpha: 0.05)
        let upper = clopperPearsonUpper(passed: count - passed, of: count, alpha: 0.05)
        #expect(abs(lower - (1 - upper)) < 1e-12)
      }
    }
  }

  @Test func withoutTrialsThereIsNoIntervalButTheBoundsOfAProbabilityStay() {
    #expect(wilsonInterval(passed: 0, of: 0, z: 1.645) == nil)
    #expect(clopperPearsonInterval(passed: 0, of: 0, alpha: 0.05) == nil)
    #expect(clopperPearsonLower(passed: 0, of: 0, alpha: 0.05) == 0)
    #expect(clopperPearsonUpper(passed: 0, of: 0, alpha: 0.05) == 1)
  }
}

struct MustPassTests {
  // reference/statistics.md §6, and DESIGN.md §6 for three trials.
  @Test func cleanTrialsExcludeWhatTheyPromise() {
    #expect(cleanTrialsRequired(failureRate: 0.10, alpha: 0.05) == 29)
    #expect(cleanTrialsRequired(failureRate: 0.20, alpha: 0.05) == 14)
    #expect(agrees(failureRateExcluded(cleanTrials: 3, alpha: 0.05), 0.63, decimals: 2))
    #expect(failureRateExcluded(cleanTrials: 0, alpha: 0.05) == 1)
  }

  @Test func anExactWholeNumberOfTrialsIsNotPushedUp() {
    // 1 − ½³ is exact: three trials exclude it at α = 1/8.
    #expect(cleanTrialsRequired(failureRate: 0.5, alpha: 0.125) == 3)
    #expect(NeverFails(failures: 0, of: 3, failureRate: 0.5, alpha: 0.125).verdict == .pass)
  }

  @Test func oneFailureIsAProofHoweverManyTrialsPassed() {
    #expect(NeverFails(failures: 0, of: 28).verdict == .inconclusive)
    #expect(NeverFails(failures: 0, of: 29).verdict == .pass)
    #expect(NeverFails(failures: 1, of: 1_000_000).verdict == .fail)
    #expect(NeverFails(failures: 0, of: 0).verdict == .inconclusive)
  }

  /// The exact chances of each verdict, by carrying the probability of every undecided state from trial to trial.
  private func chances(passRate: Double, cases: Int) -> (pass: Double, fail: Double, trials: Double) {
    var open = [ReliableCase(ReliableCase.Demand(cases: cases)): 1.0]
    var result = (pass: 0.0, fail: 0.0, trials: 0.0)
    while !open.isEmpty {
      var next: [ReliableCase: Double] = [:]
      for (state, chance) in open {
        result.trials += chance
        for (passed, rate) in [(true, passRate), (false, 1 - passRate)] {
          var after = state
          after.observe(passed: passed)
          switch after.verdict {
          case .pass: result.pass += chance * rate
          case .fail: result.fail += chance * rate
          case .inconclusive: if after.wantsMore { next[after, default: 0] += chance * rate }
          }
        }
      }
      open = next
    }
    return result
  }

  // reference/statistics.md §6: the exact figures it promises.
  @Test func theSequentialTestHasThePromisedErrorRates() {
    #expect(agrees(chances(passRate: 0.80, cases: 50).pass, 0.046, decimals: 3))
    let good = chances(passRate: 0.99, cases: 50)
    var (all, none) = (1.0, 1.0)
    for _ in 0..<50 {
      all *= good.pass
      none *= 1 - good.fail
    }
    #expect(agrees(all, 0.95, decimals: 2))
    #expect(agrees(1 - none, 0.001, decimals: 3))
    #expect(agrees(good.trials, 17, decimals: 0))
  }

  @Test func theSequentialTestStopsAtItsVerdictAndAtItsCap() {
    var state = ReliableCase(ReliableCase.Demand(cases: 1))
    for _ in 0..<20 { state.observe(passed: true) }
    #expect(state.verdict == .pass)
    #expect(state.trials == 15)
    #expect(!state.wantsMore)
    var torn = ReliableCase(ReliableCase.Demand(cases: 1_000_000))
    for trial in 0..<100 { torn.observe(passed: trial % 12 != 0) }
    #expect(torn.verdict == .inconclusive)
    #expect(torn.trials == 60)
  }
}
