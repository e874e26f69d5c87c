import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Every problem in config, evalsets, golden answers and policy at once. Nothing is called.",
    discussion: """
      EXAMPLES
        portcullis validate
        portcullis validate evalsets/support ci/portcullis.yaml

      Also says which rules cannot pass at the suite's size even if nothing is
      wrong. Warnings do not change the exit code.
      """)

  @Argument(help: ArgumentHelp("Config files and evalset folders (default: the config and what it names).", valueName: "path"))
  var paths: [String] = []

  @OptionGroup var plan: PlanOptions

  @Flag(help: "Print the problems as JSON on standard output.")
  var json = false

  func run() throws {
    var options = plan
    let configs = paths.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.filter {
      !$0.hasSuffix("cases.yaml") && !$0.hasSuffix("evalset.yaml")
    }
    let others = paths.filter { !configs.contains($0) }
    if configs.count > 1 { throw ValidationError("one config at a time: \(configs.joined(separator: ", "))") }
    if let config = configs.first { options.config = config }
    var found: [Diagnostic] = []
    var counts = ""
    var expected: [String] = []
    do {
      let wants = options.config ?? findConfig()
      // Without a config only the evalsets can be looked at; a stand-in for the candidate makes the plan.
      let candidate = wants == nil ? "openai:none@http://127.0.0.1:9/v1" : nil
      let loaded = try loadPlan(
        options, run: nil, candidate: candidate, production: nil, arms: [.candidate, .production], decides: wants != nil, cases: others)
      var cost = wants == nil ? nil : loaded.emptyEstimate()
      let summary = try loaded.sizes { testCase, trials in
        let sequential = loaded.policy.sequentialTrials(for: CaseFacts(testCase, plannedTrials: trials))
        cost?.add(testCase, trials: trials, sequential: sequential)
      }
      found = loaded.warnings + summary.warnings()
      counts = "\(plural(summary.cases, "case")) in \(plural(loaded.evalsets.count, "evalset")), \(plural(summary.trials, "trial")) planned"
      // What is told of files alone must not change with what a store happens to hold.
      expected = (cost?.words(currency: loaded.currency).map { ["plan: \($0)"] } ?? []) + loaded.forecast(summary) { nil }
    } catch let problems as Problems { found = problems.diagnostics } catch let problem as Diagnostic { found = [problem] }
    let hasErrors = found.contains { $0.severity == .error }
    if json {
      say(
        JSON.object([
          ("schema", .string("portcullis.validate/1")), ("valid", .bool(!hasErrors)), ("problems", .array(found.map(\.json))),
          ("expect", .array(expected.map(JSON.string))),
        ])
        .prettyText)
    } else {
      if !found.isEmpty { note(list(found)) }
      if !hasErrors {
        for line in expected { note(line) }
        say("valid: \(counts)")
      }
    }
    if hasErrors { throw Exit(code: .badInput) }
  }
}

extension Diagnostic {
  fileprivate var json: JSON {
    .object(present: [
      ("severity", .string(severity.rawValue)), ("message", .string(message)), ("file", place.map { .string($0.file) }),
      ("line", place?.line.map(JSON.int)), ("column", place?.column.map(JSON.int)), ("help", help.map(JSON.string)),
    ])
  }
}
