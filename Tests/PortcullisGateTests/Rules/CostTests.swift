import PortcullisCore
import PortcullisGate
import Testing

// Ratio and limits by numpy and scipy 1.10, written out anew from statistics.md §8.

private let relative = Rule.costPerRequest(CostRule())
private func atMost(_ micro: Int) -> Rule { .costPerRequest(CostRule(limit: .absolute(Money(micro: micro, currency: "USD")))) }

private func requests(_ count: Int = 120, base: Int = 100) -> [Sample] {
  (0..<count).map {
    Sample(numbered("a", $0), candidate: "P", production: "P", cost: base + $0 * 7 % 50, productionCost: 100 + $0 * 11 % 60)
  }
}

@Test func meanCostsAreComparedPairedByRequest() {
  let pass = ruling(relative, requests())
  #expect(pass.verdict == .pass)
  #expect(near(pass.estimate, 0.9607464607464608))
  #expect(near(pass.interval?.lower, 0.9363636355044228))
  #expect(near(pass.interval?.upper, 0.9857642125749669))
  #expect(pass.limit == 1.2)
  #expect(pass.count == 120)
  #expect(!pass.weighedScores)
  #expect(pass.next?.contains("below 1000 requests") == true)
  let fail = ruling(relative, requests(base: 150))
  #expect(fail.verdict == .fail)
  #expect(near(fail.interval?.lower, 1.3162978336426134))
}

@Test func fewerThanAHundredRequestsDecideNothing() {
  #expect(ruling(relative, requests(100)).verdict == .pass)
  let short = ruling(relative, requests(99))
  #expect(short.verdict == .inconclusive)
  #expect(short.reason == .tooFewCases)
  // 29 cases of four requests each: enough requests, too few cases.
  let repeated = (0..<29).map { Sample(numbered("a", $0), candidate: "PPPP", production: "PPPP", cost: 90 + $0, productionCost: 100) }
  #expect(ruling(relative, repeated).reason == .tooFewCases)
}

@Test func anUnknownPriceIsMissingAndNeverFree() {
  let unknown = [Sample("z", candidate: "P", production: "P")]
  let open = ruling(relative, requests() + unknown)
  #expect(open.verdict == .inconclusive)
  #expect(open.reason == .missingEvidence)
  #expect(open.missing == 1)
  #expect(ruling(relative, cases(200, "a", candidate: "P", production: "P")).verdict == .inconclusive)
  let free = (0..<200).map { Sample(numbered("a", $0), candidate: "P", production: "P", cost: 0) }
  #expect(ruling(relative, free).verdict == .inconclusive)
}

@Test func costsMayBeMissingWithinTheToleranceOfComplete() {
  let samples = requests() + [Sample("z", candidate: "X", production: "P")]
  let policy = Policy(offline: [PolicyRule(.complete(CompleteRule(maxMissing: 0.02))), PolicyRule(relative)])
  #expect(decision(samples, policy).rulings[1].verdict == .pass)
  let advisory = Policy(offline: [PolicyRule(.complete(CompleteRule(maxMissing: 0.02)), advisory: true), PolicyRule(relative)])
  #expect(decision(samples, advisory).rulings[1].verdict == .inconclusive)
}

@Test func theShareOfDearRequestsIsNamed() {
  var samples = requests(120)
  for index in 0..<3 { samples[index] = Sample(numbered("b", index), candidate: "P", production: "P", cost: 500, productionCost: 130) }
  #expect(ruling(relative, samples).sentence.contains("2.5 % of its requests cost more than three times production's mean"))
}

@Test func aMeanCostIsJudgedByItsUpperLimit() {
  let pass = ruling(atMost(127), requests(), arms: [.candidate])
  #expect(pass.verdict == .pass)
  #expect(near(pass.estimate, 124.41666666666667))
  #expect(near(pass.interval?.lower, 122.24506417974835))
  #expect(near(pass.interval?.upper, 126.62684623146401))
  #expect(pass.unit == .money)
  #expect(ruling(atMost(125), requests(), arms: [.candidate]).verdict == .inconclusive)
  #expect(ruling(atMost(122), requests(), arms: [.candidate]).verdict == .fail)
  #expect(ruling(atMost(127), requests(), arms: [.candidate], currency: "EUR").verdict == .inconclusive)
  #expect(ruling(atMost(127), requests(), arms: [.candidate], currency: nil).verdict == .inconclusive)
}

@Test func withoutProductionAnIncreaseOfCostIsUndecided() {
  #expect(ruling(relative, requests(), arms: [.candidate]).reason == .armsNotComparable)
}

@Test func aCostThatOneArmLacksMakesTheRequestMissing() {
  for (ours, theirs) in [(100, nil as Int?), (nil, 100)] {
    var sample = Sample("z", candidate: "P", production: "P")
    sample.trials = [
      TrialFacts(arm: .candidate, state: .passed, costMicro: ours), TrialFacts(arm: .production, state: .passed, costMicro: theirs),
    ]
    let open = ruling(relative, requests() + [sample])
    #expect(open.reason == .missingEvidence)
    #expect(open.count == 120)
  }
}
