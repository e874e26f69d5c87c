import PortcullisCore
import PortcullisGate
import PortcullisReports
import PortcullisRunner
import PortcullisStore

extension Store {
  /// Decides from the records and records the decision before anybody sees it.
  ///
  /// Where another run is decided on the same question meanwhile, it decides again: each must see the other's attempt.
  func decide(_ plan: LoadedPlan, of run: RunRecord, facts: RunFacts) throws -> Decision {
    var facts = facts
    facts.look = 1 + (try rounds(of: run).count { $0.kind == .look })
    while true {
      facts.earlierAttempts = try plan.attemptKey.map { try earlierAttempts($0, than: run) } ?? 0
      do { return try decideOnce(plan, of: run, facts: facts) } catch StoreError.triedMeanwhile { continue }
    }
  }

  private func decideOnce(_ plan: LoadedPlan, of run: RunRecord, facts: RunFacts) throws -> Decision {
    let clusters = try clusters(of: run, plan.clusters)
    var cursor = tally(run, metrics: EvidenceNeeds(plan.policy).metrics)
    let decision = try Pipeline.decide(
      { each in while let next = try cursor.next() { try each(next.facts, next.trials) } }, run: facts, policy: plan.policy,
      clusters: clusters, context: plan.context(run: run.id, manifest: run.manifest))
    _ = try record(
      NewDecision(
        stage: decision.stage, verdict: decision.verdict, exitCode: decision.exitCode, body: decision.json,
        attempt: plan.attemptKey.map { NewAttempt(key: $0, earlier: decision.attempt.earlier, isComplete: decision.attempt.isComplete) },
        entry: decision.ledgerEntry(source: run.id.text)),
      of: run, seen: cursor.counts)
    return decision
  }

  /// What is taken for one independent case of a run, beside the clusters in its records: the choice, else what the cases' ids and tags suggest.
  private func clusters(of run: RunRecord, _ choice: ClusterChoice) throws -> ClusterPlan {
    guard choice == .undeclared else { return ClusterPlan(choice) }
    var scan = GroupingScan()
    var pages = facts(of: run)
    while let facts = try pages.next() { scan.add(facts) }
    return ClusterPlan(suspects: scan.suspects)
  }
}

/// Writes a decision everywhere it was asked for.
///
/// - Parameter again: How a report that could not be written is come by; nil where the decision is stored with its run.
func deliver(_ input: ReportInput, json: Bool, files: [ReportFile], isCompact: Bool, again: String? = nil) throws {
  let failed = try writeReports(input, to: files)
  if json { say(input.decision.json.prettyText) } else { write(try terminalText(input, isCompact ? .compact : .full), to: 1) }
  if let failed {
    throw CommandFailure(
      failed.message, help: again ?? "the decision is recorded: 'portcullis report \(input.run.id) --format …' writes it again",
      code: failed.code)
  }
}

/// Writes the reports that were asked for. One that cannot be written must not look like a verdict, nor keep the others from being written.
///
/// - Returns: The first failure, to be thrown once the decision was shown.
func writeReports(_ input: ReportInput, to files: [ReportFile]) throws -> CommandFailure? {
  var failed: CommandFailure?
  for file in files {
    do { try file.write(input) } catch let failure as CommandFailure { failed = failed ?? failure }
  }
  return failed
}

/// The report for standard output, as wide and coloured as what it goes to.
func terminalText(_ input: ReportInput, _ detail: TerminalStyle.Detail) throws -> String {
  let terminal = TerminalFacts(1)
  var text = ""
  try render(
    .terminal, input,
    style: TerminalStyle(isColoured: terminal.hasColour, width: terminal.width, glyphs: .unicode, detail: detail), to: &text)
  return text
}
