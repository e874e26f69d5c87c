package import PortcullisCore

// The policy as data: its digest enters every plan and decision, and the store keeps it with the run.

extension Policy {
  package var json: JSON {
    .object(present: [
      ("error_rates", .object([("wrong_fail", .double(wrongFail)), ("wrong_pass", .double(wrongPass))])),
      ("looks", looks == 1 ? nil : .int(looks)), ("offline", .array(offline.map(\.json))),
    ])
  }

  package var digest: Digest { Digest(of: json) }
}

extension PolicyRule {
  /// `{rule: {parameters}}`, every parameter written out.
  package var json: JSON {
    var parameters = rule.parameters
    if advisory { parameters.append(("advisory", .bool(true))) }
    if !self.where.isEmpty { parameters.append(("where", .object(self.where.map { ($0.name, .string($0.value)) }))) }
    return .object([(rule.name, .object(parameters))])
  }
}

extension Rule {
  fileprivate var parameters: [(String, JSON)] {
    switch self {
    case .complete(let rule): [("max_missing", .double(rule.maxMissing))]
    case .noRegression(let rule):
      (rule.metric.map { [("metric", .string($0))] } ?? []) + [
        ("margin", .double(rule.margin)), ("slices", .array(rule.slices.map(JSON.string))), ("slice_margin", .double(rule.sliceMargin)),
        ("watch", .array(rule.watch.map(JSON.string))), ("superiority", .bool(rule.superiority)),
      ]
    case .noBrokenCases(let rule): [("confirm", .int(rule.confirm))]
    case .passRate(let rule): [rule.limit.member, ("slices", .array(rule.slices.map(JSON.string)))]
    case .criticalCases(let gate), .incidentsStayFixed(let gate):
      [("demand", .string(gate.demand.rawValue)), ("trials", .int(gate.trials))]
    case .errorRate(let rule): [("max", .double(rule.max))]
    case .score(let rule):
      [("metric", .string(rule.metric)), rule.limit.member, ("slices", .array(rule.slices.map(JSON.string)))]
    case .tail(let rule): [("metric", .string(rule.metric)), ("floor", .double(rule.floor)), ("max_share", .double(rule.maxShare))]
    case .latency(let rule), .ttft(let rule), .tpot(let rule): [("quantile", .double(rule.quantile)), rule.limit.member]
    case .costPerRequest(let rule), .costPerSuccess(let rule): [rule.limit.member]
    case .tokensPerRequest(let rule): [rule.limit.member]
    case .coverage: []
    }
  }
}

extension PassRateRule.Limit {
  fileprivate var member: (String, JSON) {
    switch self {
    case .min(let share): ("min", .double(share))
    case .observedMin(let share): ("observed_min", .double(share))
    }
  }
}

extension LatencyRule.Limit {
  fileprivate var member: (String, JSON) {
    switch self {
    case .absolute(let limit): ("limit_ms", .double(Double(limit.microseconds) / 1000))
    case .increase(let share): ("increase", .double(share))
    }
  }
}

extension CostRule.Limit {
  fileprivate var member: (String, JSON) {
    switch self {
    case .increase(let share): ("increase", .double(share))
    case .absolute(let money): ("limit", .string(money.description))
    }
  }
}

extension ScoreRule.Limit {
  fileprivate var member: (String, JSON) {
    switch self {
    case .min(let grade): ("min", .double(grade))
    case .margin(let loss): ("margin", .double(loss))
    }
  }
}

extension TokensRule.Limit {
  fileprivate var member: (String, JSON) {
    switch self {
    case .increase(let share): ("increase", .double(share))
    case .absolute(let tokens): ("limit", .int(tokens))
    }
  }
}
