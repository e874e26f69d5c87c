import PortcullisCore
import PortcullisGate
import Testing

// Cost per success and tokens: ratios and limits by numpy and scipy 1.17, written out anew from statistics.md §8.

private let perSuccess = Rule.costPerSuccess(CostRule())
private func perSuccess(atMost micro: Int) -> Rule { .costPerSuccess(CostRule(limit: .absolute(Money(micro: micro, currency: "USD")))) }
private let tokens = Rule.tokensPerRequest(TokensRule())
private func tokens(atMost count: Int) -> Rule { .tokensPerRequest(TokensRule(limit: .absolute(count))) }

private func requests(_ count: Int = 120, base: Int = 100, isJudged: Bool = false) -> [Sample] {
  (0..<count).map {
    Sample(
      numbered("a", $0), candidate: $0 % 10 == 3 ? "F" : "P", production: $0 % 8 == 3 ? "F" : "P", isJudged: isJudged,
      cost: base + $0 * 7 % 50,
      productionCost: 100 + $0 * 11 % 60)
  }
}

private func spoken(_ count: Int = 120, input: Int? = 0) -> [Sample] {
  (0..<count).map { index in
    var sample = Sample(numbered("a", index), candidate: "", production: "")
    sample.trials = [(Arm.candidate, 7, 50), (.production, 11, 60)].map { arm, step, modulus in
      TrialFacts(
        arm: arm, state: .passed,
        tokens: TokenUsage(input: input.map { $0 + 200 + index * step % modulus }, output: 20 + index * 3 % 10, cachedInput: 100))
    }
    return sample
  }
}

@Test func whatASuccessCostsIsComparedPairedByRequest() {
  let pass = ruling(perSuccess, requests())
  #expect(pass.rule == "cost-per-success" && pass.unit == .ratio)
  #expect(pass.verdict == .pass)
  #expect(near(pass.estimate, 0.9340590590590592))
  #expect(near(pass.interval?.lower, 0.8664060674691965))
  #expect(near(pass.interval?.upper, 1.0069947090269127))
  #expect(
    pass.sentence
      == "A success costs the candidate 0.93 times what it costs production, over 120 paired requests, at most 1.01 times (limit 1.2 times); "
      + "0 % of its requests cost more than three times production's mean.")
  #expect(!pass.weighedScores)
  let fail = ruling(perSuccess, requests(base: 150))
  #expect(fail.verdict == .fail)
  #expect(near(fail.estimate, 1.3094344344344346))
  #expect(near(fail.interval?.lower, 1.2152795965149081))
}

@Test func aCheapCandidateThatFailsIsDear() {
  let failing = (0..<200).map {
    Sample(numbered("a", $0), candidate: $0 % 4 == 0 ? "P" : "F", production: "P", cost: 50, productionCost: 100)
  }
  #expect(ruling(.costPerRequest(CostRule()), failing).verdict == .pass)
  let dear = ruling(perSuccess, failing)
  #expect(dear.verdict == .fail)
  #expect(near(dear.estimate, 2))
}

@Test func whatASuccessCostsIsHeldToALimit() {
  let pass = ruling(perSuccess(atMost: 146), requests(), arms: [.candidate])
  #expect(pass.verdict == .pass && pass.unit == .money)
  #expect(near(pass.estimate, 138.24074074074076))
  #expect(near(pass.interval?.lower, 131.11112521676333))
  #expect(near(pass.interval?.upper, 145.75805347527682))
  #expect(ruling(perSuccess(atMost: 140), requests(), arms: [.candidate]).verdict == .inconclusive)
  #expect(ruling(perSuccess(atMost: 131), requests(), arms: [.candidate]).verdict == .fail)
  #expect(ruling(perSuccess(atMost: 146), requests(), arms: [.candidate], currency: "EUR").verdict == .inconclusive)
}

@Test func withoutASuccessNothingIsSaidOfItsCost() {
  for (ours, theirs) in [("F", "P"), ("P", "F"), ("F", "F")] {
    let none = (0..<200).map { Sample(numbered("a", $0), candidate: ours, production: theirs, cost: 50 + $0) }
    let open = ruling(perSuccess, none)
    #expect(open.verdict == .inconclusive && open.reason == .missingEvidence)
    #expect(open.sentence.contains("never succeeds"))
  }
  #expect(
    ruling(perSuccess(atMost: 1), (0..<200).map { Sample(numbered("a", $0), candidate: "F", cost: 50) }, arms: [.candidate]).verdict
      == .inconclusive)
}

@Test func aCostWithoutAScoreIsMissing() {
  for outcome in ["U", "X", "."] {
    let open = ruling(perSuccess, requests() + [Sample("z", candidate: outcome, production: "P", cost: 100)])
    #expect(open.verdict == .inconclusive && open.reason == .missingEvidence && open.missing == 1)
    #expect(open.sentence.hasPrefix("1 of 121 paired requests lacks a cost or a score, and at most 0 % may be left out"))
  }
  // An answer too large to be read was paid for, and was no success.
  let large = ruling(perSuccess, requests() + [Sample("z", candidate: "L", production: "P", cost: 100)])
  #expect(large.count == 121 && large.missing == 0)
  #expect(ruling(perSuccess, requests(99)).reason == .tooFewCases)
}

@Test func aJudgedSuccessIsHeldBackAndACostIsNot() {
  #expect(ruling(perSuccess, requests(isJudged: true)).reason == .judgeUnfit)
  #expect(ruling(.costPerRequest(CostRule()), requests(isJudged: true)).verdict == .pass)
}

@Test func tokensAreComparedPairedByRequest() {
  let pass = ruling(tokens, spoken())
  #expect(pass.rule == "tokens-per-request" && pass.verdict == .pass && pass.unit == .ratio)
  #expect(near(pass.estimate, 0.97998687664042))
  #expect(near(pass.interval?.lower, 0.9673334797891959))
  #expect(near(pass.interval?.upper, 0.9928057887510864))
  #expect(pass.sentence.hasPrefix("The candidate takes 0.98 times the tokens that production takes a request, over 120 paired requests"))
  #expect(pass.next?.contains("below 1000 requests") == true)
  #expect(ruling(tokens, spoken(1000)).next == nil)
  #expect(ruling(tokens, spoken(), arms: [.candidate]).reason == .armsNotComparable)
}

@Test func tokensAreHeldToALimit() {
  let pass = ruling(tokens(atMost: 252), spoken(), arms: [.candidate])
  #expect(pass.verdict == .pass && pass.unit == .count)
  #expect(near(pass.estimate, 248.91666666666666))
  #expect(near(pass.interval?.upper, 251.13564709930392))
  #expect(pass.sentence == "The candidate takes 249 tokens a request, over 120 requests, at most 252 (limit 252).")
  #expect(ruling(tokens(atMost: 250), spoken(), arms: [.candidate]).verdict == .inconclusive)
  #expect(ruling(tokens(atMost: 246), spoken(), arms: [.candidate]).verdict == .fail)
}

@Test func anUnknownCountIsMissingAndNotZero() {
  let open = ruling(tokens, spoken() + [Sample("z", candidate: "P", production: "P")])
  #expect(open.reason == .missingEvidence && open.missing == 1)
  let none = ruling(tokens, spoken(input: nil))
  #expect(none.sentence == "No token count is known in both arms: an unknown count is not zero.")
  #expect(none.next?.contains("'usage'") == true)
  let still = (0..<200).map { index -> Sample in
    var sample = Sample(numbered("a", index), candidate: "")
    sample.trials = bothArms.map { TrialFacts(arm: $0, state: .passed, tokens: TokenUsage(input: 0, output: 0)) }
    return sample
  }
  #expect(ruling(tokens, still).verdict == .inconclusive)
}

@Test func repeatsOfOnePromptAreOneUnitOfAnAmount() {
  // 29 prompts asked four times: 116 requests, and too few of them.
  let repeated = (0..<29).map { index -> Sample in
    var sample = Sample(numbered("a", index), candidate: "PPPP", production: "PPPP")
    sample.trials = sample.trials.map {
      TrialFacts(arm: $0.arm, repeatIndex: $0.repeatIndex, state: .passed, tokens: TokenUsage(input: 90 + index, output: 9))
    }
    return sample
  }
  #expect(ruling(tokens, repeated).next == "at least 30 independent cases")
}

@Test func theShareOfDearRequestsIsNamedForALimitToo() {
  var samples = requests(120)
  for index in 0..<3 { samples[index] = Sample(numbered("b", index), candidate: "P", production: "P", cost: 500, productionCost: 130) }
  let limit = Rule.costPerRequest(CostRule(limit: .absolute(Money(micro: 200, currency: "USD"))))
  #expect(ruling(limit, samples).sentence.contains("2.5 % of its requests cost more than three times production's mean"))
  #expect(!ruling(limit, samples, arms: [.candidate]).sentence.contains("production"))
}
