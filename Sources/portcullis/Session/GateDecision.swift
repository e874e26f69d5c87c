import PortcullisCore
import PortcullisGate
import PortcullisReports
import PortcullisRunner
import PortcullisStore

extension Store {
  /// Decides from the records and records the decision before anybody sees it.
  func decide(_ plan: LoadedPlan, of run: RunRecord, facts: RunFacts) throws -> Decision {
    var cursor = tally(run)
    let decision = try Pipeline.decide(
      { each in while let next = try cursor.next() { try each(next.facts, next.trials) } }, run: facts, policy: plan.policy,
      context: plan.context(run: run.id, manifest: run.manifest))
    _ = try record(
      NewDecision(stage: decision.stage, verdict: decision.verdict, exitCode: decision.exitCode, body: decision.json), of: run,
      seen: cursor.counts)
    return decision
  }
}

/// Writes a decision everywhere it was asked for. A report that cannot be written must not look like a verdict, nor keep the others from being
/// written: its error comes last.
func deliver(_ input: ReportInput, json: Bool, files: [ReportFile], isCompact: Bool) throws {
  var failed: CommandFailure?
  for file in files {
    do { try file.write(input) } catch let failure as CommandFailure { failed = failed ?? failure }
  }
  if json {
    say(input.decision.json.prettyText)
  } else {
    let terminal = TerminalFacts(1)
    var text = ""
    try render(
      .terminal, input,
      style: TerminalStyle(isColoured: terminal.hasColour, width: terminal.width, glyphs: .unicode, detail: isCompact ? .compact : .full),
      to: &text)
    write(text, to: 1)
  }
  if let failed {
    throw CommandFailure(
      failed.message, help: "the decision is recorded: 'portcullis report \(input.run.id) --format …' writes it again", code: failed.code)
  }
}
