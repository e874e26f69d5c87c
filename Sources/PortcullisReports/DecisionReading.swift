package import PortcullisCore
package import PortcullisGate

// Reads back what `Decision.json` wrote, so that a recorded decision is reported as it was made, not made again.

extension Decision {
  /// nil where the value is not one that `json` wrote. The policy's rules are not in it: only its error rates are.
  package init?(json: JSON) {
    guard let stage = json["stage"]?.string, let verdict = json["verdict"]?.string.flatMap(Verdict.init),
      let exitCode = json["exit_code"]?.int.flatMap({ Int32(exactly: $0) }).flatMap(ExitCode.init), let sentence = json["sentence"]?.string,
      let context = DecisionContext(json: json), let written = json["rulings"]?.array, let arms = json["arms"]?.object
    else { return nil }
    let waivers = (json["waivers"]?.array ?? []).compactMap(WaiverUse.init(json:))
    var rulings: [Ruling] = []
    for value in written {
      guard var ruling = Ruling(json: value) else { return nil }
      if value["waived"]?.bool == true {
        guard let use = waivers.first(where: { $0.state == .applied && $0.waiver.covers(ruling) }) else { return nil }
        ruling.waiver = use.waiver
      }
      rulings.append(ruling)
    }
    var summaries: [ArmSummary] = []
    for member in arms.members {
      guard let summary = ArmSummary(name: member.name, json: member.value, currency: context.currency) else { return nil }
      summaries.append(summary)
    }
    let guarantees = json["guarantees"]
    self.init(
      stage: stage, verdict: verdict, exitCode: exitCode, sentence: sentence, rulings: rulings, arms: summaries,
      churn: json["churn"]?.object.map { Churn(fixed: $0["fixed"]?.int ?? 0, broken: $0["broken"]?.int ?? 0, same: $0["same"]?.int ?? 0) },
      guarantees: guarantees?["statements"]?.array?.compactMap(\.string) ?? [],
      clusters: ClusterPlan(json: json["clusters"]), attempt: Attempt(json: json["attempt"]), waivers: waivers,
      policy: Policy(
        wrongPass: guarantees?["wrong_pass"]?.double ?? 0.05, wrongFail: guarantees?["wrong_fail"]?.double ?? 0.05, offline: []),
      context: context)
  }
}

extension Attempt {
  /// A decision from before there was a ledger has none.
  fileprivate init(json: JSON?) {
    self.init(
      earlier: json?["earlier"]?.int ?? 0, look: json?["look"]?.int ?? 1, looks: json?["looks"]?.int ?? 1,
      wrongPass: json?["wrong_pass"]?.double ?? 0.05, wrongFail: json?["wrong_fail"]?.double ?? 0.05,
      isComplete: json?["complete"]?.bool ?? false)
  }
}

extension ClusterPlan {
  /// A decision from before there were any has none.
  fileprivate init(json: JSON?) {
    let suspects = json?["suspected"]?.array?.compactMap { value -> SuspectedGrouping? in
      guard let word = value["grouping"]?.string, case .by(let grouping) = ClusterChoice(word: word), let groups = value["groups"]?.int
      else {
        return nil
      }
      return SuspectedGrouping(grouping, groups: groups)
    }
    self.init(json?["choice"]?.string.map(ClusterChoice.init(word:)) ?? .undeclared, suspects: suspects ?? [])
  }
}

extension Ruling {
  fileprivate init?(json: JSON) {
    guard let rule = json["rule"]?.string, let verdict = json["verdict"]?.string.flatMap(Verdict.init),
      let reason = json["reason"]?.string.flatMap(Reason.init), let sentence = json["sentence"]?.string,
      let method = json["method"]?.string,
      let unit = json["unit"]?.string.flatMap(Unit.init)
    else { return nil }
    var slice: Case.Tag?
    if let text = json["slice"]?.string {
      guard let tag = Case.Tag(written: text) else { return nil }
      slice = tag
    }
    var bounds: Bounds?
    if let ends = json["interval"]?.array, ends.count == 2 { bounds = Bounds(lower: ends[0].double, upper: ends[1].double) }
    self.init(
      rule: rule, metric: json["metric"]?.string, slice: slice, verdict: verdict, reason: reason, sentence: sentence,
      estimate: json["estimate"]?.double, interval: bounds, count: json["n"]?.int ?? 0, missing: json["missing"]?.int ?? 0,
      limit: json["limit"]?.double, unit: unit, method: method,
      witnesses: json["witnesses"]?.array?.compactMap { $0.string.flatMap(CaseID.init) } ?? [],
      next: json["next"]?.string, advisory: json["advisory"]?.bool ?? false)
  }
}

extension Waivers {
  /// nil where none was weighed.
  fileprivate init?(json: JSON?) {
    guard let written = json?.array, let day = written.first?["weighed_on"]?.string else { return nil }
    self.init(written.compactMap(Waiver.init(json:)), day: day)
  }
}

extension ArmSummary {
  fileprivate init?(name: String, json: JSON, currency: String?) {
    guard let arm = Arm(rawValue: name), let planned = json["planned"]?.int, let answered = json["answered"]?.int,
      let scored = json["scored"]?.int,
      let passed = json["passed"]?.int, let tokens = TokenUsage(json: json["tokens"])
    else { return nil }
    let failures = json["failures"]?.object?.members.compactMap { member in
      FailureKind(rawValue: member.name).flatMap { kind in member.value.int.map { FailureCount(kind: kind, count: $0) } }
    }
    func duration(_ name: String) -> Duration? { json["latency_ms"]?[name]?.double.map { .microseconds(Int64(($0 * 1000).rounded())) } }
    self.init(
      arm: arm, planned: planned, answered: answered, scored: scored, passed: passed, reused: json["reused"]?.int ?? 0,
      further: Further(planned: json["further"]?["planned"]?.int ?? 0, scored: json["further"]?["scored"]?.int ?? 0),
      failures: failures ?? [],
      costMicro: json["cost_micro_\((currency ?? "USD").lowercased())"]?.int, tokens: tokens, latencyP50: duration("p50"),
      latencyP95: duration("p95"), repeats: RepeatSummary(json: json["repeats"]))
  }
}

extension RepeatSummary {
  fileprivate init?(json: JSON?) {
    guard let json, let cases = json["cases"]?.int, let trials = json["trials"]?.array?.compactMap(\.int), trials.count == 2,
      let flaky = json["flaky"]?.int
    else { return nil }
    self.init(
      cases: cases, fewestTrials: trials[0], mostTrials: trials[1], flaky: flaky, within: json["within"]?.double,
      between: json["between"]?.double, icc: json["icc"]?.double)
  }
}

extension DecisionContext {
  fileprivate init?(json: JSON) {
    guard let run = json["run"]?.string.flatMap(RunID.init), let digests = json["digests"],
      let policy = digests["policy"]?.string.flatMap(Digest.init(_:)),
      let version = digests["portcullis"]?.string
    else { return nil }
    func named(_ name: String) -> [NamedDigest] {
      digests[name]?.object?.members.compactMap { member in
        member.value.string.flatMap(Digest.init(_:)).map { NamedDigest(name: member.name, digest: $0) }
      } ?? []
    }
    let arms = json["arms"]?.object?.members ?? []
    let targets = arms.compactMap { member -> TargetName? in
      guard let arm = Arm(rawValue: member.name), let name = member.value["target"]?.string, let model = member.value["model"]?.string,
        let digest = member.value["target_digest"]?.string.flatMap(Digest.init(_:))
      else { return nil }
      return TargetName(arm: arm, name: name, model: model, digest: digest)
    }
    // An arm's cost stands under its currency's name; US dollars are always named, also where they are not the currency.
    let prefix = "cost_micro_"
    let currencies = arms.flatMap { $0.value.object?.members ?? [] }.filter {
      $0.name.hasPrefix(prefix) && ($0.name != "cost_micro_usd" || !$0.value.isNull)
    }
    self.init(
      run: run, targets: targets, evalsets: named("evalsets"), judges: named("judges"), policyDigest: policy, portcullisVersion: version,
      gitRevision: json["git"]?["revision"]?.string, gitDirty: json["git"]?["dirty"]?.bool, seed: json["seed"]?.int ?? 0,
      currency: currencies.first.map { String($0.name.dropFirst(prefix.count)).uppercased() }, waivers: Waivers(json: json["waivers"]))
  }
}
