package import PortcullisCore

/// All rulings and the worst verdict; what is recorded, then reported.
package struct Decision: Sendable, Hashable {
  package var stage: String
  package var verdict: Verdict
  package var exitCode: ExitCode
  /// The verdict in one sentence that names what decided it.
  package var sentence: String
  /// In the policy's order; the slices of a rule follow it.
  package var rulings: [Ruling]
  package var arms: [ArmSummary]
  /// nil without a production arm.
  package var churn: Churn?
  /// What the two error rates and the trials prove, in words.
  package var guarantees: [String]
  /// What was taken for one independent case, beside certain clusters.
  package var clusters: ClusterPlan
  package var attempt: Attempt
  /// What became of each waiver that was written.
  package var waivers: [WaiverUse]
  package var policy: Policy
  package var context: DecisionContext

  package init(
    stage: String, verdict: Verdict, exitCode: ExitCode, sentence: String, rulings: [Ruling], arms: [ArmSummary], churn: Churn?,
    guarantees: [String], clusters: ClusterPlan = ClusterPlan(), attempt: Attempt = Attempt(), waivers: [WaiverUse] = [], policy: Policy,
    context: DecisionContext
  ) {
    self.stage = stage
    self.verdict = verdict
    self.exitCode = exitCode
    self.sentence = sentence
    self.rulings = rulings
    self.arms = arms
    self.churn = churn
    self.guarantees = guarantees
    self.clusters = clusters
    self.attempt = attempt
    self.waivers = waivers
    self.policy = policy
    self.context = context
  }
}

/// Cases by what changed, over complete pairs (a case counts as passed when all of its trials passed).
package struct Churn: Sendable, Hashable {
  package var fixed: Int
  package var broken: Int
  package var same: Int

  package init(fixed: Int = 0, broken: Int = 0, same: Int = 0) {
    self.fixed = fixed
    self.broken = broken
    self.same = same
  }
}

/// One arm in numbers. Counts are trials.
package struct ArmSummary: Sendable, Hashable {
  package var arm: Arm
  package var planned: Int
  package var answered: Int
  package var scored: Int
  package var passed: Int
  package var reused: Int
  /// Trials of confirming and sequential rounds; in none of the counts above.
  package var further: Further
  /// Call failures by kind, sorted by kind, none with 0.
  package var failures: [FailureCount]
  /// nil where the price or the usage of any answered call is unknown.
  package var costMicro: Int?
  package var tokens: TokenUsage
  /// Of answered calls with a known latency; nil without any.
  package var latencyP50: Duration?
  package var latencyP95: Duration?
  /// nil where no case was asked more than once.
  package var repeats: RepeatSummary?

  package struct Further: Sendable, Hashable {
    package var planned: Int
    package var scored: Int

    package init(planned: Int = 0, scored: Int = 0) {
      self.planned = planned
      self.scored = scored
    }
  }

  package struct FailureCount: Sendable, Hashable {
    package let kind: FailureKind
    package let count: Int

    package init(kind: FailureKind, count: Int) {
      self.kind = kind
      self.count = count
    }
  }

  package init(
    arm: Arm, planned: Int = 0, answered: Int = 0, scored: Int = 0, passed: Int = 0, reused: Int = 0, further: Further = Further(),
    failures: [FailureCount] = [], costMicro: Int? = nil, tokens: TokenUsage = TokenUsage(), latencyP50: Duration? = nil,
    latencyP95: Duration? = nil,
    repeats: RepeatSummary? = nil
  ) {
    self.arm = arm
    self.planned = planned
    self.answered = answered
    self.scored = scored
    self.passed = passed
    self.reused = reused
    self.further = further
    self.failures = failures
    self.costMicro = costMicro
    self.tokens = tokens
    self.latencyP50 = latencyP50
    self.latencyP95 = latencyP95
    self.repeats = repeats
  }
}

/// Where the evidence came from; carried through a decision unchanged and printed with it.
package struct DecisionContext: Sendable, Hashable {
  package var run: RunID
  package var targets: [TargetName]
  package var evalsets: [NamedDigest]
  package var judges: [NamedDigest]
  package var policyDigest: Digest
  package var portcullisVersion: String
  package var gitRevision: String?
  package var gitDirty: Bool?
  package var seed: Int
  package var currency: String?
  /// What people took upon themselves, and the day on which that was weighed; nil where nobody wrote a waiver.
  package var waivers: Waivers?

  package struct TargetName: Sendable, Hashable {
    package let arm: Arm
    package let name: String
    package let model: String
    package let digest: Digest

    package init(arm: Arm, name: String, model: String, digest: Digest) {
      self.arm = arm
      self.name = name
      self.model = model
      self.digest = digest
    }
  }

  package struct NamedDigest: Sendable, Hashable {
    package let name: String
    package let digest: Digest

    package init(name: String, digest: Digest) {
      self.name = name
      self.digest = digest
    }
  }

  package init(
    run: RunID, targets: [TargetName], evalsets: [NamedDigest], judges: [NamedDigest] = [], policyDigest: Digest, portcullisVersion: String,
    gitRevision: String? = nil, gitDirty: Bool? = nil, seed: Int = 0, currency: String? = nil, waivers: Waivers? = nil
  ) {
    self.run = run
    self.targets = targets
    self.evalsets = evalsets
    self.judges = judges
    self.policyDigest = policyDigest
    self.portcullisVersion = portcullisVersion
    self.gitRevision = gitRevision
    self.gitDirty = gitDirty
    self.seed = seed
    self.currency = currency
    self.waivers = waivers
  }
}
