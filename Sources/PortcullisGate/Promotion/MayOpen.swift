package import PortcullisCore

/// Whether a stage may open for a candidate, and what is missing where it may not.
package struct Opening: Sendable, Hashable {
  package enum Answer: Sendable, Hashable {
    case open
    /// Something is missing that may still come.
    case notYet
    /// A fail or a rollback stands against it.
    case refused
  }

  /// One thing that stands in the way, and what to do about it; sentences without a full stop, not escaped.
  package struct Obstacle: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
      case evidence
      case signatures
      /// A fail or a rollback.
      case refusal
    }

    package let words: String
    package let next: String
    package let kind: Kind

    init(_ kind: Kind, words: String, next: String) {
      self.kind = kind
      self.words = words
      self.next = next
    }
  }

  package let stage: String
  package let candidate: Digest
  /// The pass it rests on; nil where there is none.
  package let evidence: LedgerEntry?
  package let obstacles: [Obstacle]
  /// Who signed the evidence, in order, each person once.
  package let signed: [String]
  /// Where it was opened last, since when nothing closed it.
  package let opened: LedgerEntry?

  /// Whether people's signatures are all that is missing, or nothing is: what a person may sign.
  package var lacksOnlySignatures: Bool { evidence != nil && obstacles.allSatisfy { $0.kind == .signatures } }

  package var answer: Answer {
    obstacles.isEmpty ? .open : obstacles.contains { $0.kind == .refusal } ? .refused : .notYet
  }
}

/// Whether a stage may open: the stages before it have passed for this very candidate, the last of them freshly, and no fail and no rollback of it
/// came later.
///
/// A rollback voids every pass before it. The order of entries decides what is later, never their times, which a clock may have set back.
///
/// - Parameters:
///   - stage: One of `policy.doors`.
///   - entries: Of a verified ledger, in order.
///   - now: Milliseconds since 1970 in UTC.
package func mayOpen(
  _ stage: String, candidate: Digest, entries: [LedgerEntry], at now: Int, policy: PromotionPolicy
) -> Opening {
  guard let needed = policy.stages(before: stage), let last = needed.last else {
    return Opening(
      stage: stage, candidate: candidate, evidence: nil,
      obstacles: [
        .init(
          .evidence, words: "'\(stage)' is no stage that this policy opens",
          next: "it opens \(listed(policy.doors)); see 'policy.promotion.stages'")
      ], signed: [], opened: nil)
  }
  let way = CandidateWay(entries.filter { $0.event.candidate?.digest == candidate })
  var obstacles = needed.dropLast().compactMap { way.obstacle(at: $0, opening: stage) }
  let pass = way.pass(at: last)
  if let obstacle = way.obstacle(at: last, opening: stage) {
    obstacles.append(obstacle)
  } else if let pass {
    obstacles += [pass.tooOld(now, policy), pass.restsOnExpiredWaivers(now)].compactMap(\.self)
  }
  let signed = pass.map { way.signatures(under: $0) } ?? []
  if pass != nil, signed.count < policy.signOffs {
    let missing = policy.signOffs - signed.count
    obstacles.append(
      .init(
        .signatures,
        words: "\(counted(policy.signOffs, "person", "people")) must sign this decision; "
          + (signed.isEmpty ? "nobody has" : "signed by \(listed(signed))"),
        next: "\(counted(missing, "more person", "more people")): 'portcullis promote --stage \(stage) --sign --by NAME'")
    )
  }
  return Opening(
    stage: stage, candidate: candidate, evidence: pass, obstacles: obstacles, signed: signed, opened: way.opening(of: stage))
}

/// The entries of one candidate.
private struct CandidateWay {
  let rollback: LedgerEntry?
  /// After the last rollback.
  let current: [LedgerEntry]
  let all: [LedgerEntry]

  init(_ entries: [LedgerEntry]) {
    all = entries
    let cut = entries.lastIndex { if case .rollback = $0.event { true } else { false } }
    rollback = cut.map { entries[$0] }
    current = cut.map { Array(entries[($0 + 1)...]) } ?? entries
  }

  private func decisions(at stage: PromotionPolicy.Stage? = nil) -> [(entry: LedgerEntry, decision: LedgerDecision)] {
    current.compactMap { entry in
      guard case .decision(let decision) = entry.event, stage.map({ sameBytes($0.rawValue, decision.stage) }) ?? true else { return nil }
      return (entry, decision)
    }
  }

  /// The last pass of a stage, if no fail of any stage came after it.
  func pass(at stage: PromotionPolicy.Stage) -> LedgerEntry? {
    guard let pass = decisions(at: stage).last(where: { $0.decision.isPass })?.entry else { return nil }
    return failure(after: pass) == nil ? pass : nil
  }

  private func failure(after pass: LedgerEntry) -> (entry: LedgerEntry, decision: LedgerDecision)? {
    decisions().last { $0.entry.number > pass.number && $0.decision.verdict == .fail }
  }

  /// Why a stage has not passed; nil where it has.
  func obstacle(at stage: PromotionPolicy.Stage, opening door: String) -> Opening.Obstacle? {
    let decided = decisions(at: stage)
    if let pass = decided.last(where: { $0.decision.isPass })?.entry {
      return failure(after: pass).map { failure in
        .init(
          .refusal,
          words: "'\(failure.decision.stage)' failed on \(day(failure.entry.at)), after '\(stage.rawValue)' had passed "
            + "(\(failure.decision.source), entry \(failure.entry.number))",
          next: "find out why; a new pass of '\(stage.rawValue)' is needed")
      }
    }
    guard let (entry, decision) = decided.last else { return neverDecided(stage) }
    let told =
      "'\(stage.rawValue)' was last decided on \(day(entry.at)): \(decision.verdict.rawValue) (\(decision.source), entry \(entry.number))"
    switch decision.verdict {
    case .fail: return .init(.refusal, words: told, next: "a changed candidate, or a waiver and a new decision")
    case .review: return .init(.evidence, words: told, next: "people decide the flagged cases; then decide again")
    case .inconclusive, .pass: return .init(.evidence, words: told, next: stage.whatToDo)
    }
  }

  private func neverDecided(_ stage: PromotionPolicy.Stage) -> Opening.Obstacle {
    guard let rollback, case .rollback(let event) = rollback.event else {
      return .init(.evidence, words: "'\(stage.rawValue)' has not been decided for this candidate", next: stage.whatToDo)
    }
    return .init(
      .refusal,
      words:
        "the candidate was rolled back on \(day(rollback.at)) by \(event.by ?? "a gate"): \(event.reason) (entry \(rollback.number)), and "
        + "'\(stage.rawValue)' has not passed since", next: stage.whatToDo)
  }

  /// Each person once, however the name is written.
  func signatures(under decision: LedgerEntry) -> [String] {
    let hash = decision.hash
    var people: Set<String> = [], names: [String] = []
    for entry in current {
      guard case .signOff(let event) = entry.event, event.decision == hash, people.insert(foldedName(event.by)).inserted else { continue }
      names.append(event.by)
    }
    return names
  }

  /// Since when a stage is open: no fail and no rollback came after.
  func opening(of stage: String) -> LedgerEntry? {
    let opened = current.last { if case .promotion(let event) = $0.event { sameBytes(event.stage, stage) } else { false } }
    return opened.flatMap { failure(after: $0) == nil ? $0 : nil }
  }
}

extension LedgerDecision {
  /// Both must say so: a pass whose budget cut it did not exit 0.
  fileprivate var isPass: Bool { verdict == .pass && exitCode == .pass }
}

extension LedgerEntry {
  fileprivate func tooOld(_ now: Int, _ policy: PromotionPolicy) -> Opening.Obstacle? {
    guard case .decision(let decision) = event else { return nil }
    let age = Duration.milliseconds(now - at)
    let next = "decide '\(decision.stage)' again"
    if age < .seconds(-60) {
      return .init(
        .evidence, words: "'\(decision.stage)' passed on \(day(at)), which this machine's clock says is still to come (entry \(number))",
        next: "set the clock right, or " + next)
    }
    guard age > policy.maxAge else { return nil }
    return .init(
      .evidence,
      words: "'\(decision.stage)' passed on \(day(at)), \(age.whole) ago; a pass opens for \(policy.maxAge.whole) (entry \(number))",
      next: next)
  }

  fileprivate func restsOnExpiredWaivers(_ now: Int) -> Opening.Obstacle? {
    guard case .decision(let decision) = event, let waiver = decision.waivers.first(where: { $0.isExpired(on: day(now)) }) else {
      return nil
    }
    return .init(
      .evidence,
      words: "the pass of '\(decision.stage)' rests on the waiver of \(waiver.title) by \(waiver.by), which expired on \(waiver.expires)",
      next: "decide '\(decision.stage)' again without it, or with a new one")
  }
}

extension PromotionPolicy.Stage {
  fileprivate var whatToDo: String {
    switch self {
    case .offline: "run 'portcullis gate'"
    case .shadow: "run 'portcullis shadow'"
    case .canary: "run 'portcullis canary', until it says promote"
    }
  }
}

extension Duration {
  /// `7 days`, `30 hours`, `5 minutes`: rounded down, in the largest unit of which there are two.
  fileprivate var whole: String {
    let minutes = Int(components.seconds / 60)
    if minutes >= 2 * 1440 || minutes == 1440 { return counted(minutes / 1440, "day") }
    return minutes >= 120 ? counted(minutes / 60, "hour") : counted(minutes, "minute")
  }
}
