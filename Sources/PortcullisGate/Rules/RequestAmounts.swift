import PortcullisCore
import PortcullisStatistics

/// Fewer requests than this decide nothing about an amount; formats.md §6.
private let leastRequests = 100

/// The demand on the mean of an amount over requests: `cost-per-request`, `tokens-per-request` and `cost-per-success`.
struct AmountGate {
  enum Limit {
    /// Share above production's.
    case increase(Double)
    /// In whole units of the amount, as shown to people, and the currency of money.
    case absolute(Int, shown: String, currency: String?)
  }

  let amount: RequestAmount
  let limit: Limit

  func ruling(_ input: RuleInput) -> Ruling {
    guard let evidence = input.scope.amount(amount) else {
      return Ruling(
        rule: amount.ruleName, verdict: .inconclusive, reason: .nothingWeighed, sentence: "the evidence was counted for another policy",
        method: "none: the rule could not be asked")
    }
    return switch limit {
    case .increase(let share): relative(share, evidence, input)
    case .absolute(let units, let shown, let currency): absolute(units, shown, currency, evidence, input)
    }
  }

  private func relative(_ share: Double, _ evidence: CostEvidence, _ input: RuleInput) -> Ruling {
    let method = "ratio of means over clusters, statistics §8"
    let count = evidence.paired.pairs
    func ruling(_ verdict: Verdict, _ reason: Reason, _ sentence: String, next: String?, _ gate: RatioGate? = nil) -> Ruling {
      self.ruling(verdict, reason, sentence, gate, count: count, missing: evidence.missingPairs, method, next, evidence, input)
    }
    guard input.hasProduction else {
      return ruling(
        .inconclusive, .armsNotComparable, "there is no production arm to compare \(amount.plural) with",
        next: "name --production, or write an absolute 'limit'")
    }
    guard count > 0 else {
      return ruling(.inconclusive, .missingEvidence, amount.unknown(isPaired: true), next: amount.remedy("both targets"))
    }
    let passing = gate(evidence, share, input.wrongPass)
    let failing = gate(evidence, share, input.wrongFail)
    if let blocked = blocked(evidence.missingPairs, of: evidence.planned, isPaired: true, input) {
      return ruling(
        .inconclusive, .missingEvidence, blocked, next: "see with 'export trials' why they are missing; \(amount.remedy("both targets"))",
        passing)
    }
    let requests = counted(count, "paired request")
    guard let ratio = passing.ratio, let limits = passing.limits else {
      return ruling(.inconclusive, .missingEvidence, amount.noRatio(requests), next: amount.remedy("both targets"))
    }
    let score = "\(amount.ratioWords(fixed(ratio, 2))), over \(requests)"
    if let short = short(count, evidence.paired.clusters) {
      return ruling(.inconclusive, .tooFewCases, "\(score), too few to decide on", next: short, passing)
    }
    let tail = tail(evidence, input)
    let limit = "\(canonicalNumber(1 + share)) times"
    if passing.verdict == .pass {
      return ruling(
        .pass, .holds, "\(score), at most \(fixed(limits.upper, 2)) times (limit \(limit))\(tail)", next: caution(count), passing)
    }
    if failing.verdict == .fail {
      return ruling(
        .fail, .beyondLimit, "\(score), at least \(fixed(failing.limits?.lower ?? 0, 2)) times: beyond \(limit)\(tail)", next: nil, failing)
    }
    return ruling(
      .inconclusive, .cannotExcludeMargin, "\(score), and more than \(limit) cannot be excluded\(tail)", next: amount.settling, passing)
  }

  private func gate(_ evidence: CostEvidence, _ share: Double, _ alpha: Double) -> RatioGate {
    switch amount {
    case .cost, .tokens: costRatioPaired(evidence.paired, margin: share, alpha: alpha)
    case .costPerSuccess: costPerSuccessPaired(evidence.paired, margin: share, alpha: alpha)
    }
  }

  /// The mean is the ratio to 1 for each request (or for each success): the same t limits over clusters, on the log scale.
  private func absolute(_ units: Int, _ shown: String, _ currency: String?, _ evidence: CostEvidence, _ input: RuleInput) -> Ruling {
    let method = "mean over clusters, t limits on the log scale, statistics §8"
    let count = evidence.candidate.pairs
    func ruling(_ verdict: Verdict, _ reason: Reason, _ sentence: String, next: String?, _ gate: RatioGate? = nil) -> Ruling {
      self.ruling(verdict, reason, sentence, gate, count: count, missing: evidence.missing, method, next, evidence, input)
    }
    guard count > 0 else {
      return ruling(.inconclusive, .missingEvidence, amount.unknown(isPaired: false), next: amount.remedy("the target"))
    }
    if let currency, !(input.run.currency.map { sameBytes($0, currency) } ?? false) {
      return ruling(
        .inconclusive, .missingEvidence, "the limit is in \(currency), and the costs are in \(input.run.currency ?? "no known currency")",
        next: "write the limit in the currency of the price")
    }
    let passing = costRatioPaired(evidence.candidate, margin: 1, alpha: input.wrongPass)
    let failing = costRatioPaired(evidence.candidate, margin: 1, alpha: input.wrongFail)
    if let blocked = blocked(evidence.missing, of: evidence.planned, isPaired: false, input) {
      return ruling(
        .inconclusive, .missingEvidence, blocked, next: "see with 'export trials' why they are missing; \(amount.remedy("the target"))",
        passing)
    }
    let requests = counted(count, "request")
    guard let mean = passing.ratio, let upper = passing.limits?.upper, let lower = failing.limits?.lower else {
      return ruling(.inconclusive, .missingEvidence, amount.noMean(requests), next: amount.remedy("the target"))
    }
    func said(_ value: Double) -> String {
      let whole = Int(min(1e15, value).rounded(.up))
      return currency.map { Money(micro: whole, currency: $0).description } ?? "\(whole)"
    }
    let score = "\(amount.meanWords(said(mean))), over \(requests)"
    if let short = short(count, evidence.candidate.clusters) {
      return ruling(.inconclusive, .tooFewCases, "\(score), too few to decide on", next: short, passing)
    }
    let tail = tail(evidence, input)
    if upper < Double(units) {
      return ruling(.pass, .holds, "\(score), at most \(said(upper)) (limit \(shown))\(tail)", next: caution(count), passing)
    }
    if lower > Double(units) {
      return ruling(.fail, .beyondLimit, "\(score), at least \(said(lower)): beyond \(shown)\(tail)", next: nil, failing)
    }
    return ruling(
      .inconclusive, .cannotExcludeMargin, "\(score), and more than \(shown) cannot be excluded\(tail)", next: amount.settling, passing)
  }

  private func ruling(
    _ verdict: Verdict, _ reason: Reason, _ sentence: String, _ gate: RatioGate?, count: Int, missing: Int, _ method: String,
    _ next: String?, _ evidence: CostEvidence, _ input: RuleInput
  ) -> Ruling {
    let recorded = evidence.isRecorded && count > 0 ? " (recorded answers)" : ""
    return Ruling(
      rule: amount.ruleName, verdict: verdict, reason: reason, sentence: input.whereClause + sentence + recorded, estimate: gate?.ratio,
      interval: gate?.limits.map { Ruling.Bounds(lower: $0.lower, upper: $0.upper) }, count: count,
      missing: missing + input.unaccounted, limit: limitValue, unit: unit, method: method, next: next
    ).heldBack(onJudge: evidence.isJudged)
  }

  private var limitValue: Double {
    switch limit {
    case .increase(let share): 1 + share
    case .absolute(let units, _, _): Double(units)
    }
  }

  private var unit: Ruling.Unit {
    switch limit {
    case .increase: .ratio
    case .absolute: amount == .tokens ? .count : .money
    }
  }

  /// What is unknown may be left out only within the tolerance of `complete`, for a pass and for a fail alike.
  private func blocked(_ missing: Int, of planned: Int, isPaired: Bool, _ input: RuleInput) -> String? {
    let (lost, total) = (missing + input.unaccounted, planned + input.unaccounted)
    guard Double(lost) > input.maxMissing * Double(total) + 1e-9 else { return nil }
    return "\(lost) of \(amount.lacking(lost, total, isPaired)), and at most \(percent(input.maxMissing)) may be left out"
  }

  private func short(_ requests: Int, _ clusters: Int) -> String? {
    if requests < leastRequests { return "at least \(leastRequests) requests with \(amount.known)" }
    return clusters < leastClustersForCost ? "at least \(leastClustersForCost) independent cases" : nil
  }

  private func caution(_ requests: Int) -> String? {
    requests < 1000 ? "below 1000 requests a few dear ones may have been missed: trust it from there on" : nil
  }

  /// The share of dear requests, which a mean hides; nothing where production has no mean.
  private func tail(_ evidence: CostEvidence, _ input: RuleInput) -> String {
    guard input.hasProduction, evidence.paired.pairs > 0, !evidence.costs.isEmpty else { return "" }
    let mean = evidence.paired.productionTotal / Double(evidence.paired.pairs)
    let costs = evidence.costs
    let dear = costs.count - firstCount(in: 0...costs.count) { $0 == costs.count || Double(costs[$0]) > 3 * mean }
    return "; \(percent(Double(dear) / Double(costs.count))) of its requests \(amount.verb) more than three times production's mean"
  }
}

extension CostRule {
  func ruling(_ amount: RequestAmount, _ input: RuleInput) -> Ruling {
    let gate: AmountGate.Limit =
      switch limit {
      case .increase(let share): .increase(share)
      case .absolute(let money): .absolute(money.micro, shown: money.description, currency: money.currency)
      }
    return AmountGate(amount: amount, limit: gate).ruling(input)
  }
}

extension TokensRule {
  func ruling(_ input: RuleInput) -> Ruling {
    let gate: AmountGate.Limit =
      switch limit {
      case .increase(let share): .increase(share)
      case .absolute(let tokens): .absolute(tokens, shown: "\(tokens)", currency: nil)
      }
    return AmountGate(amount: .tokens, limit: gate).ruling(input)
  }
}
