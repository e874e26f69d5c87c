import PortcullisStatistics
import Testing

/// Sizes at the ends of what a run can hold.
private let sizes = [0, 1, 2, 1_000_000]

/// Whether no number anywhere in a result is NaN: its description is searched, so that a new field cannot be forgotten.
func hasNoNaN(_ result: Any) -> Bool {
  !String(reflecting: result).lowercased().contains("nan")
}

struct ExtremesTests {
  @Test func theSearchForNaNFindsOneInsideAnOptional() {
    let hidden: [Double?] = [nil, .nan]
    #expect(!hasNoNaN(hidden))
    #expect(hasNoNaN(hidden.dropLast()))
  }

  @Test(arguments: sizes, [0.001, 0.05, 0.5])
  func pairedVerdictsAreNeverNaN(n: Int, alpha: Double) {
    for (b, c) in [(0, 0), (n, 0), (0, n), (n / 2, n - n / 2), (min(1, n), 0), (0, min(1, n)), (n / 2, 0)] {
      for agreeing in [true, false] {
        let rest = n - b - c
        let table = PairTable(both: agreeing ? rest : 0, productionOnly: b, candidateOnly: c, neither: agreeing ? 0 : rest)
        for missing in sizes {
          let result = nonInferiority(table, missing: missing, margin: 0.03, alpha: alpha)
          #expect(hasNoNaN(result))
          #expect(n > 0 || result.verdict == .inconclusive)
          #expect(hasNoNaN(superiority(table, missing: missing, alpha: alpha)))
        }
        #expect(hasNoNaN(McNemar(table)))
        #expect(hasNoNaN(newcombePaired(table, z: 1.645) as Any))
        #expect(hasNoNaN(watchAlarms([WatchSlice(table, margin: 0.05)], alpha: alpha)))
        for theta in [-1, -0.03, 0, 1e-300, 1] { #expect(hasNoNaN(tangoScore(table, theta: theta) as Any)) }
      }
    }
  }

  @Test(arguments: sizes, [0.001, 0.05, 0.5])
  func ratesAndQuantilesAreNeverNaN(n: Int, alpha: Double) {
    for passed in [0, n / 2, n] {
      #expect(hasNoNaN(wilsonInterval(passed: passed, of: n, z: 3) as Any))
      #expect(hasNoNaN(clopperPearsonInterval(passed: passed, of: n, alpha: alpha) as Any))
      #expect(hasNoNaN(NeverFails(failures: passed, of: n, alpha: alpha)))
      for quantile in [0.001, 0.5, 0.999] {
        #expect(hasNoNaN(sloGate(exceeding: passed, of: n, quantile: quantile, alpha: alpha)))
        let ranks = quantileRanks(count: n, quantile: quantile, alpha: alpha)
        #expect(ranks.lower >= 0 && ranks.upper <= n + 1 && ranks.estimate >= 1)
        #expect(n == 0 || (ranks.lower <= ranks.estimate && ranks.estimate <= ranks.upper))
      }
      for other in [0, n] {
        #expect(hasNoNaN(FisherTest(candidatePassed: passed, of: n, productionPassed: other, of: n)))
      }
    }
  }

  @Test(arguments: [-1.0, 0, 1e-9, 1])
  func boundsOfGradesAreNeverNaN(difference: Double) {
    for size in [0, 1, 2, 10_000] {
      for perCluster in [1, 10_000] {
        let differences = [Double](repeating: difference, count: size)
        let sums = ClusterSums(differences: differences, clusters: differences.indices.map { $0 / perCluster })
        for alpha in [0.001, 0.05, 0.5] {
          let result = gradedNonInferiority(complete: sums, worstCase: sums, margin: 0.03, alpha: alpha)
          #expect(hasNoNaN(result))
          #expect(size > 0 || result.verdict == .inconclusive)
          if let lower = result.lower { #expect(lower >= -1 && lower <= 1) }
        }
      }
    }
  }

  @Test(arguments: [0.0, 1e-9, 1e9])
  func costRatiosAreNeverNaN(cost: Double) {
    for count in [0, 1, 2, 40] {
      let same = [Double](repeating: cost, count: count)
      for other in [0.0, 1e-9, 1e9] {
        let others = [Double](repeating: other, count: count)
        let sums = CostSums(candidate: same, production: others, clusters: Array(same.indices))
        #expect(hasNoNaN(costRatioPaired(sums, margin: 0.2, alpha: 0.05)))
        #expect(hasNoNaN(costPerSuccessPaired(sums, margin: 0.2, alpha: 0.05)))
        #expect(hasNoNaN(costRatioUnpaired(candidate: ArmCosts(same), production: ArmCosts(others), margin: 0.2, alpha: 0.05)))
      }
    }
  }

  @Test func latencyRatiosAreNeverNaN() {
    let samples: [[Double]] = [
      [], [0], [1], [.infinity], [0, 0, .infinity], Array(repeating: 0, count: 99), [0, 1, 2, 3, 4, 5, 6, 7, .infinity],
    ]
    for candidate in samples {
      for production in samples {
        let gate = quantileRatioGate(
          candidate: quantileLimits(sorted: candidate, quantile: 0.5, alpha: 0.05),
          production: quantileLimits(sorted: production, quantile: 0.5, alpha: 0.05), margin: 0.2)
        #expect(hasNoNaN(gate))
        #expect(gate.verdict != .pass)
      }
    }
  }
}
