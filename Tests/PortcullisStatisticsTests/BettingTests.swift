import PortcullisStatistics
import RealModule
import Testing

typealias Plan = BettingProcess.Plan

/// E by its definition: a weighted sum, over all bets and all moments to begin at, of the whole product from there on.
private func wealth(_ plan: Plan, values: [(value: Double, weight: Double)], startsBefore: [Int]) -> Double {
  let bets = [(0.03125, 0.05), (0.0625, 0.10), (0.125, 0.20), (0.25, 0.25), (0.5, 0.25), (0.9, 0.15)]
  let loss = plan.direction == .below ? plan.range.upperBound - plan.null : plan.null - plan.range.lowerBound
  func grown(from start: Int) -> Double {
    bets.reduce(0) { sum, bet in
      sum
        + values[start...].reduce(bet.1) { product, step in
          let gain = plan.direction == .below ? plan.null - step.value : step.value - plan.null
          return product * (1 + bet.0 / loss * step.weight * gain)
        }
    }
  }
  let fresh = plan.freshStarts > 0 ? (1 - plan.startWeight) / Double(plan.freshStarts) : 0
  return plan.startWeight * grown(from: 0) + startsBefore.reduce(0) { $0 + fresh * grown(from: $1) }
    + fresh * Double(plan.freshStarts - startsBefore.count)
}

private let plans = [
  Plan(.below, null: 0, in: -1...1), Plan(.below, null: -0.03, in: -1...1, startWeight: 0.7, freshStarts: 5),
  Plan(.above, null: -0.03, in: -1...1), Plan(.above, null: 0.05, in: 0...1, startWeight: 0.5, freshStarts: 4),
  Plan(.below, null: 0.9, in: 0...1, startWeight: 0, freshStarts: 3), Plan(.above, null: 2.5, in: 1...5, startWeight: 0.7),
]

struct BettingTests {
  @Test(arguments: 0..<60)
  func evidenceIsTheSumOverAllStartsAndBets(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let plan = plans[Int(seed) % plans.count]
    var process = BettingProcess(plan)
    var values: [(value: Double, weight: Double)] = []
    var starts: [Int] = []
    for _ in 0..<25 {
      while process.state.freshStartsLeft > 0 && generator.below(4) == 0 {
        process.freshStart()
        starts.append(values.count)
      }
      let width = plan.range.upperBound - plan.range.lowerBound
      let value = plan.range.lowerBound + width * Double(generator.below(5)) / 4
      values.append((value, [1, 0.75, 0.5, 0][generator.below(4)]))
      process.add(value, weight: values[values.count - 1].weight)
      #expect(agrees(Double.exp(process.logE), wealth(plan, values: values, startsBefore: starts)))
    }
  }

  @Test(arguments: 0..<24)
  func aProcessTakenUpFromItsStateGoesOnBitForBit(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let plan = plans[Int(seed) % plans.count]
    var (whole, resumed) = (BettingProcess(plan), BettingProcess(plan))
    for _ in 0..<40 {
      if whole.state.freshStartsLeft > 0 && generator.below(6) == 0 {
        whole.freshStart()
        resumed.freshStart()
      }
      let width = plan.range.upperBound - plan.range.lowerBound
      let value = plan.range.lowerBound + width * Double(generator.below(1000)) / 1000
      whole.add(value, weight: 0.75)
      resumed.add(value, weight: 0.75)
      let stored = BettingProcess.State(
        logWealth: try #require(PerBet(resumed.state.logWealth.values)), freshStartsLeft: resumed.state.freshStartsLeft)
      resumed = try #require(BettingProcess(plan, state: stored))
      #expect(resumed == whole)
      #expect(resumed.logE.bitPattern == whole.logE.bitPattern)
    }
  }

  @Test func aStateThatNoProcessOfThePlanReachesIsRefused() throws {
    let plan = Plan(.below, null: 0, in: -1...1, startWeight: 0.7, freshStarts: 2)
    let good = BettingProcess(plan).state
    #expect(BettingProcess(plan, state: good) != nil)
    for left in [-1, 3] { #expect(BettingProcess(plan, state: .init(logWealth: good.logWealth, freshStartsLeft: left)) == nil) }
    for number in [Double.nan, .infinity] {
      var numbers = good.logWealth.values
      numbers[5] = number
      let wealth = try #require(PerBet(numbers))
      #expect(BettingProcess(plan, state: .init(logWealth: wealth, freshStartsLeft: 2)) == nil)
    }
    #expect(PerBet([1, 2, 3, 4, 5]) == nil)
    #expect(PerBet([1, 2, 3, 4, 5, 6, 7]) == nil)
    #expect(PerBet([1, 2, 3, 4, 5, 6]) != PerBet([1, 2, 3, 4, 5, 7]))
  }

  @Test func aFreshStartChangesNoEvidenceAndSeveralAtOnceAreTheSame() {
    let plan = Plan(.below, null: 0, in: -1...1, startWeight: 0.7, freshStarts: 71)
    var process = BettingProcess(plan)
    for value in [1.0, -1, -0.5, 0, -1] { process.add(value) }
    var (single, joint) = (process, process)
    for _ in 0..<5 { single.freshStart() }
    joint.freshStart(count: 5)
    joint.freshStart(count: 0)
    #expect(agrees(single.logE, process.logE, within: 1e-12))
    for value in [-1.0, 0.3] {
      single.add(value)
      joint.add(value)
    }
    #expect(agrees(single.logE, joint.logE, within: 1e-12))
    #expect(single.state.freshStartsLeft == 66 && joint.state.freshStartsLeft == 66)
  }

  // E₀ = 1; without a planned start the rest of the stake is unused (reference/statistics.md §9, R = 0).
  @Test func evidenceBeginsAtTheStakesThatCanBet() {
    #expect(abs(BettingProcess(Plan(.below, null: 0, in: -1...1)).logE) < 1e-15)
    #expect(abs(BettingProcess(Plan(.below, null: 0, in: -1...1, startWeight: 0.7, freshStarts: 71)).logE) < 1e-15)
    #expect(abs(BettingProcess(Plan(.below, null: 0, in: -1...1, startWeight: 0, freshStarts: 1)).logE) < 1e-15)
    #expect(agrees(BettingProcess(Plan(.below, null: 0, in: -1...1, startWeight: 0.7)).logE, Double.log(0.7)))
    #expect(BettingProcess(Plan(.below, null: 0, in: -1...1, startWeight: 0)).logE == -.infinity)
  }

  // Every path of 14 fair values, with starts planned: the mean of E is 1, and no more than α of the paths ever reach 1/α.
  @Test(arguments: [
    (plan: Plan(.below, null: 0, in: -1...1), low: -1.0, high: 1.0, chance: 0.5),
    (plan: Plan(.below, null: 0, in: -1...1, startWeight: 0.7, freshStarts: 3), low: -1.0, high: 1.0, chance: 0.5),
    (plan: Plan(.above, null: -0.5, in: -1...1), low: -1.0, high: 1.0, chance: 0.25),
    (plan: Plan(.above, null: 0.25, in: 0...1, startWeight: 0.7, freshStarts: 3), low: 0.0, high: 1.0, chance: 0.25),
  ])
  func underTheNullTheMeanIsOneAndAlphaIsKept(_ row: (plan: Plan, low: Double, high: Double, chance: Double)) {
    var (mean, crossing) = (0.0, [0.5: 0.0, 0.2: 0.0, 0.05: 0.0])
    func walk(_ process: BettingProcess, probability: Double, greatest: Double, left: Int) {
      guard left > 0 else {
        mean += probability * Double.exp(process.logE)
        for alpha in crossing.keys where greatest >= -Double.log(alpha) { crossing[alpha, default: 0] += probability }
        return
      }
      for (value, chance) in [(row.high, row.chance), (row.low, 1 - row.chance)] {
        var next = process
        if next.state.freshStartsLeft > 0 && left % 4 == 0 { next.freshStart() }
        next.add(value)
        walk(next, probability: probability * chance, greatest: max(greatest, next.logE), left: left - 1)
      }
    }
    walk(BettingProcess(row.plan), probability: 1, greatest: 0, left: 12)
    #expect(agrees(mean, 1))
    for (alpha, probability) in crossing { #expect(probability <= alpha) }
    #expect(crossing[0.5, default: 0] > 0.05, "the test has no power")
  }

  @Test func longStreamsOfExtremesStayNumbers() {
    for plan in plans {
      for value in [plan.range.lowerBound, plan.null, plan.range.upperBound] {
        var process = BettingProcess(plan)
        for _ in 0..<50_000 { process.add(value) }
        #expect(!process.logE.isNaN && process.logE < .infinity)
        let favours = plan.direction == .below ? value < plan.null : value > plan.null
        if !favours { #expect(process.logE <= 1e-9) }
      }
    }
  }
}
