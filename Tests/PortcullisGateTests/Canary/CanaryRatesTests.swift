import Foundation
import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

// The rates that a canary promises, simulated through the whole machine; PORTCULLIS_RUNS=400 for figures worth quoting.

private let runs = ProcessInfo.processInfo.environment["PORTCULLIS_RUNS"].flatMap(Int.init) ?? 4

/// Observations of a canary of 72 h, one after the other, so that a long soak holds none of them.
private func rolledBack(
  _ policy: CanaryPolicy, seed: UInt64, perHour: Double, share: Double = 0.5, looking: Bool = false, candidate: (Double) -> Double,
  production: (Double) -> Double
) -> Canary {
  var random = SplitMix64(seed: seed)
  func uniform() -> Double { Double(random.next() >> 11) * 0x1p-53 }
  var (canary, time, looked) = (Canary(policy), 0.0, 0.0)
  while canary.outcome == nil {
    time += 2 * uniform() / perHour
    if looking {
      while looked < min(time, 72) {
        _ = canary.look(at: looked)
        looked += 1 / 60
      }
    }
    let arm: CanaryArm = uniform() < share ? .candidate : .production
    let passed = uniform() < (arm == .candidate ? candidate(time) : production(time))
    canary.observe(Observation(id: "", time: time, arm: arm, score: passed ? 1 : 0))
  }
  return canary
}

private func threeDeviations(_ rate: Double, _ count: Int) -> Double { rate + 3 * (rate * (1 - rate) / Double(count)).squareRoot() }

private let strict = canaryPolicy(
  [.noRegression(CanaryRegressionRule(margin: 0.005)), .errorRate(ErrorRateRule())], bake: 24, deadline: 72)

/// statistics.md §13: 60 requests an hour and arm, production 0.90; with and without a daily swing of 8 points.
@Test(arguments: [0.0, 0.08])
func anEqualCanaryIsRolledBackNoMoreOftenThanDeclared(swing: Double) {
  func rate(_ time: Double) -> Double { 0.9 + swing * (Int(time) / 12 % 2 == 0 ? 1 : -1) }
  let found = (0..<runs).count { seed in
    rolledBack(strict, seed: UInt64(seed), perHour: 120, looking: seed == 0 || runs > 4, candidate: rate, production: rate).isRolledBack
  }
  if runs > 4 { print("equal canary, swing \(swing): \(found) of \(runs) rolled back") }
  #expect(Double(found) <= threeDeviations(0.05, runs) * Double(runs))
}

/// statistics.md §13: −5 points are rolled back after 13.3 h in the median where one rule has the whole rate, −10 after 4.8 h.
@Test(arguments: [(loss: 0.05, within: 30.0), (loss: 0.10, within: 12.0)])
func aLossIsCaughtWithinTheSizesOfTheTable(_ row: (loss: Double, within: Double)) {
  let policy = canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.03))], bake: 24, deadline: 72)
  let delays = (0..<runs).compactMap { seed -> Double? in
    let canary = rolledBack(policy, seed: UInt64(seed + 5000), perHour: 120, candidate: { _ in 0.9 - row.loss }, production: { _ in 0.9 })
    return canary.isRolledBack ? canary.outcome?.at : nil
  }.sorted()
  #expect(delays.count >= runs - runs / 50)
  let median = delays.isEmpty ? .infinity : delays[delays.count / 2]
  if runs > 4 { print("loss \(row.loss): \(delays.count) of \(runs) rolled back, median \(median) h") }
  #expect(median <= row.within)
}

/// −3 points at a margin of 3 points: promoted at most as often as declared.
@Test func aLossOfTheMarginIsSeldomPromoted() {
  let policy = canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.03))], bake: 24, deadline: 72)
  let found = (0..<runs).count { seed in
    rolledBack(policy, seed: UInt64(seed + 9000), perHour: 120, candidate: { _ in 0.87 }, production: { _ in 0.9 }).isPromoted
  }
  if runs > 4 { print("loss of the margin: \(found) of \(runs) promoted") }
  #expect(Double(found) <= threeDeviations(0.05, runs) * Double(runs))
}
