import PortcullisCore

// The members of an entry beside those of the chain, in both directions. Every member is written, absent ones as null.

extension LedgerEvent {
  var members: [(String, JSON)] {
    switch self {
    case .decision(let event):
      return [
        ("stage", .string(event.stage)), ("verdict", .string(event.verdict.rawValue)), ("exit_code", .int(Int(event.exitCode.rawValue))),
        ("candidate", event.candidate.json), ("source", .string(event.source)), ("policy", .string(event.policy.description)),
        ("decision", .string(event.decision.description)), ("waivers", .array(event.waivers.map(\.json))),
      ]
    case .promotion(let event):
      return [
        ("stage", .string(event.stage)), ("candidate", event.candidate.json), ("by", .string(event.by)),
        ("decision", .string(event.decision.description)), ("signed", .array(event.signed.map(JSON.string))),
        ("policy", event.policy.json),
      ]
    case .waiver(let waiver): return [("waiver", waiver.json)]
    case .signOff(let event):
      return [
        ("stage", .string(event.stage)), ("candidate", event.candidate.json), ("by", .string(event.by)),
        ("decision", .string(event.decision.description)),
      ]
    case .rollback(let event):
      return [
        ("candidate", event.candidate.json), ("by", event.by.map(JSON.string) ?? .null), ("reason", .string(event.reason)),
        ("source", event.source.map(JSON.string) ?? .null),
      ]
    }
  }

  /// nil where a member is absent, of another kind, or an unknown word.
  init?(kind: String, json: JSON) {
    switch kind {
    case "decision":
      guard let stage = json["stage"]?.string, let verdict = json["verdict"]?.string.flatMap(Verdict.init),
        let exitCode = json["exit_code"]?.int.flatMap({ Int32(exactly: $0) }).flatMap(ExitCode.init),
        let candidate = LedgerCandidate(json: json["candidate"]), let source = json["source"]?.string,
        let policy = digest(json["policy"]), let decision = digest(json["decision"]), let written = json["waivers"]?.array
      else { return nil }
      let waivers = written.compactMap(Waiver.init(json:))
      guard waivers.count == written.count else { return nil }
      self = .decision(
        LedgerDecision(
          stage: stage, verdict: verdict, exitCode: exitCode, candidate: candidate, source: source, policy: policy, decision: decision,
          waivers: waivers))
    case "promotion":
      guard let stage = json["stage"]?.string, let candidate = LedgerCandidate(json: json["candidate"]), let by = json["by"]?.string,
        let decision = digest(json["decision"]), let signed = json["signed"]?.array,
        let policy = json["policy"].flatMap(PromotionPolicy.init(json:))
      else { return nil }
      self = .promotion(
        LedgerPromotion(stage: stage, candidate: candidate, by: by, decision: decision, signed: signed.compactMap(\.string), policy: policy)
      )
    case "waiver":
      guard let waiver = json["waiver"].flatMap(Waiver.init(json:)) else { return nil }
      self = .waiver(waiver)
    case "sign-off":
      guard let stage = json["stage"]?.string, let candidate = LedgerCandidate(json: json["candidate"]), let by = json["by"]?.string,
        let decision = digest(json["decision"])
      else { return nil }
      self = .signOff(LedgerSignOff(stage: stage, candidate: candidate, by: by, decision: decision))
    case "rollback":
      guard let candidate = LedgerCandidate(json: json["candidate"]), let reason = json["reason"]?.string else { return nil }
      self = .rollback(
        LedgerRollback(candidate: candidate, by: json["by"]?.string, reason: reason, source: json["source"]?.string))
    default: return nil
    }
  }
}

extension LedgerCandidate {
  fileprivate var json: JSON { .object([("digest", .string(digest.description)), ("name", .string(name))]) }

  fileprivate init?(json: JSON?) {
    guard let digest = json?["digest"]?.string.flatMap(Digest.init(_:)), let name = json?["name"]?.string else { return nil }
    self.init(digest: digest, name: name)
  }
}

private func digest(_ json: JSON?) -> Digest? { json?.string.flatMap(Digest.init(_:)) }
