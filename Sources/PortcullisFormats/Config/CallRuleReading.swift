import PortcullisCore
import PortcullisGate

// The parameters of the rules that look at calls: how long they took, what they cost, how many tokens went through them.

extension RuleReader {
  func latency(_ fields: inout FieldReader) -> LatencyRule? {
    let share = fields.checked("quantile") { text throws(Objection) in try quantile(text) }
    let limit = positiveDuration(&fields, "limit")
    let rise = fields.checked("increase") { text throws(Objection) in try increase(text) }
    guard isOneGiven(fields, "limit", "increase", required: true) else { return nil }
    let bound = limit.map(LatencyRule.Limit.absolute) ?? rise.map(LatencyRule.Limit.increase)
    return bound.map { LatencyRule(quantile: share ?? 0.95, limit: $0) }
  }

  mutating func cost(_ fields: inout FieldReader) -> CostRule? {
    let rise = fields.checked("increase") { text throws(Objection) in try increase(text) }
    let limit = fields.checked("limit") { text throws(Objection) in try positiveMoney(text, of: "limit") }
    guard isOneGiven(fields, "increase", "limit", required: false) else { return nil }
    if let limit {
      currencies.append(CurrencyUse(currency: limit.currency, what: "\(name).limit", position: fields.position(of: "limit")))
    }
    if fields.has("limit") { return limit.map { CostRule(limit: .absolute($0)) } }
    return CostRule(limit: .increase(rise ?? 0.20))
  }

  func tokens(_ fields: inout FieldReader) -> TokensRule? {
    let rise = fields.checked("increase") { text throws(Objection) in try increase(text) }
    let limit = fields.count("limit")
    guard isOneGiven(fields, "increase", "limit", required: false) else { return nil }
    if fields.has("limit") { return limit.map { TokensRule(limit: .absolute($0)) } }
    return TokensRule(limit: .increase(rise ?? 0.20))
  }
}
