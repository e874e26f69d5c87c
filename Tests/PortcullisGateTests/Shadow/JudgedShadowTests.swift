import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// `no-change: {compare: judge}`: answers compared by a judge's grades.
@Suite struct JudgedShadowTests {
  /// How good the judge's eyes are.
  private enum Sight { case good, blurred, blind, dice }

  /// Pairs whose answers say one of ten things, and what a judge makes of them: 1 for the same, ½ for the next, and 0 for all else.
  ///
  /// - Parameter shift: Share of the requests to which the candidate says something of its own.
  private func judged(
    _ count: Int, shift: Double = 0, sight: Sight = .good, seed: UInt64, cluster: Int? = nil
  ) -> [ShadowPair] {
    var random = SplitMix64(seed: seed &+ 7)
    func chance() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    func says() -> Int { chance() < 0.5 ? 3 : random.below(10) }
    func grade(_ left: Int, _ right: Int) -> Double {
      let seen = [1, 0.5, 0][min(2, abs(left - right))]
      switch sight {
      case .good: return seen
      case .blurred: return chance() < 0.7 ? seen : [0, 0.5, 1][random.below(3)]
      case .blind: return 1
      case .dice: return [0, 0.5, 1][random.below(3)]
      }
    }
    return (0..<count).map { number in
      let production = says(), noise = says(), usual = says()
      let candidate = chance() < shift ? 14 : usual
      var pair = shadowPair(
        numbered("pair", number), production: "says \(production)", candidate: "says \(candidate)", noise: "says \(noise)",
        cluster: cluster.map { "c\(number / $0)" }, tags: [Case.Tag(name: "language", value: number % 2 == 0 ? "de" : "en")])
      pair.agreement = ShadowAgreement(
        production: grade(production, noise), candidate: grade(candidate, production), candidateAndNoise: grade(candidate, noise))
      return pair
    }
  }

  private static let rule = NoChangeRule(compare: .judge, judge: "alike")

  private func ruling(_ pairs: [ShadowPair], _ rule: NoChangeRule = Self.rule, lost: Int = 0) -> Ruling {
    shadowRuling(.noChange(rule), pairs, lost: lost)
  }

  /// However badly the judge sees: the three answers are exchangeable where the candidate is no farther. The guarantee is 5 %.
  @Test(arguments: [Sight.good, .blurred, .dice]) private func anEqualCandidateStaysQuiet(_ sight: Sight) {
    let spoke = (0..<200 as Range<UInt64>).count { seed in ruling(judged(300, sight: sight, seed: seed)).verdict == .review }
    #expect(spoke <= 10, "\(spoke) of 200")
  }

  @Test(arguments: [Sight.good, .blurred]) private func aShiftedCandidateIsHeard(_ sight: Sight) {
    let spoke = (0..<50 as Range<UInt64>).count { seed in ruling(judged(600, shift: 0.4, sight: sight, seed: seed)).verdict == .review }
    #expect(spoke >= 48, "\(spoke) of 50")
  }

  @Test func aDifferenceWaitsForPeopleOrFailsWhereItMustMatch() {
    let pairs = judged(600, shift: 0.4, seed: 1)
    let found = ruling(pairs)
    #expect(found.reason == .waitsForReview && !found.witnesses.isEmpty && found.missing == 0)
    #expect(found.sentence.contains("the judge 'alike' finds its answers"), "\(found.sentence)")
    var strict = Self.rule
    strict.mustMatch = true
    #expect(ruling(pairs, strict).verdict == .fail)
  }

  /// Nobody calibrated it: a judge that calls everything the same would say the same of an equal candidate.
  @Test(arguments: [0.0, 0.9]) func silenceOfAJudgeOpensNothing(_ shift: Double) {
    let found = ruling(judged(2000, shift: shift, sight: .blind, seed: 2))
    #expect(found.verdict == .inconclusive && found.reason == .judgeUnfit, "\(found.sentence)")
    #expect(found.sentence.contains("not calibrated"))
    let whole = shadow(
      judged(2000, sight: .blind, seed: 2),
      ShadowPolicy(rules: [ShadowPolicyRule(.rigSteady(RigSteadyRule())), ShadowPolicyRule(.noChange(Self.rule))]))
    #expect(whole.verdict == .inconclusive)
    #expect(!whole.rulings.contains { $0.rule == "no-change" && $0.verdict == .pass }, "no slice either")
  }

  @Test func neverAPassWhateverTheWorld() {
    for seed in 0..<60 as Range<UInt64> {
      let pairs = judged(
        200 + 40 * Int(seed), shift: [0, 0.02, 0.2][Int(seed % 3)], sight: [.good, .blurred, .blind][Int(seed % 3)], seed: seed)
      #expect(ruling(pairs).verdict != .pass)
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func neitherOrderNorShardsMatter(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var pairs = judged(200 + random.below(300), shift: 0.1, sight: .blurred, seed: seed, cluster: [nil, 3][random.below(2)])
    for place in pairs.indices where random.below(15) == 0 { pairs[place].agreement = nil }
    let policy = ShadowPolicy(rules: [ShadowPolicyRule(.noChange(Self.rule))])
    func decided(_ tally: ShadowTally) -> Decision { decideShadow(tally.evidence(), policy: policy, context: someContext) }
    let whole = decided(shadowTally(pairs, policy, lost: 2))
    for place in pairs.indices.reversed() { pairs.swapAt(place, random.below(place + 1)) }
    #expect(decided(shadowTally(pairs, policy, lost: 2)) == whole)
    let cut = random.below(pairs.count)
    var left = shadowTally(Array(pairs[..<cut]), policy, lost: 1)
    left.merge(shadowTally(Array(pairs[cut...]), policy, lost: 1))
    #expect(decided(left) == whole)
  }

  @Test func withoutAnyGradeNothingIsCompared() {
    let pairs = judged(300, seed: 3).map { pair in
      var pair = pair
      pair.agreement = nil
      return pair
    }
    let found = ruling(pairs)
    #expect(found.verdict == .inconclusive && found.reason == .missingEvidence)
    #expect(found.missing == 300 && found.sentence.contains("graded no pair"))
    #expect(found.next?.contains("without --recorded") == true)
  }

  /// The pairs that lack a grade may be those in which it differs.
  @Test func missingGradesAreToldAndHideADifference() {
    let pairs = judged(600, seed: 4).enumerated().map { number, pair in
      var pair = pair
      if number % 4 == 0 { pair.agreement = nil }
      return pair
    }
    let found = ruling(pairs)
    #expect(found.reason == .missingEvidence && found.missing == 150, "\(found.sentence)")
    #expect(found.sentence.contains("150 pairs that the judge did not grade hide whether the candidate differs"), "\(found.sentence)")
    let short = ruling(judged(600, seed: 4), lost: 200)
    #expect(short.sentence.contains("200 pairs without an answer hide whether the candidate differs"), "\(short.sentence)")
  }

  @Test func aGradeOfWhatIsNotThereIsNone() {
    let pairs = judged(100, seed: 5).map { pair in
      var pair = pair
      pair.candidate = ShadowAnswer(.failure(CallFailure(.server, "503")))
      return pair
    }
    #expect(ruling(pairs).count == 0)
  }

  /// Pairs of one user that rise and fall together are one value, the mean of theirs.
  @Test func oneUserAskingAgainIsNoEvidence() {
    let pairs = (0..<300).map { number -> ShadowPair in
      var pair = shadowPair("p\(number)", candidate: "no", asked: "question \(number)", cluster: "user-\(number % 3)")
      pair.agreement = ShadowAgreement(production: 1, candidate: 0, candidateAndNoise: 0)
      return pair
    }
    #expect(ruling(pairs).verdict == .inconclusive)
    let alone = pairs.map { pair in
      var pair = pair
      pair.cluster = nil
      return pair
    }
    #expect(ruling(alone).verdict == .review)
  }

  @Test func aSliceThatDiffersIsNamed() {
    let pairs = judged(800, seed: 6).map { pair in
      var pair = pair
      if pair.tags[0].value == "de" { pair.agreement = ShadowAgreement(production: 1, candidate: 0.5, candidateAndNoise: 0.5) }
      return pair
    }
    let slices = shadow(pairs, ShadowPolicy(rules: [ShadowPolicyRule(.noChange(Self.rule))])).rulings.filter { $0.slice != nil }
    #expect(slices.map { $0.slice?.value } == ["de", "en"] && slices.allSatisfy(\.advisory))
    #expect(slices.map(\.verdict) == [.review, .inconclusive], "\(slices.map(\.sentence))")
  }

  @Test func theJudgeIsPartOfThePolicy() {
    func digest(_ rule: NoChangeRule) -> Digest { ShadowPolicy(rules: [ShadowPolicyRule(.noChange(rule))]).digest }
    var other = Self.rule
    other.judge = "strict"
    #expect(digest(other) != digest(Self.rule))
  }
}
