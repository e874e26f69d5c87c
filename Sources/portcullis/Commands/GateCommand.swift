import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports
import PortcullisStore

struct GateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate",
    abstract: "Asks candidate and production, scores, decides. The exit code is the verdict.",
    discussion: """
      EXAMPLES
        portcullis gate
        portcullis gate --set targets.candidate.model=$MODEL \\
          --report junit=gate.xml --report markdown=$GITHUB_STEP_SUMMARY
        portcullis gate -e evalsets/support \\
          --candidate openai:new@http://127.0.0.1:8000/v1 \\
          --production openai:old@http://127.0.0.1:8001/v1
        portcullis gate --run latest
        portcullis gate --scores production.csv candidate.csv \\
          --margin 0.05 --cases 200

      An unfinished run of the same plan is continued and pays only for what is
      missing; a finished run is never reused unless --reuse or --run says so.
      Without a policy in the config the default one decides, and the report
      says so.
      """)

  @OptionGroup var plan: PlanOptions
  @OptionGroup var options: RunOptions

  @Option(help: ArgumentHelp("A target's name, or provider:model[@base_url].", valueName: "target"))
  var candidate: String?

  @Option(help: ArgumentHelp("A target's name, or provider:model[@base_url].", valueName: "target"))
  var production: String?

  @Option(name: .customLong("run"), help: ArgumentHelp("Decide again from this run's records; nothing is called.", valueName: "run"))
  var decideAgain: String?

  @OptionGroup var scores: ScoreOptions

  @Flag(help: "A short report: the verdict, the rules, the arms.")
  var compact = false

  func validate() throws {
    try validateScores()
    if decideAgain != nil {
      if options.fresh || options.reuse != nil {
        throw ValidationError("--run decides from the records; it cannot be combined with --fresh or --reuse")
      }
    }
    let paths = try options.reports.map(ReportFile.init).map(\.path)
    for (place, path) in paths.enumerated() where paths[..<place].contains(path) {
      throw ValidationError("two reports name '\(visible(path))': the second would replace the first")
    }
  }

  func run() async throws {
    let files = try options.reports.map(ReportFile.init)
    for file in files { try file.probe() }
    if scores.isGiven { return try await decideScores(files) }
    let loaded = try loadPlan(
      plan, run: options, candidate: candidate, production: production, arms: [.candidate, .production], decides: true)
    if decideAgain != nil { try requireStore(options.store ?? loaded.config.store) }
    let work = try RunWork(plan: loaded, options: options, kind: .gate)
    let result: RunWork.Result
    if let decideAgain { result = try again(decideAgain, loaded, work.store) } else { result = try await work.work() }
    let decision = try work.store.decide(loaded, of: result.run, facts: result.facts)
    let notes = (loaded.policy.isDefault ? ["policy: the default, since the config writes none"] : []) + result.notes
    let input = try work.store.reportInput(decision, of: result.run, notes: notes, worst: options.verbose ? 50 : 5)
    try deliver(input, json: options.json, files: files, isCompact: compact)
    try work.store.close()
    throw Exit(code: decision.exitCode)
  }

  /// The records of a run of the same plan, as far as they go.
  private func again(_ name: String, _ plan: LoadedPlan, _ store: Store) throws -> RunWork.Result {
    let run = try store.run(named: name)
    guard run.planDigest == plan.digest(kind: RunKind.gate.rawValue) else {
      throw CommandFailure(
        "run \(run.id) is of another plan than these files and options",
        help: "decide it with the files and options it was made with, or start a run of this plan",
        code: .badInput)
    }
    guard run.state == .finished || run.stop != .interrupted, run.state != .running else {
      throw CommandFailure(
        "run \(run.id) is not finished", help: "run 'portcullis gate' again: it goes on where the run stopped", code: .badInput)
    }
    let stop: RunFacts.Stop =
      switch run.stop {
      case .budget: .budget
      case .deadline: .deadline
      case .unreachable: .unreachable
      case .finished, .interrupted, nil: .finished
      }
    return RunWork.Result(
      run: run,
      facts: RunFacts(
        stop: stop, arms: plan.arms.map(\.arm), plannedCases: run.plannedCases, isFiltered: plan.filter.isActive,
        concurrency: plan.arms.map(\.target.limits.concurrency).max() ?? 1, currency: plan.currency,
        behaviours: plan.behaviours),
      notes: ["decided again from the records of \(run.createdAt)"] + (try store.roundNotes(of: run)))
  }
}
