package import PortcullisCore

/// What the checks and judges that carry one metric gave one trial.
package struct MetricScore: Sendable, Hashable {
  package let metric: String
  /// Their weighted mean in billionths, 0…1e9: a pass is 1, a fail 0, a grade itself; nil where one of them could not be scored.
  package let billionths: Int?
  /// Whether one of them is a judge.
  package let isJudged: Bool

  /// - Parameter value: From 0 to 1; anything else, NaN too, is no score.
  package init(_ metric: String, _ value: Double?, isJudged: Bool = false) {
    self.metric = metric
    billionths = value.flatMap { $0 >= 0 && $0 <= 1 ? PortcullisGate.billionths($0) : nil }
    self.isJudged = isJudged
  }

  /// - Parameter billionths: 0…1e9.
  init(_ metric: String, billionths: Int) {
    self.metric = metric
    self.billionths = billionths
    isJudged = false
  }

  /// nil where none of a trial's scores carries the metric.
  package init?(_ metric: String, of scores: [CheckScore]) {
    let own = scores.filter { $0.metric.map { sameBytes($0, metric) } ?? false }
    guard !own.isEmpty else { return nil }
    var (sum, weight): (Double?, Double) = (0, 0)
    for score in own {
      weight += score.weight
      sum = sum.flatMap { sum in score.value.map { sum + score.weight * $0 } }
    }
    // Weights are above 0 and finite; a sum of them that is not makes no mean.
    self.init(metric, sum.map { min(1, $0 / weight) }, isJudged: own.contains(where: \.isJudged))
  }
}

extension CheckScore {
  /// As a part of a metric; nil where unscored.
  fileprivate var value: Double? {
    switch score {
    case .pass: 1
    case .fail: 0
    case .graded(let grade, _): grade >= 0 && grade <= 1 ? grade : nil
    case .unscored: nil
    }
  }
}

/// A metric that checks or judges of a case carry.
package struct CaseMetric: Sendable, Hashable {
  package let name: String
  /// Whether one of them is a judge.
  package let isJudged: Bool

  package init(_ name: String, isJudged: Bool = false) {
    self.name = name
    self.isJudged = isJudged
  }
}

extension Case {
  /// The metrics that its checks carry, those of its turns too; in their order, each once.
  package var metrics: [CaseMetric] {
    guard case .turns(let turns) = input else { return Case.metrics(of: checks) }
    return Case.metrics(of: checks + turns.flatMap(\.checks))
  }

  package static func metrics(of checks: [CheckSpec]) -> [CaseMetric] {
    var found: [CaseMetric] = []
    for check in checks {
      guard let name = check.metric else { continue }
      let isJudged = check.kind == "judge"
      if let place = found.firstIndex(where: { sameBytes($0.name, name) }) {
        if isJudged { found[place] = CaseMetric(name, isJudged: true) }
      } else {
        found.append(CaseMetric(name, isJudged: isJudged))
      }
    }
    return found
  }
}
