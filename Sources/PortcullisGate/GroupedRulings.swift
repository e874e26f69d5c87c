// Deciding both ways: where a suite's shape suggests groups that nobody declared, a rule about rates must say the same whether the cases of a
// group are taken for independent or not.

import PortcullisCore

extension Rule {
  /// Whether the verdict rests on how many independent cases there are. The others count, look at cases one by one, or claim nothing
  /// beyond this suite.
  var weighsIndependentCases: Bool {
    switch self {
    case .passRate(let rule): if case .min = rule.limit { true } else { false }
    case .noRegression, .score, .tail, .costPerRequest, .costPerSuccess, .tokensPerRequest: true
    case .complete, .noBrokenCases, .criticalCases, .incidentsStayFixed, .errorRate, .latency, .ttft, .tpot, .coverage: false
    }
  }
}

extension ClusterPlan {
  /// What was taken for one independent case, where the cases did not say it themselves.
  var statement: String? {
    switch choice {
    case .undeclared where suspects.isEmpty: nil
    case .undeclared:
      "cases count as independent but for the clusters they declare, and equal inputs or documents; as they look grouped by "
        + "\(listed(suspects.map(\.words))), the rules about rates were decided both ways"
    case .none: "cases that look grouped count as independent, as --clusters none says"
    case .by(let grouping): "cases grouped by \(grouping.words) count as one cluster each group, as --clusters \(grouping.word) says"
    }
  }
}

/// One rule's rulings with certain clusters, held against those under each suspected grouping: the same slices in the same order.
///
/// Never a better verdict than without the groupings: a ruling either stands or becomes inconclusive.
func decidedBothWays(_ rulings: [Ruling], _ grouped: [(suspect: SuspectedGrouping, rulings: [Ruling])]) -> [Ruling] {
  rulings.indices.map { place in
    let readings = grouped.map { (suspect: $0.suspect, ruling: $0.rulings[place]) }
    let others = readings.filter { $0.ruling.verdict != rulings[place].verdict }
    return others.isEmpty ? rulings[place].standing(under: readings.map(\.suspect)) : rulings[place].undecided(against: others)
  }
}

extension Ruling {
  /// The same verdict under every grouping: the plain numbers, and that they do not hang on the groups.
  fileprivate func standing(under suspects: [SuspectedGrouping]) -> Ruling {
    // A ruling that weighed nothing, and one that is open anyway, has nothing to add.
    guard count > 0, verdict != .inconclusive else { return self }
    var ruling = self
    ruling.sentence += "; the same holds with cases grouped by \(listed(suspects.map(\.words)))"
    return ruling
  }

  fileprivate func undecided(against others: [(suspect: SuspectedGrouping, ruling: Ruling)]) -> Ruling {
    // The numbers shown are those of a reading that is undecided as this ruling is, where there is one.
    let shown = ([self] + others.map(\.ruling)).first { $0.verdict == .inconclusive }
    var ruling = shown ?? others[0].ruling
    let readings = others.map { "\($0.ruling.verdict.rawValue) with cases grouped by \($0.suspect.words)" }
    let detail = shown.map { ": \($0.sentence)" } ?? ""
    ruling.verdict = .inconclusive
    ruling.reason = .clustersSuspected
    ruling.sentence =
      "which cases are independent decides this: \(verdict.rawValue) with clusters as declared, \(listed(readings))\(detail)"
    ruling.next =
      "declare a 'cluster' in the cases that share a source; or --clusters \(others[0].suspect.grouping.word) if they share one, "
      + "--clusters none if they do not"
    ruling.weighedScores = weighedScores
    return ruling
  }
}
