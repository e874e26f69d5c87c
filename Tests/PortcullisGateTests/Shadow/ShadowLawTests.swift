import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

@Suite struct ShadowLawTests {
  /// A world near every border, so that a lost pair could matter.
  private func world(_ seed: UInt64) -> [ShadowPair] {
    var random = SplitMix64(seed: seed &+ 99)
    let shifts = [0, 0.02, 0.05, 0.1, 0.3], losses = [0, 0.02, 0.05, 0.1]
    return drawnPairs(
      100 + random.below(500), noise: [0, 0.1, 0.3, 0.7][random.below(4)], shift: shifts[random.below(5)],
      loss: losses[random.below(4)], seed: seed, cluster: [nil, 1, 3][random.below(3)])
  }

  @Test(arguments: 0..<40 as Range<UInt64>) func neitherOrderNorShardsMatter(seed: UInt64) {
    var pairs = world(seed)
    var random = SplitMix64(seed: seed)
    let whole = shadowTally(pairs, lost: 2)
    for place in pairs.indices.reversed() { pairs.swapAt(place, random.below(place + 1)) }
    #expect(decided(shadowTally(pairs, lost: 2)) == decided(whole))
    let cut = random.below(pairs.count)
    var left = shadowTally(Array(pairs[..<cut]), lost: 1)
    left.merge(shadowTally(Array(pairs[cut...]), lost: 1))
    #expect(decided(left) == decided(whole))
  }

  private func decided(_ tally: ShadowTally) -> Decision {
    decideShadow(tally.evidence(), policy: .standard, context: someContext)
  }

  /// Whichever pair is lost, and in whichever way: nothing that did not pass passes then.
  @Test(arguments: 0..<60 as Range<UInt64>) func aLostPairNeverHelpsToPass(seed: UInt64) {
    let pairs = world(seed)
    let before = shadow(pairs).verdict
    var random = SplitMix64(seed: seed)
    for _ in 0..<6 {
      var others = pairs
      let place = random.below(pairs.count)
      var lost = 0
      switch random.below(5) {
      case 0: others[place].candidate = nil
      case 1: others[place].production = nil
      case 2: others[place].noise = nil
      case 3: others[place].candidate = ShadowAnswer(.failure(CallFailure(.server, "503")))
      default:
        others.remove(at: place)
        lost = 1
      }
      let after = shadow(others, lost: lost).verdict
      #expect(after != .pass || before == .pass, "pair \(place)")
    }
  }

  /// One pair in ten says nothing: whatever limit lies below that, the pairs left may be perfect and prove nothing.
  @Test func aTenthThatIsGoneLeavesNoPass() {
    func pairs(_ spoil: (inout ShadowPair) -> Void) -> [ShadowPair] {
      (0..<1000).map { number in
        var pair = shadowPair("p\(number)", production: "a\(number)", candidate: "a\(number)", noise: "a\(number)")
        if number % 10 == 0 { spoil(&pair) }
        return pair
      }
    }
    let change = ShadowRule.noChange(NoChangeRule()), quality = ShadowRule.noRegression(NoRegressionRule(margin: 0.05))
    for rule in [change, quality] { #expect(shadowRuling(rule, pairs { _ in }).verdict == .pass) }
    let failed = pairs { $0.candidate = ShadowAnswer(.failure(CallFailure(.server, "503"))) }
    for rule in [change, quality] { #expect(shadowRuling(rule, failed).verdict == .inconclusive, "\(rule.name)") }
    #expect(shadowRuling(quality, pairs { $0.candidate?.score = nil }).verdict == .inconclusive)
    #expect(shadowRuling(quality, pairs { $0.production?.score = nil }).verdict == .inconclusive)
    #expect(shadowRuling(change, pairs { $0.noise = nil }).verdict == .inconclusive)
    for rule in [change, quality] { #expect(shadowRuling(rule, pairs { _ in }, lost: 111).verdict == .inconclusive) }
  }

  /// More fields than are kept apart: which ones are is no matter of order or shards.
  @Test func whichOfManyFieldsAreKeptIsNoMatterOfOrder() {
    let policy = ShadowPolicy(rules: [ShadowPolicyRule(.noChange(NoChangeRule(compare: .json)))])
    let pairs = (0..<1200).map { number in
      let field = "f\(number % 400)"
      return shadowPair(
        "p\(number)", production: "{\"\(field)\":1}", candidate: "{\"\(field)\":2}", noise: "{\"\(field)\":1}")
    }
    let whole = shadowTally(pairs, policy).evidence()
    #expect(whole.fields.isCut && whole.fields.fields.count == 256)
    #expect(shadowTally(pairs.reversed(), policy).evidence().fields == whole.fields)
    var left = shadowTally(Array(pairs[500...]), policy)
    left.merge(shadowTally(Array(pairs[..<500]), policy))
    #expect(left.evidence().fields == whole.fields)
  }

  /// The pairs most against the candidate are lost, within the tolerance: still no pass.
  @Test(arguments: 0..<30 as Range<UInt64>) func losingTheWorstPairsNeverHelpsToPass(seed: UInt64) {
    let pairs = world(seed)
    guard shadow(pairs).verdict != .pass else { return }
    let worst = pairs.sorted { badness($0) > badness($1) }
    let cut = pairs.count / 50
    #expect(shadow(Array(worst.dropFirst(cut)), lost: cut).verdict != .pass)
  }

  private func badness(_ pair: ShadowPair) -> Double {
    let differs = pair.candidate?.completion?.text != pair.production?.completion?.text ? 1.0 : 0
    return differs + (pair.production?.score ?? 0) - (pair.candidate?.score ?? 0)
  }

  @Test(arguments: 0..<30 as Range<UInt64>) func addingARuleNeverHelps(seed: UInt64) {
    let pairs = world(seed)
    for extra in [
      ShadowRule.noChange(NoChangeRule()), .rigSteady(RigSteadyRule()), .noRegression(NoRegressionRule(margin: 0.05)),
      .errorRate(ErrorRateRule()),
    ] {
      let few = ShadowPolicy(rules: [ShadowPolicyRule(.noRegression(NoRegressionRule(margin: 0.10)))])
      var many = few
      many.rules.append(ShadowPolicyRule(extra))
      #expect(shadow(pairs, many).verdict != .pass || shadow(pairs, few).verdict == .pass)
    }
  }

  /// Issue 5: production noise 0.7, an equal candidate stays quiet; measured 2026 with these seeds, the guarantee is 5 %.
  @Test func anEqualCandidateStaysQuietUnderHeavyNoise() {
    let spoke = (0..<200 as Range<UInt64>).count { seed in
      shadowRuling(.noChange(NoChangeRule()), drawnPairs(400, noise: 0.7, seed: seed)).verdict == .review
    }
    #expect(spoke <= 10, "\(spoke) of 200")
  }

  @Test func aShiftedCandidateIsHeardUnderHeavyNoise() {
    let spoke = (0..<100 as Range<UInt64>).count { seed in
      shadowRuling(.noChange(NoChangeRule()), drawnPairs(1000, noise: 0.7, shift: 0.4, seed: seed)).verdict == .review
    }
    #expect(spoke >= 95, "\(spoke) of 100")
  }

  /// Pairs of one user that rise and fall together are one vote.
  @Test func oneUserAskingAgainIsNoEvidence() {
    let pairs = (0..<300).map { number in
      shadowPair("p\(number)", candidate: "no", asked: "question \(number)", cluster: "user-\(number % 3)")
    }
    let ruling = shadowRuling(.noChange(NoChangeRule()), pairs)
    #expect(ruling.verdict == .inconclusive, "\(ruling.sentence)")
    let alone = (0..<300).map { shadowPair("p\($0)", candidate: "no") }
    #expect(shadowRuling(.noChange(NoChangeRule()), alone).verdict == .review)
    // The same prompt, but for its spelling, is the same source too.
    let asked = (0..<300).map { shadowPair("p\($0)", candidate: "no", asked: $0 % 2 == 0 ? "Where is  it?" : "where is it?\n") }
    #expect(shadowRuling(.noChange(NoChangeRule()), asked).verdict == .inconclusive)
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func aCandidateAtTheMarginRarelyPasses(seed: UInt64) {
    // A loss of ten points against a margin of five: never in these seeds.
    #expect(
      shadowRuling(.noRegression(NoRegressionRule(margin: 0.05)), drawnPairs(500, noise: 0.3, loss: 0.12, seed: seed)).verdict != .pass)
  }
}
