import ArgumentParser
import PortcullisCore
import PortcullisGate
import PortcullisReports
import PortcullisStore

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Executes and records one target, without a decision.",
    discussion: """
      EXAMPLES
        portcullis run --target candidate
        portcullis run evalsets/support \\
          --target openai:new@http://127.0.0.1:8000/v1 --concurrency 64
        portcullis run --rescore latest

      Exits 0 when every planned trial has an answer or its final failure
      recorded; a call failure does not change that.
      """)

  @Argument(help: ArgumentHelp("Evalset folders or case files; they replace the config's.", valueName: "cases"))
  var cases: [String] = []

  @OptionGroup var plan: PlanOptions
  @OptionGroup var running: RunOptions

  @Option(help: ArgumentHelp("A target's name, or provider:model[@base_url] (default: the candidate).", valueName: "target"))
  var target: String?

  @Option(help: ArgumentHelp("Take this run's answers where the question is the same, and score them again.", valueName: "run"))
  var rescore: String?

  func validate() throws {
    if rescore != nil, running.reuse != nil { throw ValidationError("--rescore and --reuse cannot be combined: both take answers over") }
    if plan.clusters != nil { throw ValidationError("--clusters belongs to 'gate': a run decides nothing") }
    if !running.reports.isEmpty { throw ValidationError("--report belongs to 'gate': a run decides nothing; see 'export trials'") }
  }

  func run() async throws {
    var options = running
    options.reuse = running.reuse ?? rescore
    if rescore != nil { options.fresh = true }
    let loaded = try loadPlan(plan, run: options, candidate: target, production: nil, arms: [.candidate], decides: false, cases: cases)
    let work = try RunWork(plan: loaded, options: options, kind: .run)
    let result = try await work.work()
    let arms = try work.store.armSummaries(of: result.run, facts: result.facts)
    let code: PortcullisCore.ExitCode =
      switch result.facts.stop {
      case .finished: result.run.state == .finished ? .pass : .badInput
      case .budget, .deadline: .budgetSpent
      case .unreachable: .unreachable
      }
    if options.json {
      let context = loaded.context(run: result.run.id, manifest: result.run.manifest)
      for arm in arms {
        write(runJSON(run: result.run.id, exitCode: code, arm: arm, target: context.targets.first, currency: loaded.currency), to: 1)
      }
    } else {
      for arm in arms {
        let failed = arm.planned - arm.answered
        say(
          "run \(result.run.id): \(arm.passed) of \(plural(arm.scored, "scored trial")) passed, \(arm.planned) planned"
            + (failed > 0 ? ", \(failed) without an answer" : ""))
      }
    }
    try work.store.close()
    if code != .pass { throw Exit(code: code) }
  }
}

extension Store {
  /// The arms of a run in numbers, from its records.
  fileprivate func armSummaries(of run: RunRecord, facts: RunFacts) throws -> [ArmSummary] {
    var cursor = tally(run)
    var tally = Tally(needs: EvidenceNeeds(Policy(offline: [])))
    while let next = try cursor.next() { tally.add(next.facts, trials: next.trials) }
    return tally.evidence(run: facts).arms
  }
}
