import ArgumentParser
import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports

struct ShadowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shadow",
    abstract: "Decides on recorded production traffic: is the candidate different, is it worse? Nothing is called.",
    discussion: """
      EXAMPLES
        portcullis shadow pairs.jsonl
        portcullis shadow monday.jsonl tuesday.jsonl --candidate next \\
          --report markdown=$GITHUB_STEP_SUMMARY

      Each line is one request with the answers it got (JSON Lines):
        {"id": "r1", "input": "…", "tags": {"language": "de"},
         "production": {"text": "…", "score": 1},
         "candidate": {"text": "…", "score": 0.8},
         "noise": {"text": "…", "score": 1}}
      'noise' is production's answer to the same request, asked again: without
      it nobody knows how often production differs from itself. Scores, from 0
      to 1, are recorded, or given by checks in the config (shadow: {checks}).

      A candidate that differs and is not shown to be worse waits for people
      (97); one that is worse fails (99). The policy's 'shadow' rules decide.
      """)

  @Argument(help: ArgumentHelp("Files of shadow pairs or triples, JSON Lines.", valueName: "pairs"))
  var pairs: [String]

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The configuration file (default: portcullis.yaml here or in a parent folder).", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Whose decision it is: a target's name, or provider:model[@base_url]; it must have given the candidate's answers.",
      valueName: "target"))
  var candidate: String?

  @Option(
    help: ArgumentHelp(
      "The target that gave production's answers: a name, or provider:model[@base_url].", valueName: "target"))
  var production: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Overrides one field of a target: targets.NAME.KEY=VALUE; repeatable.", valueName: "assignment"))
  var sets: [String] = []

  @Flag(name: .long, help: "Print the result as JSON on standard output.")
  var json = false

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp("Also write a report: json, junit, markdown or terminal; repeatable.", valueName: "format=path"))
  var reports: [String] = []

  @Flag(name: [.short, .long], help: "Nothing on standard error but errors.")
  var quiet = false

  @Flag(help: "A short report: the verdict, the rules, the arms.")
  var compact = false

  func validate() throws {
    guard !pairs.isEmpty else { throw ValidationError("no file of shadow pairs is named") }
    let paths = try reports.map(ReportFile.init).map(\.path)
    for (place, path) in paths.enumerated() where paths[..<place].contains(path) {
      throw ValidationError("two reports name '\(visible(path))': the second would replace the first")
    }
  }

  func run() async throws {
    let files = try reports.map(ReportFile.init)
    for file in files { try file.probe() }
    let began = Date(), start = ContinuousClock.now
    let path = config ?? findConfig()
    let loaded = try loadConfig(
      path: path, overrides: ConfigOverrides(candidate: candidate, production: production, sets: sets),
      environment: ProcessInfo.processInfo.environment)
    if !quiet { for warning in loaded.warnings { note(warning.description) } }
    let request = ShadowRequest(
      pairs: pairs, policy: loaded.shadow, checks: loaded.shadowChecks, candidate: candidate == nil ? nil : loaded.candidate,
      production: production == nil ? nil : loaded.production)
    let waivers = loaded.waivers.map { Waivers($0, day: today()) }
    // Reading blocks; the pool of tasks must not wait for disks.
    let decided = try await onOwnThread { try ShadowDecision(request, waivers: waivers) }
    // Only a candidate that is named can be promoted: what was merely recorded has no digest of its own.
    if candidate != nil { try decided.decision.enterLedger(of: loaded.store) }
    if !quiet { for warning in decided.files.problems { note(warning.description) } }
    let input = decided.reportInput(started: began, took: ContinuousClock.now - start)
    try deliver(input, json: json, files: files, isCompact: compact)
    throw Exit(code: decided.decision.exitCode)
  }
}
