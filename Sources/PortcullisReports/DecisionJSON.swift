package import PortcullisCore
package import PortcullisGate

/// `decision.json`, formats.md §9: the same evidence gives the same bytes, the run's id and the git revision apart.
package struct DecisionJSONReport: Reporter {
  package init() {}

  package func write(_ input: ReportInput, to sink: inout some TextSink) throws {
    try sink.write(jsonText(input.decision.json) + "\n")
  }
}

extension Decision {
  /// The members of formats.md §9, in its order; what is not known is null.
  package var json: JSON {
    .object([
      ("schema", .string("portcullis.decision/1")),
      ("run", .string(context.run.text)),
      ("stage", .string(stage)),
      ("verdict", .string(verdict.rawValue)),
      ("exit_code", .int(Int(exitCode.rawValue))),
      ("sentence", .string(sentence)),
      ("rulings", .array(rulings.map(\.json))),
      ("arms", .object(arms.map { ($0.arm.rawValue, $0.json(target: context.target(of: $0.arm), currency: context.currency)) })),
      ("churn", churn?.json ?? .null),
      // Rules that ask people come with a later issue; a reader of this schema finds their place already.
      ("review", .object([("required", .int(0)), ("decided", .int(0))])),
      ("waivers", .array(waivers.map { $0.json(weighedOn: context.waivers?.day) })),
      (
        "guarantees",
        .object([
          ("wrong_pass", number(policy.wrongPass)), ("wrong_fail", number(policy.wrongFail)),
          ("statements", .array(guarantees.map(JSON.string))),
        ])
      ),
      ("clusters", clusters.json),
      ("attempt", attempt.json),
      (
        "digests",
        .object([
          ("evalsets", named(context.evalsets)), ("policy", .string(context.policyDigest.description)), ("judges", named(context.judges)),
          ("portcullis", .string(context.portcullisVersion)),
        ])
      ),
      ("git", .object([("revision", orNull(context.gitRevision)), ("dirty", context.gitDirty.map(JSON.bool) ?? .null)])),
      ("seed", .int(context.seed)),
    ])
  }
}

extension Ruling {
  fileprivate var json: JSON {
    .object([
      ("rule", .string(rule)),
      ("metric", orNull(metric)),
      ("slice", orNull(slice.map { "\($0.name)=\($0.value)" })),
      ("verdict", .string(verdict.rawValue)),
      ("reason", .string(reason.rawValue)),
      ("sentence", .string(sentence)),
      ("estimate", number(estimate)),
      ("interval", interval.map { .array([number($0.lower), number($0.upper)]) } ?? .null),
      ("n", .int(count)),
      ("missing", .int(missing)),
      ("limit", number(limit)),
      ("unit", .string(unit.rawValue)),
      ("method", .string(method)),
      ("witnesses", .array(witnesses.map { .string($0.text) })),
      ("next", orNull(next)),
      ("advisory", .bool(advisory)),
      ("waived", .bool(waived)),
    ])
  }
}

extension ArmSummary {
  /// An arm of formats.md §9. A cost in another currency than US dollars stands under that currency's name.
  func json(target: DecisionContext.TargetName?, currency: String?) -> JSON {
    let cost = costMicro.map(JSON.int) ?? .null
    let isDollars = currency == "USD"
    var members: [(String, JSON)] = [
      ("target", orNull(target?.name)),
      ("target_digest", orNull(target?.digest.description)),
      ("planned", .int(planned)),
      ("answered", .int(answered)),
      ("scored", .int(scored)),
      ("passed", .int(passed)),
      ("reused", .int(reused)),
      ("further", .object([("planned", .int(further.planned)), ("scored", .int(further.scored))])),
      ("failures", .object(failures.map { ($0.kind.rawValue, .int($0.count)) })),
      ("cost_micro_usd", isDollars ? cost : .null),
    ]
    if let currency, !isDollars { members.append(("cost_micro_\(currency.lowercased())", cost)) }
    members += [
      ("tokens", tokens.json ?? .null),
      ("latency_ms", .object([("p50", milliseconds(latencyP50)), ("p95", milliseconds(latencyP95))])),
      ("repeats", repeats?.json ?? .null),
      ("model", orNull(target?.model)),
    ]
    return .object(members)
  }
}

extension WaiverUse {
  /// The waiver as it was written, what became of it, and the day that its expiry was held against.
  fileprivate func json(weighedOn day: String?) -> JSON {
    guard case .object(var object) = waiver.json else { return .null }
    object["state"] = .string(state.rawValue)
    object["weighed_on"] = orNull(day)
    return .object(object)
  }

  init?(json: JSON) {
    guard let waiver = Waiver(json: json), let state = json["state"]?.string.flatMap(State.init) else { return nil }
    self.init(waiver, state)
  }
}

extension ClusterPlan {
  /// What `--clusters` said, null where nothing, and the groupings that were suspected then.
  fileprivate var json: JSON {
    .object([
      ("choice", orNull(choice.word)),
      ("suspected", .array(suspects.map { .object([("grouping", .string($0.grouping.word)), ("groups", .int($0.groups))]) })),
    ])
  }
}

extension Attempt {
  fileprivate var json: JSON {
    .object([
      ("earlier", .int(earlier)), ("complete", .bool(isComplete)), ("look", .int(look)), ("looks", .int(looks)),
      ("wrong_pass", number(wrongPass)), ("wrong_fail", number(wrongFail)),
    ])
  }
}

extension RepeatSummary {
  fileprivate var json: JSON {
    .object([
      ("cases", .int(cases)), ("trials", .array([.int(fewestTrials), .int(mostTrials)])), ("within", number(within)),
      ("between", number(between)), ("icc", number(icc)), ("flaky", .int(flaky)), ("flaky_share", number(flakyShare)),
    ])
  }
}

extension Churn {
  fileprivate var json: JSON { .object([("fixed", .int(fixed)), ("broken", .int(broken)), ("same", .int(same))]) }
}

extension DecisionContext {
  func target(of arm: Arm) -> TargetName? { targets.first { $0.arm == arm } }
}

private func orNull(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

/// Undefined and infinite numbers are null: JSON has no word for them.
private func number(_ value: Double?) -> JSON {
  guard let value, value.isFinite else { return .null }
  return .double(value)
}

private func named(_ digests: [DecisionContext.NamedDigest]) -> JSON {
  .object(digests.map { ($0.name, .string($0.digest.description)) })
}

private func milliseconds(_ duration: Duration?) -> JSON { duration.map { .double(Double($0.microseconds) / 1000) } ?? .null }
