package import PortcullisCore

/// The sizes of a plan: what the evidence would be if every answer came, passed, and cost and took the same in both arms.
///
/// So a rule that does not pass here cannot pass at this size, and it is the rule itself that says so.
package struct PlanSizes: Sendable {
  private let policy: Policy
  private let arms: [Arm]
  private let currency: String?
  private let behaviours: [BehaviourDemand]
  private var tally: Tally
  private var cases = 0
  private var tagNames: Set<String> = []
  /// More names than this are no help to anybody.
  private static let tagLimit = 200

  /// - Parameters:
  ///   - arms: Those the plan will ask.
  ///   - currency: Of the targets' prices; nil where none has a price.
  ///   - behaviours: What the evalsets declare.
  ///   - clusters: What is taken for one independent case, beside the clusters of the cases' facts.
  package init(
    _ policy: Policy, arms: [Arm], currency: String?, behaviours: [BehaviourDemand] = [], clusters: ClusterPlan = ClusterPlan()
  ) {
    self.policy = policy
    self.arms = arms
    self.currency = currency
    self.behaviours = behaviours
    tally = Tally(needs: EvidenceNeeds(policy, clusters: clusters))
  }

  /// Takes in one case of the plan, with its planned trials; those of a first sequential round are added here.
  package mutating func add(_ facts: CaseFacts, isJudged: Bool = false) {
    cases += 1
    for tag in facts.tags where tagNames.count < PlanSizes.tagLimit { tagNames.insert(tag.name) }
    let sequential = policy.sequentialTrials(for: facts)
    let facts = sequential > 0 ? facts.adding(.sequential, trials: sequential) : facts
    var trials: [TrialFacts] = []
    trials.reserveCapacity(arms.count * facts.plannedTrials)
    for arm in arms {
      for index in 0..<facts.allTrials(of: arm) {
        trials.append(
          TrialFacts(
            arm: arm, repeatIndex: index, state: .passed, isJudged: isJudged, latency: .microseconds(3), ttft: .microseconds(1),
            costMicro: currency == nil ? nil : 1, tokens: TokenUsage(input: 1, output: 2),
            metrics: facts.metrics.map { MetricScore($0.name, 1, isJudged: $0.isJudged) }))
      }
    }
    tally.add(facts, trials: trials)
  }

  /// As a run would give it with nothing wrong.
  var evidence: Evidence {
    var run = RunFacts(arms: arms, plannedCases: cases, currency: currency, behaviours: behaviours)
    // The last look is the one that a policy must be able to pass.
    run.look = policy.looks
    run.tagNames = tagNames.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return tally.evidence(run: run)
  }
}

/// Rules that cannot pass at the suite's size even if nothing is wrong, with what they would need, and hard gates that equal models fail more
/// often than the policy declares; each in the policy's order.
///
/// - Parameter blockingOnly: Nothing but what stands in the way of every pass: no advisory rule, and no chance.
package func planWarnings(_ policy: Policy, _ sizes: PlanSizes, blockingOnly: Bool = false) -> [Diagnostic] {
  let evidence = sizes.evidence
  let rulings = policy.offline.flatMap { $0.rulings(evidence, policy) }
  let chances = hardGateChances(evidence, policy).filter { $0.chance > policy.wrongFail && !blockingOnly }.map { chance in
    Diagnostic(
      .warning, chance.sentence + (chance.isAdvisory ? " (advisory)" : ""),
      help: "'demand: reliable' keeps the declared error rates, or hold fewer cases so strictly")
  }
  return chances
    + (rulings + evidence.runRulings(rulings)).filter { $0.verdict != .pass && !(blockingOnly && $0.advisory) }.map { ruling in
      let subject = ruling.rule == "run" ? "this plan" : "'\(ruling.title)'"
      let weight = ruling.advisory ? " (advisory)" : ""
      if ruling.reason == .clustersSuspected {
        let suspects = listed(evidence.needs.clusters.suspects.map(\.words))
        return Diagnostic(
          .warning, "\(subject)\(weight) can pass only if its cases are independent, and they look grouped by \(suspects)",
          help: ruling.next)
      }
      // What the rule says of perfect answers nobody gave yet is no fact; only a cause that is known already is told.
      let isOfSize = ruling.reason == .tooFewCases || ruling.reason == .cannotExcludeMargin
      let cause = isOfSize ? " at this size" : ": " + wordsOf(ruling.sentence)
      return Diagnostic(.warning, "\(subject)\(weight) cannot pass even if nothing is wrong\(cause)", help: ruling.next)
    }
}

/// What the policy's comparisons are likely to show at the plan's size, at the last of its looks, if the arms differ as `outlook` says; in
/// the policy's order.
package func forecasts(_ policy: Policy, _ sizes: PlanSizes, _ outlook: PairOutlook) -> [ComparisonForecast] {
  forecasts(policy, sizes.evidence, outlook, look: policy.looks)
}
