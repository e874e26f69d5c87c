import PortcullisStatistics
import Testing

private let runs = 1_000

/// How far a simulated rate may lie from a known one: four standard errors, and what the known one is itself uncertain by.
private func allowance(_ rate: Double) -> Double {
  4 * (rate * (1 - rate) / Double(runs)).squareRoot() + 0.007
}

extension SplitMix64 {
  /// Uniform on 0...1, both ends excluded.
  fileprivate mutating func uniform() -> Double {
    (Double(next() >> 11) + 0.5) * 0x1p-53
  }

  fileprivate mutating func normal(_ mean: Double, _ deviation: Double) -> Double {
    mean + deviation * normalQuantile(uniform())
  }
}

// reference/statistics.md §13: figures of another implementation, 20 000 runs a row; δ = 0.03, α = 0.05.
struct SimulatedRatesTests {
  @Test(arguments: [
    (n: 500, loss: 0.05, gain: 0.05, pass: 0.668, fail: 0.021), (n: 500, loss: 0.08, gain: 0.05, pass: 0.050, fail: 0.522),
    (n: 500, loss: 0.11, gain: 0.05, pass: 0.000, fail: 0.960), (n: 50, loss: 0.03, gain: 0.0, pass: 0.000, fail: 0.184),
  ])
  func pairedPassRatesHaveThePublishedRates(_ row: (n: Int, loss: Double, gain: Double, pass: Double, fail: Double)) {
    var generator = SplitMix64(seed: 1)
    var verdicts: [ThreeWay: Int] = [:]
    for _ in 0..<runs {
      var table = PairTable()
      for _ in 0..<row.n {
        let draw = generator.uniform()
        table.add(production: draw < row.loss || draw > row.loss + row.gain, candidate: draw >= row.loss)
      }
      verdicts[nonInferiority(table, missing: 0, margin: 0.03, alpha: 0.05).verdict, default: 0] += 1
    }
    #expect(abs(Double(verdicts[.pass, default: 0]) / Double(runs) - row.pass) < allowance(row.pass))
    #expect(abs(Double(verdicts[.fail, default: 0]) / Double(runs) - row.fail) < allowance(row.fail))
  }

  // The row "graded, rare bad tail, loss = δ": 5 % of 120 cases lose 0.4 to 0.8, the rest scatter a little. The promise is
  // PASS ≤ 0.065; the plain t passes 11 %.
  @Test func aRareBadTailSeldomPasses() {
    var generator = SplitMix64(seed: 2)
    var passes = 0
    for _ in 0..<runs {
      let differences = (0..<120).map { _ in
        let level = generator.normal(0.8, 0.08)
        let loss = generator.uniform() < 0.05 ? 0.4 + 0.4 * generator.uniform() : 0
        let candidate = min(1, max(0, generator.normal(level - loss, 0.014)))
        return candidate - min(1, max(0, generator.normal(level, 0.014)))
      }
      let sums = ClusterSums(differences: differences)
      let result = gradedNonInferiority(complete: sums, worstCase: sums, margin: 0.03, alpha: 0.05)
      passes += result.verdict == .pass ? 1 : 0
    }
    #expect(Double(passes) / Double(runs) < 0.010 + allowance(0.010))
  }
}
