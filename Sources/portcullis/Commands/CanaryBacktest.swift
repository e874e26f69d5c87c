import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports

struct CanaryBacktest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Replays recorded observations: when the policy would have decided what.",
    discussion: """
      EXAMPLES
        portcullis canary backtest --observations requests.jsonl
        portcullis canary backtest --observations - --traffic 10% < requests.jsonl
        portcullis canary backtest --observations requests.jsonl --json

      The same machine as of a live canary, without a store and without calling
      anybody; the share is taken to move when the policy says so. The exit code
      is that of 'canary status' at the end of the stream: 0 promote, 98 continue
      or hold, 99 rollback. A file with a line that cannot be read is refused
      (65).
      """)

  @Option(help: ArgumentHelp("Recorded observations, JSON Lines; '-' reads standard input.", valueName: "file"))
  var observations: String

  @OptionGroup var source: CanaryConfigOptions

  @Option(help: ArgumentHelp("The split that the stream was recorded with, in place of the policy's stages.", valueName: "share"))
  var traffic: String?

  @Option(help: ArgumentHelp("When the canary began, for a stream that writes times (default: its first).", valueName: "time"))
  var start: String?

  @Option(help: ArgumentHelp("Requests, quality and cost by segment, feature, type, model or version.", valueName: "field"))
  var by: ObservationField?

  @Flag(name: .long, help: "Print the result as JSON on standard output.")
  var json = false

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp("Also write a report: json, junit, markdown or terminal; repeatable.", valueName: "format=path"))
  var reports: [String] = []

  @Flag(name: [.short, .long], help: "No word on standard error about what was read.")
  var quiet = false

  func validate() throws {
    _ = try reports.map(ReportFile.init)
    _ = try share
    _ = try begin
  }

  func run() throws {
    let files = try reports.map(ReportFile.init)
    for file in files { try file.probe() }
    let config = try source.load(mayBeMissing: true)
    for warning in config.warnings where !quiet { note(warning.description) }
    let replay = try CanaryReplay(policy: try policy(config.canary.policy), path: observations, start: try begin)
    if !quiet { for line in replay.notes { note(line) } }
    let report = replay.report(config)
    let notes =
      ["a backtest; nothing is recorded, nobody is called"]
      + (config.canary.policy.isDefault ? ["policy: the default, since the config writes none"] : [])
    let name = observations.split(separator: "/").last.map(String.init) ?? observations
    let input = report.input(
      started: "", sources: [observations == "-" ? "standard input" : name], notes: notes)
    try deliver(report, input, json: json, by: by, files: files)
    throw Exit(code: report.decision.exitCode)
  }

  /// The policy with one stage at the recorded split, baked as long as all of its stages together.
  private func policy(_ written: CanaryPolicy) throws -> CanaryPolicy {
    guard let share = try share else { return written }
    var policy = written
    policy.stages = [CanaryStage(share: share, bake: written.stages.reduce(0) { $0 + $1.bake })]
    return policy
  }

  private var share: Double? {
    get throws {
      guard let traffic else { return nil }
      let value: Double
      do throws(UnitProblem) { value = try parseShare(traffic) } catch {
        throw ValidationError("--traffic", error.message, help: error.help)
      }
      guard value > 0, value < 1 else { throw ValidationError("--traffic is '\(traffic)'; it must lie above 0 and below 100%") }
      return value
    }
  }

  private var begin: Int? {
    get throws {
      try start.map { text in
        guard let moment = moment(text) else {
          throw ValidationError("--start is '\(visible(text))', which is no time; write it as in '2026-09-16T13:40:00Z'")
        }
        return moment
      }
    }
  }
}
