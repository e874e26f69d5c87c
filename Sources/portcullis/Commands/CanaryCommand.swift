import ArgumentParser
import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate

struct CanaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "canary",
    abstract: "A candidate on a slice of live traffic: continue, promote, hold or roll back.",
    discussion: """
      EXAMPLES
        What the policy needs at this traffic, and begin:
          portcullis canary start support-2 --requests-per-hour 2000
        Feed what the router logged, again and again:
          portcullis canary observe requests.jsonl
        How it stands; exits 0 only for promote:
          portcullis canary status
        What the policy would have done with a recorded stream:
          portcullis canary backtest --observations requests.jsonl

      The policy is 'policy.canary' of portcullis.yaml; docs/guides/canary.md
      says how it decides and what an observation is.
      """,
    subcommands: [
      CanaryStart.self, CanaryObserve.self, CanaryStatus.self, CanaryAdvance.self, CanaryStop.self, CanaryBacktest.self,
    ])

  /// A bare call must not look like a pass.
  func run() throws {
    let names = Self.configuration.subcommands.compactMap { $0.configuration.commandName }
    throw ValidationError("canary needs to be told what to do: \(names.joined(separator: ", "))")
  }
}

/// `--config` and what it changes, for commands that read the canary's policy.
struct CanaryConfigOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The configuration file (default: portcullis.yaml here or in a parent folder).", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Overrides one field of a target: targets.NAME.KEY=VALUE; repeatable.", valueName: "assignment"))
  var sets: [String] = []

  /// The config; the default policy where there is none and it may be missing.
  func load(candidate: String? = nil, production: String? = nil, mayBeMissing: Bool) throws -> Config {
    let path = config ?? findConfig()
    if path == nil, !mayBeMissing {
      throw Diagnostic(
        .error, "there is no portcullis.yaml here or in a parent folder",
        help: "name one with '--config'; it says who is compared and by what")
    }
    return try loadConfig(
      path: path, overrides: ConfigOverrides(candidate: candidate, production: production, sets: sets),
      environment: ProcessInfo.processInfo.environment)
  }
}

extension ObservationField: ExpressibleByArgument {}
