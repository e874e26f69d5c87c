package import PortcullisCore

// The policy as data: its digest enters every canary and decision, and the store keeps it with the state.

extension CanaryPolicy {
  package var json: JSON {
    .object([
      ("stages", .array(stages.map { .object([("share", .double($0.share)), ("bake_h", .double($0.bake))]) })),
      ("deadline_h", .double(deadline)), ("on_timeout", .string(onTimeout.rawValue)), ("unit", unit.json),
      ("error_rates", .object([("wrong_fail", .double(wrongFail)), ("wrong_pass", .double(wrongPass))])),
      ("rollback_margin", .double(rollbackMargin)), ("max_lost", .double(maxLost)), ("late_window_h", .double(lateWindow)),
      ("rules", .array(rules.map(\.json))), ("alerts", .array(alerts.map(\.json))), ("default", .bool(isDefault)),
    ])
  }

  package var digest: Digest { Digest(of: json) }

  /// nil where the value is none that `json` wrote, or the policy cannot be (`problem`).
  package init?(_ json: JSON) {
    guard let stages = json["stages"]?.array?.map({ CanaryStage($0) }), let deadline = json["deadline_h"]?.double,
      let onTimeout = json["on_timeout"]?.string.flatMap(Timeout.init(rawValue:)), let unit = json["unit"].flatMap(Unit.init),
      let wrongFail = json["error_rates"]?["wrong_fail"]?.double, let wrongPass = json["error_rates"]?["wrong_pass"]?.double,
      let rollbackMargin = json["rollback_margin"]?.double, let maxLost = json["max_lost"]?.double,
      let lateWindow = json["late_window_h"]?.double, let rules = json["rules"]?.array?.map({ CanaryPolicyRule($0) }),
      let alerts = json["alerts"]?.array?.map({ CanaryAlert($0) }), let isDefault = json["default"]?.bool,
      !stages.contains(nil), !rules.contains(nil), !alerts.contains(nil)
    else { return nil }
    self.init(
      stages: stages.compactMap { $0 }, deadline: deadline, onTimeout: onTimeout, rules: rules.compactMap { $0 }, unit: unit,
      rollbackMargin: rollbackMargin, wrongPass: wrongPass, wrongFail: wrongFail, maxLost: maxLost, lateWindow: lateWindow,
      alerts: alerts.compactMap { $0 }, isDefault: isDefault)
    guard problem == nil else { return nil }
  }
}

extension CanaryStage {
  fileprivate init?(_ json: JSON) {
    guard let share = json["share"]?.double, let bake = json["bake_h"]?.double else { return nil }
    self.init(share: share, bake: bake)
  }
}

extension CanaryPolicy.Unit {
  fileprivate var json: JSON {
    switch self {
    case .request: .string("request")
    case .session(let limits): .object([("requests", .int(limits.requests)), ("age_h", .double(limits.age))])
    }
  }

  fileprivate init?(_ json: JSON) {
    if json.string == "request" {
      self = .request
    } else if let requests = json["requests"]?.int, let age = json["age_h"]?.double {
      self = .session(SessionLimits(requests: requests, age: age))
    } else {
      return nil
    }
  }
}

extension CanaryPolicyRule {
  /// `{rule: {parameters}}`, every parameter written out.
  package var json: JSON { .object([(rule.name, .object(rule.parameters + (advisory ? [("advisory", .bool(true))] : [])))]) }

  fileprivate init?(_ json: JSON) {
    guard let member = json.object?.members.first, json.object?.members.count == 1, let rule = CanaryRule(member.name, member.value) else {
      return nil
    }
    self.init(rule, advisory: member.value["advisory"]?.bool ?? false)
  }
}

extension CanaryRule {
  fileprivate var parameters: [(String, JSON)] {
    switch self {
    case .noRegression(let rule):
      [("margin", .double(rule.margin)), ("slices", .array(rule.slices.map { .string($0.rawValue) }))]
        + (rule.sliceMargin.map { [("slice_margin", .double($0))] } ?? [])
    case .errorRate(let rule): [("max", .double(rule.max))]
    case .latency(let rule):
      switch rule.limit {
      case .absolute(let limit): [("quantile", .double(rule.quantile)), ("limit_us", .int(limit.microseconds))]
      case .increase(let share): [("quantile", .double(rule.quantile)), ("increase", .double(share))]
      }
    case .tail(let rule): [("floor", .double(rule.floor)), ("max_share", .double(rule.maxShare))]
    case .costPerRequest(let rule): [("increase", .double(rule.increase))]
    case .cacheHit(let rule): [("margin", .double(rule.margin))]
    }
  }

  fileprivate init?(_ name: String, _ json: JSON) {
    func number(_ member: String) -> Double? { json[member]?.double }
    let rule: CanaryRule? =
      switch name {
      case "no-regression":
        number("margin").flatMap { margin in
          guard let slices = json["slices"]?.array?.map({ $0.string.flatMap(ObservationField.init(rawValue:)) }), !slices.contains(nil)
          else {
            return nil
          }
          return .noRegression(
            CanaryRegressionRule(margin: margin, slices: slices.compactMap { $0 }, sliceMargin: number("slice_margin")))
        }
      case "error-rate": number("max").map { .errorRate(ErrorRateRule(max: $0)) }
      case "latency":
        number("quantile").flatMap { quantile in
          let limit = json["limit_us"]?.int.map { LatencyRule.Limit.absolute(.microseconds(Int64($0))) }
          return (limit ?? number("increase").map(LatencyRule.Limit.increase)).map { .latency(LatencyRule(quantile: quantile, limit: $0)) }
        }
      case "tail":
        number("floor").flatMap { floor in number("max_share").map { .tail(CanaryTailRule(floor: floor, maxShare: $0)) } }
      case "cost-per-request": number("increase").map { .costPerRequest(CanaryCostRule(increase: $0)) }
      case "cache-hit": number("margin").map { .cacheHit(CacheHitRule(margin: $0)) }
      default: nil
      }
    guard let rule else { return nil }
    self = rule
  }
}

extension CanaryAlert {
  package var json: JSON {
    let parameters: [(String, JSON)] =
      switch condition {
      case .errorRate(let max): [("max", .double(max))]
      case .latency(let limit): limit.map { [("limit_us", .int($0.microseconds))] } ?? []
      case .noData(let hours): [("hours", .double(hours))]
      case .cost(let increase): [("increase", .double(increase))]
      case .quality(let drop), .cacheHits(let drop): [("drop", .double(drop))]
      }
    return .object([(condition.name, .object(parameters + [("tier", .string(tier.rawValue))]))])
  }

  fileprivate init?(_ json: JSON) {
    guard let member = json.object?.members.first, json.object?.members.count == 1,
      let tier = member.value["tier"]?.string.flatMap(Tier.init(rawValue:))
    else { return nil }
    func number(_ name: String) -> Double? { member.value[name]?.double }
    let condition: Condition? =
      switch member.name {
      case "error-rate": number("max").map { .errorRate(max: $0) }
      case "latency": .latency(limit: member.value["limit_us"]?.int.map { .microseconds(Int64($0)) })
      case "no-data": number("hours").map { .noData(hours: $0) }
      case "cost": number("increase").map { .cost(increase: $0) }
      case "quality": number("drop").map { .quality(drop: $0) }
      case "cache-hits": number("drop").map { .cacheHits(drop: $0) }
      default: nil
      }
    guard let condition else { return nil }
    self.init(condition, tier: tier)
  }
}
