import PortcullisCore
import PortcullisStatistics

/// Fewer requests than this decide nothing about a cost; formats.md §6.
private let leastRequests = 100

extension CostRule {
  func ruling(_ input: RuleInput) -> Ruling {
    switch limit {
    case .increase(let share): relative(share, input.scope.cost, input)
    case .absolute(let money): absolute(money, input.scope.cost, input)
    }
  }

  private func relative(_ share: Double, _ cost: CostEvidence, _ input: RuleInput) -> Ruling {
    let method = "ratio of means over clusters, statistics §8"
    func open(_ reason: Reason, _ sentence: String, next: String, gate: RatioGate? = nil) -> Ruling {
      ruling(.inconclusive, reason, sentence, gate, count: cost.paired.pairs, missing: cost.missingPairs, method, next, input)
    }
    guard input.hasProduction else {
      return open(
        .armsNotComparable, "there is no production arm to compare costs with", next: "name --production, or write an absolute 'limit'")
    }
    guard cost.paired.pairs > 0 else {
      return open(.missingEvidence, "no cost is known in both arms: an unknown price is not free", next: "give both targets a 'price'")
    }
    let passing = costRatioPaired(cost.paired, margin: share, alpha: input.wrongPass)
    let failing = costRatioPaired(cost.paired, margin: share, alpha: input.wrongFail)
    let requests = counted(cost.paired.pairs, "paired request")
    if let blocked = blocked(cost.missingPairs, of: cost.planned, "paired cost", input) {
      return open(
        .missingEvidence, blocked, next: "see with 'export trials' why they are missing; give both targets a 'price'", gate: passing)
    }
    guard let ratio = passing.ratio, let limits = passing.limits else {
      return open(
        .missingEvidence, "the costs of \(requests) give no ratio: an arm that costs nothing, or one single cluster, shows no price",
        next: "give both targets a 'price'")
    }
    let score = "the candidate costs \(fixed(ratio, 2)) times what production costs a request, over \(requests)"
    if let short = short(cost.paired.pairs, cost.paired.clusters) {
      return open(.tooFewCases, "\(score), too few to decide on", next: short, gate: passing)
    }
    let tail = tail(cost)
    let limit = "\(canonicalNumber(1 + share)) times"
    if passing.verdict == .pass {
      let sentence = "\(score), at most \(fixed(limits.upper, 2)) times (limit \(limit))\(tail)"
      return ruling(.pass, .holds, sentence, passing, count: cost.paired.pairs, missing: cost.missingPairs, method, caution(cost), input)
    }
    if failing.verdict == .fail {
      let sentence = "\(score), at least \(fixed(failing.limits?.lower ?? 0, 2)) times: beyond \(limit)\(tail)"
      return ruling(.fail, .beyondLimit, sentence, failing, count: cost.paired.pairs, missing: cost.missingPairs, method, nil, input)
    }
    return open(
      .cannotExcludeMargin, "\(score), and more than \(limit) cannot be excluded\(tail)", next: "more requests, or a cheaper candidate",
      gate: passing)
  }

  /// The mean is the ratio to a cost of 1 for each request: the same t limits over clusters, on the log scale.
  private func absolute(_ money: Money, _ cost: CostEvidence, _ input: RuleInput) -> Ruling {
    let method = "mean over clusters, t limits on the log scale, statistics §8"
    func open(_ reason: Reason, _ sentence: String, next: String, gate: RatioGate? = nil) -> Ruling {
      ruling(.inconclusive, reason, sentence, gate, count: cost.candidate.pairs, missing: cost.missing, method, next, input)
    }
    guard cost.candidate.pairs > 0 else {
      return open(.missingEvidence, "no cost of the candidate is known: an unknown price is not free", next: "give the target a 'price'")
    }
    guard let currency = input.run.currency, sameBytes(currency, money.currency) else {
      return open(
        .missingEvidence, "the limit is in \(money.currency), and the costs are in \(input.run.currency ?? "no known currency")",
        next: "write the limit in the currency of the price")
    }
    let passing = costRatioPaired(cost.candidate, margin: 1, alpha: input.wrongPass)
    let failing = costRatioPaired(cost.candidate, margin: 1, alpha: input.wrongFail)
    let requests = counted(cost.candidate.pairs, "request")
    if let blocked = blocked(cost.missing, of: cost.planned, "cost", input) {
      return open(
        .missingEvidence, blocked, next: "see with 'export trials' why they are missing; give the target a 'price'", gate: passing)
    }
    guard let mean = passing.ratio, let upper = passing.limits?.upper, let lower = failing.limits?.lower else {
      return open(
        .missingEvidence, "the costs of \(requests) give no mean: a candidate that costs nothing, or one single cluster, shows no price",
        next: "give the target a 'price'")
    }
    func amount(_ micro: Double) -> String { Money(micro: Int(min(1e15, micro).rounded(.up)), currency: money.currency).description }
    let score = "the candidate costs \(amount(mean)) a request, over \(requests)"
    if let short = short(cost.candidate.pairs, cost.candidate.clusters) {
      return open(.tooFewCases, "\(score), too few to decide on", next: short, gate: passing)
    }
    if upper < Double(money.micro) {
      let sentence = "\(score), at most \(amount(upper)) (limit \(money))"
      return ruling(.pass, .holds, sentence, passing, count: cost.candidate.pairs, missing: cost.missing, method, caution(cost), input)
    }
    if lower > Double(money.micro) {
      let sentence = "\(score), at least \(amount(lower)): beyond \(money)"
      return ruling(.fail, .beyondLimit, sentence, failing, count: cost.candidate.pairs, missing: cost.missing, method, nil, input)
    }
    return open(
      .cannotExcludeMargin, "\(score), and more than \(money) cannot be excluded", next: "more requests, or a cheaper candidate",
      gate: passing)
  }

  private func ruling(
    _ verdict: Verdict, _ reason: Reason, _ sentence: String, _ gate: RatioGate?, count: Int, missing: Int, _ method: String,
    _ next: String?, _ input: RuleInput
  ) -> Ruling {
    let recorded = input.scope.cost.isRecorded && count > 0 ? " (recorded answers)" : ""
    return Ruling(
      rule: "cost-per-request", verdict: verdict, reason: reason, sentence: input.whereClause + sentence + recorded, estimate: gate?.ratio,
      interval: gate?.limits.map { Ruling.Bounds(lower: $0.lower, upper: $0.upper) }, count: count,
      missing: missing + input.unaccounted, limit: limitValue, unit: unit, method: method, next: next)
  }

  private var limitValue: Double {
    switch limit {
    case .increase(let share): 1 + share
    case .absolute(let money): Double(money.micro)
    }
  }

  private var unit: Ruling.Unit {
    switch limit {
    case .increase: .ratio
    case .absolute: .money
    }
  }

  /// What has no cost may be left out only within the tolerance of `complete`, for a pass and for a fail alike.
  private func blocked(_ missing: Int, of planned: Int, _ what: String, _ input: RuleInput) -> String? {
    let (lost, total) = (missing + input.unaccounted, planned + input.unaccounted)
    guard Double(lost) > input.maxMissing * Double(total) + 1e-9 else { return nil }
    return "\(lost) of \(counted(total, what)) \(areOrIs(lost)) unknown, and at most \(percent(input.maxMissing)) may be left out"
  }

  private func short(_ requests: Int, _ clusters: Int) -> String? {
    if requests < leastRequests { return "at least \(leastRequests) requests with a known cost" }
    return clusters < leastClustersForCost ? "at least \(leastClustersForCost) independent cases" : nil
  }

  private func caution(_ cost: CostEvidence) -> String? {
    cost.planned < 1000 ? "below 1000 requests a few dear ones may have been missed: trust it from there on" : nil
  }

  private func tail(_ cost: CostEvidence) -> String {
    let mean = cost.paired.productionTotal / Double(cost.paired.pairs)
    let dear = cost.costs.count - (cost.costs.firstIndex { Double($0) > 3 * mean } ?? cost.costs.count)
    return "; \(percent(Double(dear) / Double(max(1, cost.costs.count)))) of its requests cost more than three times production's mean"
  }
}
