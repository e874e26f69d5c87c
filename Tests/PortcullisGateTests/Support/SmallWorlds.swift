import PortcullisCore
import PortcullisGate

/// One case of a small world: its outcome in each arm, and whether it is an ordinary, a critical or a guarded one.
struct Kind: Hashable, Comparable {
  enum Guard: Int, CaseIterable { case none, critical, incident }

  static let outcomes: [Character] = ["P", "F", "U", "X", "."]
  /// Indices into `outcomes`.
  var candidate: Int
  var production: Int
  var guarding: Guard = .none

  static func < (left: Kind, right: Kind) -> Bool { left.code < right.code }

  private var code: Int { (guarding.rawValue * 8 + candidate) * 8 + production }

  /// Its checks carry the metric `m`, which is 1 where a trial passed.
  func sample(_ id: String) -> Sample {
    Sample(
      id, candidate: String(Self.outcomes[candidate]), production: String(Self.outcomes[production]),
      severity: guarding == .critical ? .critical : .normal, behaviour: guarding == .none ? "talk" : "safety",
      incident: guarding == .incident ? guarded : nil
    ).scoring("m")
  }
}

/// A small suite in which the order of the cases is of no account: its cases in ascending order.
typealias World = [Kind]

func samples(_ world: World) -> [Sample] { world.enumerated().map { $1.sample(numbered("w", $0)) } }

/// Every world of at most `size` cases of the given kinds.
func worlds(of kinds: [Kind], upTo size: Int) -> [World] {
  var (all, layer): ([World], [World]) = ([[]], [[]])
  for _ in 0..<size {
    layer = layer.flatMap { world in kinds.filter { kind in world.last.map { $0 <= kind } ?? true }.map { world + [$0] } }
    all += layer
  }
  return all
}

/// Three cases of any kind, and five of those that differ in their scores only.
let smallWorlds: [World] = {
  let outcomes = Kind.outcomes.indices
  // In production `U` and `X` say no more than `.`: no score.
  let any = Kind.Guard.allCases.flatMap { guarding in
    outcomes.flatMap { candidate in [0, 1, 4].map { Kind(candidate: candidate, production: $0, guarding: guarding) } }
  }
  let scored = [0, 1, 4].flatMap { candidate in [0, 1, 4].map { Kind(candidate: candidate, production: $0) } }
  return Array(Set(worlds(of: any.sorted(), upTo: 2) + worlds(of: scored.sorted(), upTo: 5)))
}()

/// Policies that so few cases can pass: a margin of 40 points takes five clean cases, one of 60 two, one of 90 one.
let smallPolicies: [[PolicyRule]] = {
  let compare = PolicyRule(.noRegression(NoRegressionRule(margin: 0.6)))
  return [
    [], [PolicyRule(.complete(CompleteRule()))], [PolicyRule(.complete(CompleteRule(maxMissing: 0.5)))], [compare],
    [PolicyRule(.noRegression(NoRegressionRule(margin: 0.4)))],
    [PolicyRule(.noRegression(NoRegressionRule(margin: 0.9, slices: ["behaviour"], sliceMargin: 0.9)))],
    [PolicyRule(.noRegression(NoRegressionRule(margin: 0.9, watch: ["behaviour"], superiority: true)))],
    [PolicyRule(.passRate(PassRateRule(limit: .min(0.3))))], [PolicyRule(.passRate(PassRateRule(limit: .observedMin(0.5))))],
    [PolicyRule(.criticalCases(HardGate(trials: 1)))], [PolicyRule(.incidentsStayFixed(HardGate(trials: 1)))],
    [PolicyRule(.errorRate(ErrorRateRule(max: 0.8)))], [PolicyRule(compare.rule, advisory: true)],
    [PolicyRule(compare.rule, where: [Case.Tag(name: "behaviour", value: "safety")])],
    [
      PolicyRule(.complete(CompleteRule(maxMissing: 0.3))), PolicyRule(.criticalCases(HardGate(trials: 1))),
      PolicyRule(.incidentsStayFixed(HardGate(trials: 1))), PolicyRule(.noRegression(NoRegressionRule(margin: 0.4))),
    ],
    [PolicyRule(.score(ScoreRule(metric: "m", limit: .min(0.3))))],
    [PolicyRule(.score(ScoreRule(metric: "m", limit: .margin(0.7), slices: ["behaviour"])))],
    [PolicyRule(.tail(TailRule(metric: "m", floor: 0.5, maxShare: 0.6)))],
    [PolicyRule(.noRegression(NoRegressionRule(margin: 0.7, metric: "m", watch: ["behaviour"])))],
    [
      PolicyRule(.coverage), PolicyRule(.ttft(LatencyRule(limit: .absolute(.seconds(1))))),
      PolicyRule(.tpot(LatencyRule(limit: .increase(0.2)))), PolicyRule(.costPerSuccess(CostRule())),
      PolicyRule(.tokensPerRequest(TokensRule())), PolicyRule(.score(ScoreRule(metric: "none", limit: .min(0.1)))),
    ],
    [PolicyRule(.noBrokenCases(NoBrokenCasesRule()))],
    [PolicyRule(.criticalCases(HardGate(demand: .reliable))), PolicyRule(.incidentsStayFixed(HardGate(demand: .never)))],
  ]
}()
