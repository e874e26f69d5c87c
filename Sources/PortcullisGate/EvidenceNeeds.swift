package import PortcullisCore
import PortcullisStatistics

/// What the tally must count so that a policy can be decided: one scope for each `where` filter, with what its rules look at.
package struct EvidenceNeeds: Sendable, Hashable {
  /// The cases that carry all tags of one filter, and what is counted over them.
  package struct Scope: Sendable, Hashable {
    package let filter: [Case.Tag]
    /// Slicing dimensions, in the policy's order, none twice.
    package fileprivate(set) var dimensions: [String] = []
    package fileprivate(set) var gates: [Gate] = []
    package fileprivate(set) var brokenCases = false
    package fileprivate(set) var metrics: [Metric] = []
    package fileprivate(set) var times: [TimeMeasure] = []
    package fileprivate(set) var amounts: [RequestAmount] = []
    package fileprivate(set) var coverage = false
  }

  /// A metric of the checks that rules look at, with the slices and floors they name; none twice.
  package struct Metric: Sendable, Hashable {
    package let name: String
    package fileprivate(set) var dimensions: [String] = []
    /// Scores below which answers are very bad, above 0 and below 1.
    package fileprivate(set) var floors: [Double] = []
  }

  /// Cases that must hold one by one, and what holding means.
  package struct Gate: Sendable, Hashable {
    package enum Population: String, Sendable, Hashable {
      case critical
      /// Incident cases in the state `guarded`; the demand of the case goes before the rule's.
      case guarded
    }

    package let population: Population
    package let demand: HardGate.Demand
    /// Trials the rule asks for, under its own demand.
    package let trials: Int
  }

  /// The first is the whole suite; it is always counted.
  package let scopes: [Scope]
  /// Clean trials that the demand `never` takes.
  package let neverTrials: Int
  /// What is taken for one independent case.
  package let clusters: ClusterPlan

  /// - Parameter clusters: Groups beside the clusters of the cases' facts; the default knows of none.
  package init(_ policy: Policy, clusters: ClusterPlan = ClusterPlan()) {
    var scopes = [Scope(filter: [])]
    for rule in policy.offline {
      var place = scopes.count
      if let known = scopes.firstIndex(where: { sameTags($0.filter, rule.where) }) {
        place = known
      } else {
        scopes.append(Scope(filter: rule.where))
      }
      scopes[place].add(rule.rule)
    }
    self.scopes = scopes
    self.clusters = clusters
    neverTrials = policy.hasSoundErrorRates ? cleanTrialsRequired(failureRate: 0.10, alpha: policy.wrongPass) : .max
  }
}

extension EvidenceNeeds.Scope {
  fileprivate mutating func add(_ rule: Rule) {
    switch rule {
    case .complete, .errorRate: break
    case .coverage: coverage = true
    case .noBrokenCases: brokenCases = true
    case .noRegression(let rule):
      if let metric = rule.metric { add(metric, slices: rule.slices + rule.watch) } else { slice(by: rule.slices + rule.watch) }
    case .passRate(let rule): slice(by: rule.slices)
    case .criticalCases(let gate): add(.init(population: .critical, demand: gate.demand, trials: gate.trials))
    case .incidentsStayFixed(let gate): add(.init(population: .guarded, demand: gate.demand, trials: gate.trials))
    case .score(let rule): add(rule.metric, slices: rule.slices)
    case .tail(let rule): add(rule.metric, floors: [rule.floor])
    case .latency: add(.latency)
    case .ttft: add(.ttft)
    case .tpot: add(.tpot)
    case .costPerRequest: add(.cost)
    case .costPerSuccess: add(.costPerSuccess)
    case .tokensPerRequest: add(.tokens)
    }
  }

  private mutating func add(_ gate: EvidenceNeeds.Gate) {
    if !gates.contains(gate) { gates.append(gate) }
  }

  private mutating func slice(by names: [String]) { dimensions.appendNew(names) }

  private mutating func add(_ metric: String, slices: [String] = [], floors: [Double] = []) {
    var place = metrics.count
    if let known = metrics.firstIndex(where: { sameBytes($0.name, metric) }) {
      place = known
    } else {
      metrics.append(.init(name: metric))
    }
    metrics[place].dimensions.appendNew(slices)
    // What is no floor is refused by the rule, and nothing can be counted for it.
    for floor in floors where floor > 0 && floor < 1 && !metrics[place].floors.contains(floor) { metrics[place].floors.append(floor) }
  }

  private mutating func add(_ measure: TimeMeasure) {
    if !times.contains(measure) { times.append(measure) }
  }

  private mutating func add(_ amount: RequestAmount) {
    if !amounts.contains(amount) { amounts.append(amount) }
  }
}

extension EvidenceNeeds {
  /// The metrics that some rule looks at: whoever reads trials reads these scores. Each once, in the policy's order.
  package var metrics: [String] {
    var names: [String] = []
    names.appendNew(scopes.flatMap { $0.metrics.map(\.name) })
    return names
  }

  var namesMetrics: Bool { scopes.contains { !$0.metrics.isEmpty } }
}

extension [String] {
  fileprivate mutating func appendNew(_ names: [String]) {
    for name in names where !contains(where: { sameBytes($0, name) }) { append(name) }
  }
}

extension Policy {
  /// Whether both error rates can be the α of a bound.
  var hasSoundErrorRates: Bool { [wrongPass, wrongFail].allSatisfy { $0 > 0 && $0 <= 0.5 } }
}

extension CaseFacts {
  func carries(_ filter: [Case.Tag]) -> Bool {
    filter.allSatisfy { tag in slice(tag.name).map { sameBytes($0, tag.value) } ?? false }
  }
}

func sameTags(_ left: [Case.Tag], _ right: [Case.Tag]) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { sameBytes($0.name, $1.name) && sameBytes($0.value, $1.value) }
}
