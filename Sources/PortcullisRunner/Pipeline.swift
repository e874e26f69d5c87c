// The line itself; read it first.
//
//  files ─load─▶ Evalset ─plan─▶ [Trial] ─call─▶ Completion ─score─▶ [Score] ─tally─▶ Evidence ─decide─▶ Decision
//                                  ▲                                              │
//                                  └───────────────── further rounds ─────────────┘
//
// `load` is PortcullisFormats. `plan` is what the store says is missing. `call` and `score` are one `TrialRun` each, worked through by
// `Execution`; every step is recorded before it counts. `tally` and `decide` are PortcullisGate, pure. What was recorded is the only truth: the
// tally reads it back, so that a resumed run and an uninterrupted one decide alike.

package import PortcullisCore
package import PortcullisGate

package enum Pipeline {
  /// Plan → call → score → record: runs what is missing of every case.
  ///
  /// - Parameter cases: Hands out the plan in order, each case with those of its trials that have no end.
  /// - Returns: Why it stopped early; nil when the whole plan was worked through.
  package static func execute(_ execution: Execution, cases: @escaping @Sendable () throws -> PlannedCase?) async throws -> StopReason? {
    try await execution.run(cases)
  }

  /// Records → what the policy still asks for: rounds to be added to the plan, which `execute` then works through; empty when nothing is.
  ///
  /// - Parameter records: Hands out each case of the plan once, with its place in the plan and its trials that ended, in any order.
  package static func furtherRounds(
    _ records: (_ each: (Int, CaseFacts, [TrialFacts]) throws -> Void) throws -> Void, policy: Policy, arms: [Arm]
  ) throws -> [FurtherTrials.Round] {
    var further = FurtherTrials(policy, arms: arms)
    guard further.mayAsk else { return [] }
    try records { ordinal, facts, trials in further.add(facts, trials: trials, ordinal: ordinal) }
    return further.rounds
  }

  /// Records → tally → decide: what the evidence says. Nothing is called.
  ///
  /// - Parameters:
  ///   - records: Hands out each case of the plan once, with its trials that ended, in any order.
  ///   - clusters: What is taken for one independent case, beside the clusters of the records.
  package static func decide(
    _ records: (_ each: (CaseFacts, [TrialFacts]) throws -> Void) throws -> Void, run: RunFacts, policy: Policy, clusters: ClusterPlan,
    context: DecisionContext
  ) throws -> Decision {
    var tally = Tally(needs: EvidenceNeeds(policy, clusters: clusters))
    try records { facts, trials in tally.add(facts, trials: trials) }
    return PortcullisGate.decide(tally.evidence(run: run), policy: policy, context: context)
  }
}
