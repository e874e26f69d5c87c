import PortcullisCore
import PortcullisGate
import PortcullisStatistics

/// A shadow pair of texts; nil is an arm without an answer.
func shadowPair(
  _ id: String, production: String? = "yes", candidate: String? = "yes", noise: String? = "yes", scores: [Double?] = [1, 1, 1],
  asked: String? = nil, cluster: String? = nil, tags: [Case.Tag] = [], latency: [Int] = []
) -> ShadowPair {
  func answer(_ text: String?, _ place: Int) -> ShadowAnswer? {
    text.map {
      let time = place < latency.count ? Duration.milliseconds(latency[place]) : nil
      return ShadowAnswer(.completion(Completion(text: $0, latency: time)), score: scores[place])
    }
  }
  return ShadowPair(
    id: CaseID(id)!, messages: [Message(role: .user, content: asked ?? "question \(id)")], cluster: cluster, tags: tags,
    production: answer(production, 0), candidate: answer(candidate, 1), noise: answer(noise, 2))
}

/// `count` pairs of a production that differs from itself with probability `noise`, and of a candidate that differs from its usual answer with
/// probability `candidate`, where it is not itself noise. Each answer is one of few, so that agreement is real.
func drawnPairs(
  _ count: Int, noise: Double, shift: Double = 0, loss: Double = 0, quality: Double = 0.9, seed: UInt64, cluster: Int? = nil
) -> [ShadowPair] {
  var random = SplitMix64(seed: seed)
  func chance() -> Double { Double(random.next() >> 11) * 0x1p-53 }
  // A usual answer and many rare ones: two answers agree mostly where both are the usual one.
  let usual = (1 - noise).squareRoot()
  func says(_ number: Int) -> String { chance() < usual ? "usual \(number)" : "rare \(random.next())" }
  return (0..<count).map { number in
    let passes = chance() < quality ? 1.0 : 0.0
    func score() -> Double { chance() < 0.995 ? passes : 1 - passes }
    let (production, second) = (says(number), says(number))
    var ours = says(number)
    if chance() < shift { ours = "changed \(number)" }
    var scores: [Double?] = [score(), score(), score()]
    if chance() < loss { scores[1] = 0 }
    return shadowPair(
      numbered("pair", number), production: production, candidate: ours, noise: second, scores: scores,
      cluster: cluster.map { "c\(number / $0)" }, tags: [Case.Tag(name: "language", value: number % 2 == 0 ? "de" : "en")])
  }
}

func shadowTally(_ pairs: [ShadowPair], _ policy: ShadowPolicy = .standard, lost: Int = 0) -> ShadowTally {
  var tally = ShadowTally(needs: ShadowNeeds(policy))
  for pair in pairs { tally.add(pair) }
  for _ in 0..<lost { tally.addLost() }
  return tally
}

func shadow(_ pairs: [ShadowPair], _ policy: ShadowPolicy = .standard, lost: Int = 0) -> Decision {
  decideShadow(shadowTally(pairs, policy, lost: lost).evidence(), policy: policy, context: someContext)
}

/// The ruling of the only rule of a policy.
func shadowRuling(_ rule: ShadowRule, _ pairs: [ShadowPair], lost: Int = 0) -> Ruling {
  shadow(pairs, ShadowPolicy(rules: [ShadowPolicyRule(rule)]), lost: lost).rulings[0]
}

extension Decision {
  /// The ruling of a rule over all pairs.
  func whole(_ rule: String) -> Ruling? { rulings.first { $0.rule == rule && $0.slice == nil && $0.metric == nil } }
}
