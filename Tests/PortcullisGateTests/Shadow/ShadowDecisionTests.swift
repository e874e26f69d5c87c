import PortcullisCore
import PortcullisGate
import Testing

@Suite struct ShadowDecisionTests {
  @Test func anEqualCandidatePasses() {
    let decision = shadow(drawnPairs(800, noise: 0.3, seed: 1))
    #expect(decision.verdict == .pass && decision.exitCode == .pass, "\(decision.sentence)")
    #expect(decision.stage == "shadow")
    #expect(decision.whole("no-change")?.reason == .holds)
  }

  @Test func aChangedCandidateThatIsNoWorseWaitsForPeople() {
    let decision = shadow(drawnPairs(800, noise: 0.3, shift: 0.2, seed: 2))
    #expect(decision.verdict == .review && decision.exitCode == .review, "\(decision.sentence)")
    let ruling = decision.whole("no-change")
    #expect(ruling?.reason == .waitsForReview)
    #expect(ruling?.witnesses.isEmpty == false)
    #expect(decision.whole("no-regression")?.verdict == .pass)
  }

  @Test func aChangedCandidateFailsWhereItMustMatch() {
    let policy = ShadowPolicy(rules: [
      ShadowPolicyRule(.rigSteady(RigSteadyRule())), ShadowPolicyRule(.noChange(NoChangeRule(mustMatch: true))),
    ])
    #expect(shadow(drawnPairs(800, noise: 0.3, shift: 0.2, seed: 2), policy).verdict == .fail)
  }

  @Test func aWorseCandidateFails() {
    let decision = shadow(drawnPairs(800, noise: 0.3, loss: 0.15, seed: 3))
    #expect(decision.verdict == .fail && decision.exitCode == .fail, "\(decision.sentence)")
    let ruling = decision.whole("no-regression")
    #expect(ruling?.reason == .beyondLimit)
    #expect(ruling?.witnesses.count == 10)
  }

  @Test func withoutTheNoiseArmNothingIsKnownOfChange() {
    let pairs = drawnPairs(400, noise: 0.3, seed: 4).map { pair in
      var pair = pair
      pair.noise = nil
      return pair
    }
    let decision = shadow(pairs)
    #expect(decision.verdict == .inconclusive)
    #expect(decision.whole("no-change")?.reason == .armsNotComparable)
    #expect(decision.whole("rig-steady")?.reason == .armsNotComparable)
    #expect(decision.whole("no-change")?.next?.contains("'noise'") == true)
  }

  @Test func withoutScoresNothingIsKnownOfHarm() {
    let pairs = drawnPairs(400, noise: 0.3, seed: 5).map { pair in
      var pair = pair
      for arm in Arm.allCases { pair[arm]?.score = nil }
      return pair
    }
    let decision = shadow(pairs)
    #expect(decision.verdict == .inconclusive)
    #expect(decision.whole("no-regression")?.reason == .missingEvidence)
    #expect(decision.whole("no-regression")?.next?.contains("'score'") == true)
  }

  /// Production whose second answers score otherwise: the rig differs, and neither harm nor change may be blamed on the candidate.
  @Test func anUnsteadyRigDecidesNothing() {
    let pairs = drawnPairs(800, noise: 0.3, shift: 0.3, loss: 0.2, seed: 6).enumerated().map { index, pair in
      var pair = pair
      if index % 5 == 0 { pair.noise?.score = 0 }
      return pair
    }
    let decision = shadow(pairs)
    #expect(decision.verdict == .inconclusive, "\(decision.sentence)")
    #expect(decision.whole("rig-steady")?.reason == .rigUnsteady)
    #expect(decision.whole("no-regression")?.reason == .rigUnsteady)
    #expect(decision.whole("no-change")?.sentence.contains("this decides nothing") == true)
  }

  /// Without scores the rig is not shown to be steady, nor unsteady: what was found of change is told, and fails nobody.
  @Test(arguments: [0.0, 0.4]) func aDifferenceIsSeenWithoutScores(_ shift: Double) {
    let pairs = drawnPairs(1000, noise: 0.7, shift: shift, seed: 11).map { pair in
      var pair = pair
      for arm in Arm.allCases { pair[arm]?.score = nil }
      return pair
    }
    let decision = shadow(pairs)
    #expect(decision.verdict == .inconclusive)
    #expect((decision.whole("no-change")?.verdict == .review) == (shift > 0), "\(decision.whole("no-change")?.sentence ?? "")")
    var strict = ShadowPolicy.standard
    strict.rules[3] = ShadowPolicyRule(.noChange(NoChangeRule(mustMatch: true)))
    #expect(shadow(pairs, strict).whole("no-change")?.verdict != .fail)
  }

  @Test func silenceAloneIsNotAPass() {
    let ruling = shadowRuling(.noChange(NoChangeRule()), drawnPairs(40, noise: 0.5, seed: 7))
    #expect(ruling.verdict == .inconclusive && ruling.reason == .tooFewCases, "\(ruling.sentence)")
  }

  @Test func emptyEvidenceDecidesNothing() {
    let decision = shadow([], lost: 3)
    #expect(decision.verdict == .inconclusive)
    #expect(decision.rulings.allSatisfy { $0.verdict == .inconclusive })
  }

  @Test func aPolicyWithoutARuleAboutAnswersDecidesNothing() {
    let policy = ShadowPolicy(rules: [ShadowPolicyRule(.complete(CompleteRule()))])
    let decision = shadow(drawnPairs(100, noise: 0.3, seed: 8), policy)
    #expect(decision.verdict == .inconclusive)
    #expect(decision.rulings.last?.reason == .nothingWeighed)
    #expect(shadow(drawnPairs(100, noise: 0.3, seed: 8), ShadowPolicy(rules: [])).verdict == .inconclusive)
  }

  @Test(arguments: [0, 0.6, .nan, -1]) func anErrorRateThatIsNoneDecidesNothing(_ rate: Double) {
    var policy = ShadowPolicy.standard
    policy.wrongFail = rate
    #expect(shadow(drawnPairs(400, noise: 0.3, seed: 9), policy).verdict == .inconclusive)
  }

  @Test func scoresOutsideTheirRangeAreNone() {
    for score in [Double.nan, -0.1, 1.1, .infinity] {
      let ruling = shadowRuling(
        .noRegression(NoRegressionRule(margin: 0.05)), (0..<200).map { shadowPair("p\($0)", scores: [1, score, 1]) })
      #expect(ruling.verdict == .inconclusive && ruling.count == 0, "\(score)")
    }
  }

  // gate-contracts.md §1: a dead exporter that feeds a constant to both arms passes elsewhere.
  @Test func aConstantExporterDoesNotPass() {
    let constant = (0..<400).map { shadowPair("p\($0)", scores: [0.5, 0.5, 0.5]) }
    let decision = shadow(constant)
    #expect(decision.verdict == .inconclusive)
    #expect(decision.whole("no-regression")?.reason == .rigUnsteady)
    #expect(decision.whole("no-change")?.reason == .rigUnsteady)
    #expect(shadow((0..<400).map { shadowPair("p\($0)", scores: [0, 0, 0]) }).whole("no-regression")?.reason == .rigUnsteady)
  }

  @Test(arguments: [Arm.candidate, .noise]) func anArmThatIsACopyOfProductionDoesNotPass(_ arm: Arm) {
    let pairs = drawnPairs(800, noise: 0.3, seed: 1).map { pair in
      var pair = pair
      let time = Duration.milliseconds(7)
      for other in Arm.allCases {
        guard case .completion(var completion)? = pair[other]?.content else { continue }
        completion.latency = other == arm || other == .production ? time : .milliseconds(9)
        pair[other]?.content = .completion(completion)
      }
      if let copied = pair.production?.content { pair[arm]?.content = copied }
      return pair
    }
    let decision = shadow(pairs)
    #expect(decision.verdict == .inconclusive)
    #expect(decision.rulings.last?.reason == .armsNotComparable)
  }

  @Test func twoArmsThatNameOneResponseAreOne() {
    var pairs = drawnPairs(800, noise: 0.3, seed: 1)
    for arm in [Arm.production, .candidate] {
      guard case .completion(var completion)? = pairs[0][arm]?.content else { continue }
      completion.responseID = "resp-1"
      pairs[0][arm]?.content = .completion(completion)
    }
    #expect(shadow(pairs).verdict == .inconclusive)
  }

  @Test func anAnswerOfAnotherModelIsNone() {
    var pairs = drawnPairs(800, noise: 0.3, seed: 1)
    pairs[0].candidate = ShadowAnswer(.failure(CallFailure(.wrongModel, "another")))
    #expect(shadow(pairs).rulings.contains { $0.reason == .wrongModel })
    #expect(shadow(pairs).verdict == .inconclusive)
  }

  @Test func slicesAreProtectedOneByOne() {
    // The loss is in German alone.
    let pairs = drawnPairs(1000, noise: 0.3, seed: 10).map { pair in
      var pair = pair
      if pair.tags[0].value == "de", pair.id.text.hasSuffix("1") || pair.id.text.hasSuffix("3") { pair.candidate?.score = 0 }
      return pair
    }
    let rule = NoRegressionRule(margin: 0.25, slices: ["language"], sliceMargin: 0.05)
    let decision = shadow(pairs, ShadowPolicy(rules: [ShadowPolicyRule(.noRegression(rule))]))
    let slices = decision.rulings.filter { $0.slice != nil }
    #expect(slices.map { $0.slice?.value } == ["de", "en"])
    #expect(slices.map(\.verdict) == [.fail, .pass], "\(slices.map(\.sentence))")
    let unknown = shadow(pairs, ShadowPolicy(rules: [ShadowPolicyRule(.noRegression(NoRegressionRule(margin: 0.25, slices: ["tier"])))]))
    #expect(unknown.verdict == .inconclusive)
  }

  @Test func callsAreHeldToTheOfflineRules() {
    let pairs = (0..<300).map { shadowPair("p\($0)", latency: [100 + $0 % 7, 300 + $0 % 7, 100 + $0 % 5]) }
    let policy = ShadowPolicy(rules: [
      ShadowPolicyRule(.errorRate(ErrorRateRule(max: 0.05))), ShadowPolicyRule(.latency(LatencyRule(limit: .increase(0.2)))),
      ShadowPolicyRule(.costPerRequest(CostRule())),
    ])
    let rulings = shadow(pairs, policy).rulings
    #expect(rulings[0].verdict == .pass, "\(rulings[0].sentence)")
    #expect(rulings[1].verdict == .fail, "\(rulings[1].sentence)")
    #expect(rulings[2].verdict == .inconclusive, "an unknown price is missing evidence")
  }

  /// What was recorded at another time says little about time: a fresh call is compared with production's fresh one.
  @Test func freshCallsAreComparedWithFreshOnes() {
    let pairs = (0..<300).map { number -> ShadowPair in
      var pair = shadowPair("p\(number)", latency: [100 + number % 7, 300 + number % 7, 290 + number % 9])
      pair.candidate?.isFresh = true
      pair.noise?.isFresh = true
      return pair
    }
    let decision = shadow(pairs, ShadowPolicy(rules: [ShadowPolicyRule(.latency(LatencyRule(limit: .increase(0.2))))]))
    #expect(decision.rulings[0].verdict == .pass, "\(decision.rulings[0].sentence)")
    #expect(!decision.rulings[0].sentence.contains("recorded answers"))
    #expect(decision.arms.map(\.arm) == [.candidate, .production, .noise])
    #expect(decision.arms[1].latencyP50 == .milliseconds(103), "production's row tells of its recorded answers")
  }

  @Test func thePolicyHasADigestOfItsRules() {
    var other = ShadowPolicy.standard
    #expect(other.digest == ShadowPolicy.standard.digest)
    other.rules[3] = ShadowPolicyRule(.noChange(NoChangeRule(epsilon: 0.04)))
    #expect(other.digest != ShadowPolicy.standard.digest)
    #expect(
      ShadowPolicy.standard.json.compactText.contains(
        #""no-change":{"epsilon":0.05,"compare":"text","ignore":[],"must_match":false,"slices":[]}"#))
  }
}
