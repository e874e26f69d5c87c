import ArgumentParser
import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

struct CanaryStart: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Begins a canary: what its policy needs at this traffic, then the record.",
    discussion: """
      EXAMPLES
        portcullis canary start support-2 --requests-per-hour 2000
        portcullis canary start --candidate support-small --at 2026-09-16T08:00:00Z

      The policy is 'policy.canary' of portcullis.yaml as it stands now; a later
      change does not touch a running canary. A plan that cannot decide before
      its deadline is refused (65), with the share or margin that could.
      """)

  @Argument(help: ArgumentHelp("What to call it (default: the candidate's name).", valueName: "name"))
  var name: String?

  @OptionGroup var source: CanaryConfigOptions

  @Option(help: ArgumentHelp("A target's name, or provider:model[@base_url].", valueName: "target"))
  var candidate: String?

  @Option(help: ArgumentHelp("A target's name, or provider:model[@base_url].", valueName: "target"))
  var production: String?

  @Option(help: ArgumentHelp("When the first request was or will be assigned, if not now.", valueName: "time"))
  var at: String?

  @Option(
    help: ArgumentHelp("Expected requests an hour, of both arms together (default: the policy's requests_per_hour).", valueName: "number"))
  var requestsPerHour: String?

  @Option(help: ArgumentHelp("Production's pass rate, for what to expect (default: 0.90).", valueName: "share"))
  var productionRate: String?

  @Option(help: ArgumentHelp("The folder of recorded canaries (default: the config's, else .portcullis).", valueName: "folder"))
  var store: String?

  func validate() throws {
    _ = try begin
    _ = try rate
    _ = try productionShare
  }

  func run() throws {
    let config = try source.load(candidate: candidate, production: production, mayBeMissing: false)
    for warning in config.warnings { note(warning.description) }
    let candidate = try config.requiredCandidate()
    guard let production = config.production else {
      throw Diagnostic(
        .error, "there is no target 'production'", at: config.file.map { Place(file: $0) },
        help: "a canary is compared with production: write 'targets.production', or give '--production'")
    }
    let canary = config.canary
    try requireVariables(canary.contacts)
    try tellForecast(canary)
    let store = try Store.open(folder: self.store ?? config.store)
    let begin = try begin ?? WallTime.now
    let record = try store.startCanary(
      NewCanary(
        name: try checkedName(candidate, in: store), candidate: (candidate.name, candidate.digest),
        production: (production.name, production.digest), policy: canary.policy.json,
        facts: facts(config, candidate: candidate, production: production), state: Canary(canary.policy).json, startedAt: begin))
    for line in lines(record, canary, candidate, production) { say(line) }
    try store.close()
  }

  private func lines(_ record: CanaryRecord, _ canary: CanaryConfig, _ candidate: Target, _ production: Target) -> [String] {
    let stages = canary.policy.stages.map { "\(percent($0.share)) for \(shownHours($0.bake))" }.joined(separator: ", then ")
    var lines = [
      "canary \(visible(record.name)): \(visible(candidate.name)) (\(visible(candidate.model))) beside \(visible(production.name))"
        + " (\(visible(production.model))), from \(record.startedAt)",
      "traffic: \(stages); deadline \(shownHours(canary.policy.deadline)), then \(canary.policy.onTimeout.rawValue)",
    ]
    if canary.policy.isDefault { lines.append("policy: the default, since the config writes none") }
    if canary.contacts.actions[.rollback] == nil {
      lines.append("nobody is called at a rollback: 'policy.canary.actions.rollback' names a webhook or command")
    }
    lines.append("feed it: portcullis canary observe FILE --canary \(visible(record.name))")
    return lines
  }

  private func checkedName(_ candidate: Target, in store: Store) throws -> String {
    if let name {
      if let trouble = problem(inCanaryName: name) {
        throw CommandFailure("a canary cannot be named '\(visible(name))': \(trouble)", code: .badInput)
      }
      return name
    }
    let taken = Set(try store.canaries(limit: 10_000).map(\.name))
    let wanted = problem(inCanaryName: candidate.name) == nil ? candidate.name : "canary"
    if !taken.contains(wanted) { return wanted }
    var number = 2
    while taken.contains("\(wanted)-\(number)") { number += 1 }
    return "\(wanted)-\(number)"
  }

  /// At the rollback it would be too late to find out.
  private func requireVariables(_ contacts: CanaryContacts) throws {
    let environment = ProcessInfo.processInfo.environment
    var problems = [Diagnostic]()
    for (key, destination) in contacts.named {
      guard case .webhook(let hook) = destination else { continue }
      var names = [hook.tokenVariable].compactMap(\.self)
      if case .variable(let name) = hook.address { names.insert(name, at: 0) }
      for name in names where environment[name]?.isEmpty ?? true {
        problems.append(
          Diagnostic(
            .error, "the environment variable '\(name)' is not set; '\(key)' of 'policy.canary' needs it", help: "export \(name)=…"))
      }
    }
    if !problems.isEmpty { throw Problems(problems) }
  }

  private func facts(_ config: Config, candidate: Target, production: Target) -> JSON {
    let git = GitFacts(folder: config.folder)
    return .object(present: [
      ("contacts", config.canary.contacts.json),
      ("models", .object([("candidate", .string(candidate.model)), ("production", .string(production.model))])),
      ("currency", .string(config.currency ?? "USD")), ("config", config.file.map(JSON.string)),
      ("git", git.revision.map { .object(present: [("revision", .string($0)), ("dirty", git.isDirty.map(JSON.bool))]) }),
      ("portcullis", .string(Portcullis.version)),
    ])
  }

  private var begin: WallTime? {
    get throws {
      try at.map { text in
        guard let moment = moment(text) else {
          throw ValidationError("--at is '\(visible(text))', which is no time; write it as in '2026-09-16T13:40:00Z'")
        }
        return WallTime(milliseconds: moment / 1000)
      }
    }
  }

  private var rate: Int? {
    get throws {
      guard let requestsPerHour else { return nil }
      do throws(UnitProblem) { return try parseRate(requestsPerHour) } catch {
        throw ValidationError("--requests-per-hour: '\(visible(requestsPerHour))' is no count; write it as in '2000' or '60k'")
      }
    }
  }

  private var productionShare: Double {
    get throws {
      guard let productionRate else { return 0.90 }
      guard let share = try? parseShare(productionRate), share > 0, share < 1 else {
        throw ValidationError("--production-rate is '\(visible(productionRate))'; it must lie above 0 and below 1, as in 0.9 or 90%")
      }
      return share
    }
  }

  private func tellForecast(_ canary: CanaryConfig) throws {
    guard let rate = try rate ?? canary.requestsPerHour else {
      note(
        Diagnostic(
          .warning, "nobody said how many requests an hour there are, so nothing is said of how long this takes",
          help: "give --requests-per-hour, or write 'requests_per_hour' in 'policy.canary'"
        ).description)
      return
    }
    let share = try productionShare
    guard let forecast = CanaryForecast(canary.policy, requestsPerHour: Double(rate), productionRate: share) else {
      note("nothing is forecast: no deciding 'no-regression' weighs scores")
      return
    }
    for line in forecast.sentences { say(line) }
    guard !forecast.canDecide else { return say(forecast.conclusion) }
    throw CommandFailure(
      "this canary cannot decide: \(forecast.conclusion)",
      help: "change 'traffic', 'deadline' or the margin in 'policy.canary'; nothing was started", code: .badInput)
  }
}

extension CanaryContacts {
  /// Each with the key it is written under.
  fileprivate var named: [(String, Destination)] {
    Action.allCases.compactMap { action in actions[action].map { ("actions.\(action.rawValue)", $0) } }
      + CanaryAlert.Tier.allCases.compactMap { tier in alerts[tier].map { ("alerts.to (\(tier.rawValue))", $0) } }
  }
}
