package import PortcullisCore

/// What the ledger remembers: a decision, an opened stage, a waiver in use, a person's signature, a rollback.
package enum LedgerEvent: Sendable, Hashable {
  case decision(LedgerDecision)
  case promotion(LedgerPromotion)
  case waiver(Waiver)
  case signOff(LedgerSignOff)
  case rollback(LedgerRollback)

  /// The word of `kind` in an entry.
  package var kind: String {
    switch self {
    case .decision: "decision"
    case .promotion: "promotion"
    case .waiver: "waiver"
    case .signOff: "sign-off"
    case .rollback: "rollback"
    }
  }

  /// Whether two events are one step: of a decision the bytes of decision.json may differ, in which git's revision stands.
  package func isSameStep(as other: LedgerEvent) -> Bool {
    guard case .decision(let mine) = self, case .decision(let theirs) = other else { return self == other }
    return mine.stage == theirs.stage && mine.verdict == theirs.verdict && mine.exitCode == theirs.exitCode
      && mine.candidate == theirs.candidate && mine.source == theirs.source && mine.policy == theirs.policy
      && mine.waivers == theirs.waivers
  }

  /// nil for a waiver, which is of a rule and of no candidate.
  package var candidate: LedgerCandidate? {
    switch self {
    case .decision(let event): event.candidate
    case .promotion(let event): event.candidate
    case .signOff(let event): event.candidate
    case .rollback(let event): event.candidate
    case .waiver: nil
    }
  }
}

/// Who goes through the stages: the digest of the target is the candidate, the name is for people.
package struct LedgerCandidate: Sendable, Hashable {
  package let digest: Digest
  package let name: String

  package init(digest: Digest, name: String) {
    self.digest = digest
    self.name = name
  }
}

/// A decision of any stage, as the ledger keeps it.
package struct LedgerDecision: Sendable, Hashable {
  /// `offline`, `shadow` or `canary`.
  package let stage: String
  package let verdict: Verdict
  package let exitCode: ExitCode
  package let candidate: LedgerCandidate
  /// The run's id or the canary's name.
  package let source: String
  /// Of the policy that decided.
  package let policy: Digest
  /// Of decision.json, so that the decision itself cannot be exchanged.
  package let decision: Digest
  /// Those that were applied.
  package let waivers: [Waiver]

  package init(
    stage: String, verdict: Verdict, exitCode: ExitCode, candidate: LedgerCandidate, source: String, policy: Digest, decision: Digest,
    waivers: [Waiver] = []
  ) {
    self.stage = stage
    self.verdict = verdict
    self.exitCode = exitCode
    self.candidate = candidate
    self.source = source
    self.policy = policy
    self.decision = decision
    self.waivers = waivers
  }
}

/// A stage that was opened for a candidate.
package struct LedgerPromotion: Sendable, Hashable {
  package let stage: String
  package let candidate: LedgerCandidate
  package let by: String
  /// The hash of the entry of the decision that opened it.
  package let decision: Digest
  /// Who had signed that decision.
  package let signed: [String]
  /// What was asked of the candidate then: a bar that was lowered is seen here.
  package let policy: PromotionPolicy

  package init(
    stage: String, candidate: LedgerCandidate, by: String, decision: Digest, signed: [String] = [], policy: PromotionPolicy = .standard
  ) {
    self.stage = stage
    self.candidate = candidate
    self.by = by
    self.decision = decision
    self.signed = signed
    self.policy = policy
  }
}

/// One person's signature under one decision.
package struct LedgerSignOff: Sendable, Hashable {
  /// The stage that the signature is to open.
  package let stage: String
  package let candidate: LedgerCandidate
  package let by: String
  /// The hash of the decision's entry: another decision must be signed anew.
  package let decision: Digest

  package init(stage: String, candidate: LedgerCandidate, by: String, decision: Digest) {
    self.stage = stage
    self.candidate = candidate
    self.by = by
    self.decision = decision
  }
}

/// A candidate taken back: every stage is closed to it until it has passed anew.
package struct LedgerRollback: Sendable, Hashable {
  package let candidate: LedgerCandidate
  /// nil where a gate did it by itself.
  package let by: String?
  package let reason: String
  /// The canary that decided it; nil for a person.
  package let source: String?

  package init(candidate: LedgerCandidate, by: String?, reason: String, source: String? = nil) {
    self.candidate = candidate
    self.by = by
    self.reason = reason
    self.source = source
  }
}
