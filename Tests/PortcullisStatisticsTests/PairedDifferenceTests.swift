import PortcullisStatistics
import RealModule
import Testing

/// ln(n!) by adding up.
private func logFactorial(_ n: Int) -> Double {
  n < 2 ? 0 : (2...n).reduce(0) { $0 + Double.log(Double($1)) }
}

struct PairedDifferenceTests {
  // For a prior of 1, B(1 + b, 1 + c) = b!c!/(b + c + 1)!.
  @Test(arguments: [(0, 0), (1, 0), (0, 1), (5, 5), (19, 2), (2, 19), (300, 200)])
  func evidenceIsTheBinomialRatioMixedOverAllRates(b: Int, c: Int) {
    let known = Double(b + c) * Double.log(2) + logFactorial(b) + logFactorial(c) - logFactorial(b + c + 1)
    let got = PairedDifference(candidateOnly: b, productionOnly: c).logE()
    #expect(abs(got - known) < 1e-10)
  }

  // The mixture over rates above ½ only, with twice the density: integrated by Simpson's rule.
  @Test(arguments: [(0, 0), (1, 0), (0, 1), (5, 5), (9, 2), (2, 9), (40, 30), (30, 40)], [1.0, 2, 3])
  func evidenceForFartherMixesOverTheUpperHalf(counts: (Int, Int), prior: Double) {
    let (b, c) = counts
    func density(_ p: Double) -> Double {
      Double.pow(2 * p, b) * Double.pow(2 * (1 - p), c) * Double.pow(p * (1 - p), Int(prior) - 1)
    }
    func integral(from low: Double, to high: Double, _ function: (Double) -> Double) -> Double {
      let steps = 4000
      let width = (high - low) / Double(steps)
      return width / 3
        * (0...steps).reduce(0) { sum, index in
          let weight = index == 0 || index == steps ? 1.0 : index % 2 == 1 ? 4 : 2
          return sum + weight * function(low + Double(index) * width)
        }
    }
    let beta = integral(from: 0, to: 1) { Double.pow($0 * (1 - $0), Int(prior) - 1) }
    let known = 2 * integral(from: 0.5, to: 1, density) / beta
    let got = PairedDifference(candidateOnly: b, productionOnly: c).logEFarther(prior: prior)
    #expect(agrees(Double.exp(got), known, within: 1e-8))
  }

  // As far in each direction: both one-sided mixtures make up the two-sided one, and far in the tail nothing underflows.
  @Test(arguments: [(0, 0), (3, 8), (8, 3), (500, 500), (2000, 0), (0, 2000), (0, 1_000_000)])
  func bothDirectionsTogetherAreTheTwoSidedEvidence(b: Int, c: Int) {
    let there = PairedDifference(candidateOnly: b, productionOnly: c)
    let back = PairedDifference(candidateOnly: c, productionOnly: b)
    let (one, other) = (there.logEFarther(), back.logEFarther())
    #expect(one.isFinite && other.isFinite)
    let greater = max(one, other)
    let mean = greater + Double.log(0.5 * (Double.exp(one - greater) + Double.exp(other - greater)))
    #expect(abs(mean - there.logE()) < 1e-9 * (1 + abs(mean)) + 1e-13 * Double(b + c))
  }

  /// The chance that E has reached 20 within `steps` discordant pairs each of which the candidate causes with `chance`, and
  /// the first number of them by which that is at least a half; by dynamic programming over b.
  private func crossing(chance: Double, steps: Int, logE: (PairedDifference) -> Double) -> (probability: Double, median: Int?, mean: Double)
  {
    var running = [1.0]
    var (crossed, mean) = (0.0, 0.0)
    var median: Int?
    for step in 1...steps {
      var next = [Double](repeating: 0, count: step + 1)
      for (b, mass) in running.enumerated() {
        next[b + 1] += mass * chance
        next[b] += mass * (1 - chance)
      }
      for b in next.indices where next[b] > 0 {
        let evidence = logE(PairedDifference(candidateOnly: b, productionOnly: step - b))
        guard evidence >= Double.log(20) else { continue }
        crossed += next[b]
        mean += next[b] * Double.exp(evidence)
        next[b] = 0
      }
      if crossed >= 0.5 && median == nil { median = step }
      running = next
    }
    for (b, mass) in running.enumerated() {
      mean += mass * Double.exp(logE(PairedDifference(candidateOnly: b, productionOnly: steps - b)))
    }
    return (crossed, median, mean)
  }

  // gate-contracts.md §3.2, simulated there: type-I 3.4 % at α = 5 % over 400 looks. Here exactly, and stopped evidence has mean 1.
  @Test func equalNoiseIsSeldomCalledADifference() {
    for logE in [{ $0.logE() }, { $0.logEFarther() }] as [(PairedDifference) -> Double] {
      let result = crossing(chance: 0.5, steps: 400, logE: logE)
      #expect(agrees(result.mean, 1))
      #expect(result.probability <= 0.05 && result.probability > 0.02)
    }
  }

  // gate-contracts.md §3.2: median discordant pairs 19, 47, 203; simulated there, so within a tenth here.
  @Test(arguments: [(chance: 0.8, median: 19), (chance: 0.7, median: 47), (chance: 0.6, median: 203)])
  func differencesAreSeenAfterThePublishedNumberOfPairs(_ row: (chance: Double, median: Int)) throws {
    let median = try #require(crossing(chance: row.chance, steps: 400) { $0.logE() }.median)
    #expect(abs(Double(median - row.median)) <= 0.1 * Double(row.median))
  }

  @Test func onlyDiscordantRequestsCountAndShardsAddUp() {
    var difference = PairedDifference()
    for candidate in [true, false] {
      for production in [true, false] { difference.add(candidateDiffers: candidate, productionDiffers: production) }
    }
    #expect(difference == PairedDifference(candidateOnly: 1, productionOnly: 1))
    #expect(difference + difference == PairedDifference(candidateOnly: 2, productionOnly: 2))
  }

  @Test func gradedEvidenceGrowsOnlyWhereTheCandidateIsFarther() throws {
    var (farther, equal, nearer) = (GradedDifference(), GradedDifference(), GradedDifference())
    for _ in 0..<40 {
      farther.add(production: 0.95, candidateFirst: 0.4, candidateSecond: 0.5)
      equal.add(production: 0.8, candidateFirst: 0.7, candidateSecond: 0.9)
      nearer.add(production: 0.4, candidateFirst: 0.9, candidateSecond: 0.9)
    }
    #expect(farther.logE > Double.log(20))
    #expect(abs(equal.logE) < 1e-12)
    #expect(nearer.logE < 0)
    // X = 0.5 each time: a weighted sum of (1 + f·X)⁴⁰.
    let known = [(0.03125, 0.05), (0.0625, 0.10), (0.125, 0.20), (0.25, 0.25), (0.5, 0.25), (0.9, 0.15)]
      .reduce(0) { $0 + $1.1 * Double.pow(1 + $1.0 * 0.5, 40) }
    #expect(agrees(Double.exp(farther.logE), known))
    #expect(try #require(GradedDifference(state: farther.process.state)) == farther)
  }
}
