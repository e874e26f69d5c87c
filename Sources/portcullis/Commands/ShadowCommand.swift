import ArgumentParser
import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports

struct ShadowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shadow",
    abstract: "Decides on production traffic: is the candidate different, is it worse?",
    discussion: """
      EXAMPLES
        portcullis shadow pairs.jsonl
        portcullis shadow monday.jsonl tuesday.jsonl --candidate next \\
          --recorded --report markdown=$GITHUB_STEP_SUMMARY
        portcullis shadow traffic.jsonl --candidate next --production now \\
          --sample 2% --budget "5 USD"

      Each line is one request with the answers it got (JSON Lines):
        {"id": "r1", "input": "…", "tags": {"language": "de"},
         "production": {"text": "…", "score": 1},
         "candidate": {"text": "…", "score": 0.8},
         "noise": {"text": "…", "score": 1}}
      'noise' is production's answer to the same request, asked again: without
      it nobody knows how often production differs from itself. Scores, from 0
      to 1, are recorded, or given by checks in the config (shadow: {checks}).

      Answers that lines lack are asked of --candidate, and of --production a
      second time; a judge that the policy names compares them. With --recorded
      nothing is asked. No tool is ever run: calls that production made too get
      the result in the line's 'tool_results', others a stub.

      A candidate that differs and is not shown to be worse waits for people
      (97); one that is worse fails (99). The policy's 'shadow' rules decide.
      """)

  @Argument(help: ArgumentHelp("Files of shadow pairs or triples, JSON Lines.", valueName: "pairs"))
  var pairs: [String]

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The configuration file (default: portcullis.yaml here or in a parent folder).", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Whose answers are judged: a target's name, or provider:model[@base_url].", valueName: "target"))
  var candidate: String?

  @Option(help: ArgumentHelp("What is in production: a target's name, or provider:model[@base_url].", valueName: "target"))
  var production: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Overrides one field of a target: targets.NAME.KEY=VALUE; repeatable.", valueName: "assignment"))
  var sets: [String] = []

  @Option(
    name: .customLong("api-key-env"),
    help: ArgumentHelp("Environment variable with the key for targets given as provider:model@url.", valueName: "name"))
  var apiKeyVariable: String?

  @Flag(help: "Ask nothing: --candidate and --production only say who gave the recorded answers.")
  var recorded = false

  @Option(help: ArgumentHelp("Ask about this share of the requests, drawn by their digests, as in 2%.", valueName: "share"))
  var sample: String?

  @Option(help: ArgumentHelp("Ask about so many requests at most, drawn by their digests.", valueName: "number"))
  var limit: Int?

  @Option(help: ArgumentHelp("With --limit: draw as many of each value of this tag, as far as there are.", valueName: "tag"))
  var strata: String?

  @OptionGroup var options: RunOptions

  @Flag(help: "A short report: the verdict, the rules, the arms.")
  var compact = false

  func validate() throws {
    let paths = try options.reports.map(ReportFile.init).map(\.path)
    for (place, path) in paths.enumerated() where paths[..<place].contains(path) {
      throw ValidationError("two reports name '\(visible(path))': the second would replace the first")
    }
    _ = try size()
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it must be 1 or more") }
    if strata != nil, limit == nil {
      throw ValidationError("--strata divides a --limit, which is not given; --sample takes the same share of each")
    }
    if options.repeats != nil || options.reuse != nil {
      throw ValidationError(
        "\(options.repeats != nil ? "--repeats" : "--reuse") does not belong to 'shadow': each arm is asked once, and afresh")
    }
  }

  /// Options of asking are refused where nobody is asked: whoever gives a budget must not think that it held.
  private func refuseStray(asks: Bool) throws {
    let ofAsking: [(String, Bool)] = [
      ("--sample", sample != nil), ("--limit", limit != nil), ("--budget", options.budget != nil),
      ("--concurrency", options.concurrency != nil),
      ("--timeout", options.timeout != nil), ("--fresh", options.fresh), ("--store", options.store != nil && candidate == nil),
      ("--seed", options.seed != nil),
    ]
    guard !asks, let stray = ofAsking.first(where: \.1) else { return }
    throw ValidationError(
      recorded
        ? "\(stray.0) and --recorded cannot be combined: nothing is asked" : "\(stray.0) is for asking: name --candidate or --production")
  }

  private func size() throws -> ShadowSelection.Size {
    if sample != nil, limit != nil { throw ValidationError("--sample and --limit cannot be combined") }
    if let limit { return .count(limit) }
    guard let sample else { return .all }
    do throws(UnitProblem) {
      let share = try parseShare(sample)
      if share > 0 { return .share(share) }
    } catch { throw ValidationError("--sample", error.message, help: error.help) }
    throw ValidationError("--sample is '\(sample)'; it must be above 0")
  }

  func run() async throws {
    let files = try options.reports.map(ReportFile.init)
    for file in files { try file.probe() }
    let began = Date(), start = ContinuousClock.now
    let loaded = try loadConfig(
      path: config ?? findConfig(),
      overrides: ConfigOverrides(
        candidate: candidate, production: production, sets: sets, apiKeyVariable: apiKeyVariable, budget: options.budget),
      environment: ProcessInfo.processInfo.environment)
    let judge = ShadowNeeds(loaded.shadow).change?.judge.flatMap { name in loaded.judges.first { sameBytes($0.name, name) } }
    let asks = !recorded && (candidate != nil || production != nil || judge != nil)
    try refuseStray(asks: asks)
    if !options.quiet { for warning in loaded.warnings { note(warning.description) } }
    let named = ShadowTargets(
      candidate: candidate == nil ? nil : loaded.candidate.map { adjusted($0, options) },
      production: production == nil ? nil : loaded.production.map { adjusted($0, options) }, judge: judge)
    var asked: ShadowAnswers?
    if asks {
      asked = try await ShadowAsking(pairs: pairs, config: loaded, options: options, size: size(), strata: strata, targets: named).work()
    }
    let request = ShadowRequest(
      pairs: pairs, policy: loaded.shadow, checks: loaded.shadowChecks, candidate: named.candidate, production: named.production,
      judge: judge, asked: asked)
    let waivers = loaded.waiversToday
    // Reading blocks; the pool of tasks must not wait for disks.
    let decided = try await onOwnThread { try ShadowDecision(request, waivers: waivers) }
    // Only a candidate that is named can be promoted: what was merely recorded has no digest of its own.
    if candidate != nil { try decided.decision.enterLedger(of: options.store ?? loaded.store) }
    if !options.quiet { for warning in decided.files.problems { note(warning.description) } }
    let input = decided.reportInput(started: began, took: ContinuousClock.now - start)
    try deliver(
      input, json: options.json, files: files, isCompact: compact,
      again: "the same command decides and writes it again, and asks nothing that is recorded")
    try asked?.finish()
    throw Exit(code: decided.decision.exitCode)
  }
}
