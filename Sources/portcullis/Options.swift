import ArgumentParser
import PortcullisCore
import PortcullisFormats

/// Options that `gate`, `run` and `validate` share; formats.md §11.
struct PlanOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The configuration file (default: portcullis.yaml here or in a parent folder).", valueName: "file"))
  var config: String?

  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp("An evalset folder or case file; repeatable; replaces the config's.", valueName: "path"))
  var evalset: [String] = []

  @Option(
    name: .customLong("case"),
    help: ArgumentHelp("Only cases whose id matches; a filtered gate is at best inconclusive (98).", valueName: "glob"))
  var caseGlob: String?

  @Option(
    name: .customLong("tag"),
    help: ArgumentHelp("Only cases with this tag (also behaviour, severity, evalset); repeatable.", valueName: "k=v"))
  var tags: [String] = []

  @Option(name: .long, help: "Only the first N cases.")
  var limit: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Overrides one field of a target: targets.NAME.KEY=VALUE; repeatable.", valueName: "assignment"))
  var sets: [String] = []

  @Option(
    name: .customLong("api-key-env"),
    help: ArgumentHelp("Environment variable with the key for targets given as provider:model@url.", valueName: "name"))
  var apiKeyVariable: String?

  @Option(
    help: ArgumentHelp(
      "Which cases share a source where nobody declared it: none, stem (ids without their last part), or a tag.", valueName: "grouping"))
  var clusters: String?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it must be 1 or more") }
    for tag in tags where !tag.contains("=") { throw ValidationError("--tag is '\(tag)'; write it as name=value") }
  }
}

/// Options of commands that ask models.
struct RunOptions: ParsableArguments {
  @Option(name: .long, help: "Trials per case and arm (the case's and the rule's own numbers come first).")
  var repeats: Int?

  @Option(name: .long, help: "Calls at once for each target, 1…1024.")
  var concurrency: Int?

  @Option(name: .long, help: ArgumentHelp("Total time limit of one call, as in 30s.", valueName: "duration"))
  var timeout: String?

  @Option(name: .long, help: ArgumentHelp("What the run may cost, as in \"5 USD\".", valueName: "money"))
  var budget: String?

  @Option(name: .long, help: ArgumentHelp("The folder of recorded runs (default: the config's, else .portcullis).", valueName: "folder"))
  var store: String?

  @Flag(name: .long, help: "Start a new run although an unfinished one of the same plan exists.")
  var fresh = false

  @Option(
    name: .long, help: ArgumentHelp("Use this earlier run's answers where the question is the same; reports say so.", valueName: "run"))
  var reuse: String?

  @Option(name: .long, help: "Seed of everything random in a run; recorded with it.")
  var seed: Int?

  @Flag(name: .long, help: "Print the result as JSON on standard output.")
  var json = false

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp("Also write a report: json, junit, markdown or terminal; repeatable.", valueName: "format=path"))
  var reports: [String] = []

  @Flag(name: [.short, .long], help: "No progress and no plan on standard error.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Show every ruling in full and more cases.")
  var verbose = false

  func validate() throws {
    if let repeats, !(1...1000).contains(repeats) { throw ValidationError("--repeats is \(repeats); it must be within 1 and 1000") }
    if let concurrency, !(1...1024).contains(concurrency) {
      throw ValidationError("--concurrency is \(concurrency); it must be within 1 and 1024")
    }
    if let timeout {
      let limit: Duration
      do throws(UnitProblem) { limit = try parseDuration(timeout) } catch {
        throw ValidationError("--timeout", error.message, help: error.help)
      }
      if limit <= .zero { throw ValidationError("--timeout is '\(timeout)'; it must be above 0") }
    }
    do throws(UnitProblem) { _ = try budget.map { text throws(UnitProblem) in try Money(parsing: text) } } catch {
      throw ValidationError("--budget", error.message, help: error.help)
    }
    if fresh, reuse != nil {
      throw ValidationError("--fresh and --reuse cannot be combined: one asks everything, the other takes answers over")
    }
  }
}

extension ValidationError {
  /// What is wrong with the value of an option, and what to write instead.
  init(_ option: String, _ message: String, help: String?) {
    self.init("\(option): \(message)" + (help.map { "; \($0)" } ?? ""))
  }
}
