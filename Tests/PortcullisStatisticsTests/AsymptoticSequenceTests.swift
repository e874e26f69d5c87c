import PortcullisStatistics
import RealModule
import Testing

struct AsymptoticSequenceTests {
  // confseq (C++), 1/12.60056097925634, and its two-sided normal mixture bound over n.
  @Test func knownValues() throws {
    let rho = rho2(sharpestAt: 100, alpha: 0.05)
    #expect(agrees(rho, 1 / 12.60056097925634))
    let interval = try #require(asymptoticInterval(count: 100, mean: 0.25, variance: 1, alpha: 0.05, rho2: rho))
    #expect(agrees(interval.upper - 0.25, 0.3035208990376253))
    #expect(agrees(0.25 - interval.lower, 0.3035208990376253))
  }

  @Test func noDataHasNoIntervalAndNoVarianceAPoint() {
    #expect(asymptoticInterval(count: 0, mean: 0, variance: 0, alpha: 0.05, rho2: 0.01) == nil)
    let point = asymptoticInterval(count: 3, mean: 0.2, variance: 0, alpha: 0.05, rho2: .leastNonzeroMagnitude)
    #expect(point == Interval(lower: 0.2, upper: 0.2))
  }

  // As narrow as at any ρ² after the planned count: the choice is the best one but for the approximation in it.
  @Test(arguments: [20.0, 100, 5000])
  func theChosenRhoIsNearlyTheBest(count: Double) throws {
    func width(_ rho: Double) throws -> Double {
      try #require(asymptoticInterval(count: count, mean: 0, variance: 1, alpha: 0.05, rho2: rho)).upper
    }
    let chosen = rho2(sharpestAt: count, alpha: 0.05)
    let best = try [0.25, 0.5, 0.8, 1.25, 2, 4].map { try width(chosen * $0) }.min()
    #expect(try width(chosen) <= #require(best) * 1.01)
  }

  @Test func extremesAreNeverNaN() {
    for count in [1e-9, 1, 1e15] {
      for rho in [Double.leastNonzeroMagnitude, 1e-12, 1, 1e300] {
        for variance in [0, 1e-300, 1, 1e300] {
          // An interval refuses NaN.
          #expect(asymptoticInterval(count: count, mean: -1, variance: variance, alpha: 1e-12, rho2: rho) != nil)
        }
      }
    }
  }
}
