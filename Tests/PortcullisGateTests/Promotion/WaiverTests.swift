import PortcullisCore
import PortcullisGate
import Testing

private func waiver(_ rule: String, metric: String? = nil, slice: Case.Tag? = nil, expires: String = "2026-12-31") -> Waiver {
  Waiver(rule: rule, metric: metric, slice: slice, by: "Ana", reason: "the region moves", expires: expires)
}

private func decided(_ samples: [Sample], _ policy: Policy, _ waivers: [Waiver]?, on day: String = "2026-12-01") -> Decision {
  var context = someContext
  context.waivers = waivers.map { Waivers($0, day: day) }
  return decide(evidence(samples, policy), policy: policy, context: context)
}

private let compare = PolicyRule(.noRegression(NoRegressionRule(margin: 0.10)))
private let rate = PolicyRule(.passRate(PassRateRule(limit: .min(0.5))))
private let errors = PolicyRule(.errorRate(ErrorRateRule(max: 0.05)))
private let good = pairs(both: 60)
/// 30 of 60 pairs are lost.
private let bad = pairs(both: 30, lost: 30)
/// All pass, and 10 of 70 calls of the candidate failed.
private let flaky = pairs(both: 60) + (0..<10).map { Sample("x-\($0)", candidate: "X", production: "P") }

struct WaiverTests {
  @Test func aWaivedRulingKeepsItsVerdictAndNumbersAndDoesNotCount() throws {
    let policy = Policy(offline: [rate, compare])
    let plain = decided(pairs(both: 50, lost: 20), policy, nil)
    #expect(plain.verdict == .fail)
    let waived = decided(pairs(both: 50, lost: 20), policy, [waiver("no-regression")])
    #expect(waived.verdict == .pass && waived.exitCode == .pass)
    #expect(waived.waivers == [WaiverUse(waiver("no-regression"), .applied)])
    var ruling = try #require(waived.rulings.first { $0.rule == "no-regression" })
    #expect(ruling.waived && ruling.waiver == waiver("no-regression"))
    ruling.waiver = nil
    #expect(ruling == plain.rulings[1])
    #expect(waived.sentence.hasPrefix("The candidate passes with 1 ruling waived: "))
    #expect(waived.sentence.hasSuffix("; waived: no-regression by Ana until 2026-12-31."))
  }

  @Test func theLastRuleThatWeighedAScoreCannotBeWaivedOpen() {
    for policy in [Policy(offline: [compare]), Policy(offline: [compare, errors])] {
      let decision = decided(bad, policy, [waiver("no-regression")])
      #expect(decision.verdict == .inconclusive)
      #expect(decision.rulings.last?.reason == .nothingWeighed)
      #expect(decision.rulings.last?.sentence == "Every rule that weighed a score is waived, so nothing was shown.")
    }
  }

  @Test func aWaiverThatDoesNothingIsTold() {
    let policy = Policy(offline: [compare, rate])
    let slice = Case.Tag(name: "language", value: "de")
    let waivers = [
      waiver("no-regression"), waiver("latency"), waiver("no-regression", slice: slice), waiver("no-regression", metric: "helpful"),
      waiver("pass-rate", expires: "2026-11-30"),
    ]
    let decision = decided(good, policy, waivers)
    #expect(decision.waivers.map(\.state) == [.notNeeded, .matchesNothing, .matchesNothing, .matchesNothing, .expired])
    #expect(decision.rulings == decided(good, policy, nil).rulings)
    for use in decision.waivers { #expect(use.sentence.contains(use.waiver.title)) }
  }

  @Test func aWaiverIsOfOneSlice() {
    let policy = Policy(offline: [rate, PolicyRule(.noRegression(NoRegressionRule(margin: 0.10, slices: ["behaviour"])))])
    let samples = pairs(both: 60, behaviour: "refund") + pairs(both: 30, lost: 30, behaviour: "refusal")
    let slice = Case.Tag(name: "behaviour", value: "refusal")
    let one = decided(samples, policy, [waiver("no-regression", slice: slice)])
    #expect(one.rulings.filter(\.waived).map(\.title) == ["no-regression behaviour=refusal"])
    #expect(one.verdict == .fail)
    #expect(decided(samples, policy, [waiver("no-regression", slice: slice), waiver("no-regression")]).verdict == .pass)
  }

  @Test(arguments: Waiver.unwaivable) func whatSaysWhetherAnythingWasMeasuredCannotBeWaived(rule: String) {
    let policy = Policy(offline: [rate, PolicyRule(.complete(CompleteRule()))])
    let samples = pairs(both: 99) + [Sample("w", candidate: "W", production: "P")]
    let decision = decided(samples, policy, [waiver(rule)])
    #expect(decision.verdict == .inconclusive)
    #expect(decision.rulings.allSatisfy { !$0.waived })
    #expect(decision.waivers.map(\.state) == [.refused])
  }

  @Test func anAdvisoryRulingNeedsNoWaiver() {
    let policy = Policy(offline: [rate, PolicyRule(compare.rule, advisory: true)])
    let decision = decided(pairs(both: 50, lost: 20), policy, [waiver("no-regression")])
    #expect(decision.waivers.map(\.state) == [.notNeeded])
    #expect(decision.rulings.allSatisfy { !$0.waived })
  }

  @Test func aWaiverHoldsThroughItsLastDay() {
    #expect(!waiver("latency", expires: "2026-12-01").isExpired(on: "2026-12-01"))
    #expect(waiver("latency", expires: "2026-12-01").isExpired(on: "2026-12-02"))
  }

  @Test func waiversReadBack() {
    for each in [waiver("latency"), waiver("no-regression", metric: "helpful", slice: Case.Tag(name: "a", value: "b="))] {
      #expect(Waiver(json: each.json) == each)
    }
    #expect(waiver("no-regression", metric: "pass-rate") == waiver("no-regression"))
    #expect(Waiver(json: .object([("rule", .string("latency"))])) == nil)
  }

  @Test func callsThatFailedCanBeWaivedAndQualityStillDecides() {
    let policy = Policy(offline: [rate, errors])
    #expect(decided(flaky, policy, nil).verdict != .pass)
    #expect(decided(flaky, policy, [waiver("error-rate")]).verdict == .pass)
    #expect(decided(bad, Policy(offline: [compare, errors]), [waiver("error-rate")]).verdict == .fail)
  }

  @Test func aShadowsRulingIsWaivedLikeAnyOther() {
    let pairs = drawnPairs(800, noise: 0.3, shift: 0.2, seed: 2)
    func decided(_ waivers: [Waiver]) -> Decision {
      var context = someContext
      context.waivers = Waivers(waivers, day: "2026-12-01")
      return decideShadow(shadowTally(pairs).evidence(), policy: .standard, context: context)
    }
    #expect(shadow(pairs).verdict == .review)
    let waived = decided([waiver("no-change")])
    #expect(waived.verdict == .pass && waived.waivers.map(\.state) == [.applied])
    #expect(waived.whole("no-change")?.verdict == .review)
    // Both rules that weigh the candidate's answers: a steady rig shows nothing of it.
    let worse = drawnPairs(800, noise: 0.3, shift: 0.2, loss: 0.15, seed: 3)
    var context = someContext
    context.waivers = Waivers([waiver("no-change"), waiver("no-regression")], day: "2026-12-01")
    let both = decideShadow(shadowTally(worse).evidence(), policy: .standard, context: context)
    #expect(both.verdict == .inconclusive && both.rulings.last?.reason == .nothingWeighed)
  }
}

/// Every subset of the rules of a policy that has several, waived.
private let waivable = ["critical-cases", "incidents-stay-fixed", "no-regression"]

@Test func waiversKeepTheLawsInEverySmallWorld() {
  let policy = Policy(offline: smallPolicies[14])
  var opened = 0
  for world in smallWorlds where world.count <= 3 {
    let samples = samples(world)
    let plain = decided(samples, policy, nil)
    for choice in 1..<(1 << waivable.count) {
      let waivers = waivable.indices.filter { choice >> $0 & 1 == 1 }.map { waiver(waivable[$0]) }
      let decision = decided(samples, policy, waivers)
      // Another rule's ruling stands: the verdict is no better than the worst of those that are not waived.
      let others = plain.rulings.filter { ruling in ruling.rule != "run" && !waivers.contains { $0.rule == ruling.rule } }
      #expect(decision.verdict >= others.map(\.verdict).max() ?? .pass)
      #expect(decision.verdict == decision.rulings.filter { !$0.advisory && !$0.waived }.map(\.verdict).max())
      if decision.verdict == .pass {
        #expect(decision.rulings.contains { $0.weighedScores && !$0.waived }, "a pass weighed no score: \(world)")
      }
      if decision.verdict == .pass, plain.verdict != .pass { opened += 1 }
      // Numbers and verdicts of rulings are as without waivers.
      for (waived, bare) in zip(decision.rulings, plain.rulings) where bare.rule != "run" {
        var waived = waived
        waived.waiver = nil
        #expect(waived == bare)
      }
      // An expired waiver is no waiver.
      let expired = decided(samples, policy, waivers, on: "2027-01-01")
      #expect(expired.rulings == plain.rulings && expired.verdict == plain.verdict && expired.sentence == plain.sentence)
      // One waiver more never closes what was open.
      if plain.verdict == .pass { #expect(decision.verdict == .pass) }
    }
  }
  // The laws are not kept by waiving nothing.
  #expect(opened > 0)
}
