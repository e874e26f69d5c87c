import PortcullisStatistics
import RealModule
import Testing

struct CanaryPlanTests {
  /// The mean growth of one bet by enumerating every assignment and outcome of a window, request by request.
  private func growth(fraction: Double, size: Int, share: Double, candidate: Double, production: Double, null: Double, above: Bool)
    -> Double
  {
    var total = 0.0
    func walk(_ left: Int, _ a: Int, _ b: Int, _ x: Int, _ y: Int, _ probability: Double) {
      guard left > 0 else {
        guard a > 0, b > 0 else { return }
        let difference = Double(x) / Double(a) - Double(y) / Double(b)
        let weight = min(1, Double(a * b) / Double(a + b))
        let gain = above ? (difference - null) / (1 + null) : (null - difference) / (1 - null)
        total += probability * Double.log(1 + fraction * weight * gain)
        return
      }
      walk(left - 1, a + 1, b, x + 1, y, probability * share * candidate)
      walk(left - 1, a + 1, b, x, y, probability * share * (1 - candidate))
      walk(left - 1, a, b + 1, x, y + 1, probability * (1 - share) * production)
      walk(left - 1, a, b + 1, x, y, probability * (1 - share) * (1 - production))
    }
    walk(size, 0, 0, 0, 0, 1)
    return total
  }

  @Test(arguments: [
    (share: 0.5, candidate: 0.8, production: 0.9, null: 0.0, above: false),
    (share: 0.2, candidate: 0.7, production: 0.95, null: -0.05, above: false),
    (share: 0.5, candidate: 0.95, production: 0.95, null: -0.05, above: true),
    (share: 0.8, candidate: 0.9, production: 0.85, null: -0.1, above: true),
  ])
  func itIsTheQuickestBetByFullEnumeration(_ row: (share: Double, candidate: Double, production: Double, null: Double, above: Bool)) throws
  {
    let size = windowSize(share: row.share)
    let bets = [(0.03125, 0.05), (0.0625, 0.10), (0.125, 0.20), (0.25, 0.25), (0.5, 0.25), (0.9, 0.15)]
    let windows = bets.compactMap { fraction, trust -> Double? in
      let mean = growth(
        fraction: fraction, size: size, share: row.share, candidate: row.candidate, production: row.production, null: row.null,
        above: row.above)
      return mean > 0 ? ((Double.log(20) - Double.log(0.7 * trust)) / mean).rounded(.up) : nil
    }
    let known = Int(try #require(windows.min()))
    let plan = canaryPlan(
      candidateRate: row.candidate, productionRate: row.production, share: row.share, direction: row.above ? .above : .below,
      null: row.null, alpha: 0.05, startWeight: 0.7)
    #expect(plan?.windows == known && plan?.requests == known * size)
  }

  @Test func whatIsNotThereIsNeverProven() {
    func plan(_ candidate: Double, _ production: Double, _ direction: BettingProcess.Plan.Direction, null: Double) -> CanaryPlan? {
      canaryPlan(candidateRate: candidate, productionRate: production, share: 0.5, direction: direction, null: null, alpha: 0.05)
    }
    #expect(plan(0.9, 0.9, .below, null: 0) == nil)
    #expect(plan(0.95, 0.9, .below, null: 0) == nil)
    #expect(plan(0.87, 0.9, .above, null: -0.03) == nil)
    #expect(plan(1, 1, .above, null: -0.03) != nil)
    #expect(plan(0, 0, .above, null: -0.03) != nil)
  }

  // §13: −10 points from the start are rolled back after 4.8 h of 120 requests (median); the plan has the scale of it.
  @Test func planAndSimulationAgreeInScale() throws {
    let plan = try #require(
      canaryPlan(candidateRate: 0.8, productionRate: 0.9, share: 0.5, direction: .below, null: 0, alpha: 0.05, startWeight: 0.7))
    #expect((300...1500).contains(plan.requests))
  }

  @Test(arguments: [0.001, 0.01, 0.99])
  func smallSharesStayCheapAndTakeLonger(share: Double) throws {
    let plan = try #require(
      canaryPlan(candidateRate: 0.8, productionRate: 0.9, share: share, direction: .below, null: 0, alpha: 0.05, startWeight: 0.7))
    #expect(plan.requests == plan.windows * windowSize(share: share))
    #expect(plan.requests > 2000)
  }
}
