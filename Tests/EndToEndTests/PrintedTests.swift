import Foundation
import Testing

extension EndToEnd {
  /// Everything else the command prints, one file for each text; `PORTCULLIS_RECORD=1` rewrites them and fails once.
  @Suite struct Printed {
    private static let commands = [
      "", "gate", "shadow", "run", "validate", "report", "export", "export trials", "checks", "explain", "stats", "plan-size",
      "promote", "rollback", "history", "replay-server",
      "canary", "canary start", "canary observe", "canary status", "canary advance", "canary stop", "canary backtest",
    ]

    @Test(arguments: commands) func helpShowsExamples(_ command: String) throws {
      let result = try Self.run(command.split(separator: " ").map(String.init) + ["--help"])
      #expect(result.code == 0)
      #expect(result.errors.isEmpty)
      #expect(result.output.contains("EXAMPLES") || command == "export", "'\(command) --help' shows no example")
      expectSnapshot(result.output, "help\(command.isEmpty ? "" : "-")\(command.replacingOccurrences(of: " ", with: "-"))")
    }

    @Test func helpNamesEveryCommandThatHasASnapshot() throws {
      let help = try Self.run(["--help"]).output
      let listed = try #require(help.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first)
      let names = listed.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") && !$0.contains("See '") }
        .compactMap { $0.split(separator: " ").first.map(String.init) }
      #expect(names.sorted() == Self.commands.filter { !$0.isEmpty && !$0.contains(" ") }.sorted())
    }

    @Test func theVersionIsANumber() throws {
      let result = try Self.run(["--version"])
      #expect(result.code == 0)
      #expect(result.output.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    }

    @Test func checksAreListed() throws {
      let result = try Self.run(["checks"])
      #expect(result.code == 0)
      expectSnapshot(result.output, "checks")
    }

    @Test(arguments: ["numeric", "regex", "judge"]) func aCheckIsExplained(_ check: String) throws {
      let result = try Self.run(["explain", check])
      #expect(result.code == 0)
      expectSnapshot(result.output, "explain-\(check)")
    }

    @Test func everyCheckIsExplained() throws {
      for line in try Self.run(["checks"]).output.split(separator: "\n") {
        let name = try #require(line.split(separator: " ").first.map(String.init))
        let result = try Self.run(["explain", name])
        #expect(result.code == 0 && result.output.hasPrefix("\(name): ") && result.output.contains("Examples"), "explain \(name)")
      }
    }

    @Test func validateOfTheDemosFiles() throws {
      expectSnapshot(try Binary.run(["validate"], in: checkout).shown, "validate-good")
    }

    @Test func validateOfAProjectWithEveryKindOfProblem() throws {
      let scratch = try Self.badProject()
      let result = try Binary.run(["validate"], in: scratch.url)
      #expect(result.code == 65)
      expectSnapshot(result.shown, "validate-bad-config")
      try scratch.write(Self.goodConfig, to: "portcullis.yaml")
      let cases = try Binary.run(["validate"], in: scratch.url)
      #expect(cases.code == 65)
      expectSnapshot(cases.shown, "validate-bad-cases")
      expectSnapshot(try Binary.run(["validate", "--json"], in: scratch.url).shown, "validate-bad-cases-json")
    }

    /// Errors of the command line and of what it names; `shown` begins with the exit code.
    @Test(
      arguments: [
        ("no-config", ["gate"]), ("unknown-command", ["gaet"]), ("unknown-option", ["gate", "--jsno"]), ("no-store", ["report", "latest"]),
        ("unknown-check", ["explain", "contians"]), ("bad-report", ["gate", "--report", "pdf=x"]),
        ("bad-timeout", ["gate", "--timeout", "30"]),
        ("bad-target", ["gate", "-e", "cases.yaml", "--candidate", "opnai:new"]),
        ("bad-combination", ["gate", "--fresh", "--run", "latest"]),
        ("missing-evalset", ["gate", "-e", "missing", "--candidate", "openai:new@http://127.0.0.1:9/v1"]),
      ] as [(String, [String])])
    func anErrorSaysWhatToDo(_ name: String, _ arguments: [String]) throws {
      let result = try Self.run(arguments)
      #expect([64, 65].contains(result.code))
      #expect(result.output.isEmpty)
      expectSnapshot(result.shown, "error-\(name)")
    }

    /// A run without a decision, and what comes when it is asked for one.
    @Test func aRunIsTold() throws {
      let scratch = try Scratch()
      try scratch.write(
        "- {id: one, input: hello, checks: [{contains: hi}]}\n- {id: two, input: bye, checks: [{contains: hi}]}\n", to: "cases.yaml")
      try scratch.write("{\"contains\":\"hello\",\"text\":\"hi\"}\n{\"text\":\"no\",\"latency_ms\":20}\n", to: "rules.jsonl")
      let run = try Binary.run(["run", "cases.yaml", "--target", "scripted:rules.jsonl"], in: scratch.url)
      #expect(run.code == 0)
      expectSnapshot(run.shown.withoutRunIDs, "run")
      let report = try Binary.run(["report", "latest"], in: scratch.url)
      #expect(report.code == 65)
      expectSnapshot(report.shown.withoutRunIDs, "report-of-a-run")
      let unknown = try Binary.run(["report", "latest~7"], in: scratch.url)
      #expect(unknown.code == 65)
      expectSnapshot(unknown.shown, "report-of-no-run")
    }

    /// The made stream whose end recordings/README.md tells.
    @Test func aBacktestIsTold() throws {
      let arguments = ["canary", "backtest", "--observations", "recordings/canary-worse.jsonl", "--traffic", "30%", "--by", "segment"]
      let result = try Binary.run(arguments, in: checkout)
      #expect(result.code == 99 && result.output.contains("11.9 h  rollback"))
      expectSnapshot(result.shown.withoutRunIDs, "canary-backtest-worse")
    }

    @Test func aCanaryIsTold() throws {
      let scratch = try Scratch()
      try scratch.write(
        """
        targets:
          candidate: {provider: openai, model: new}
          production: {provider: openai, model: old}
        policy:
          canary: {traffic: 5%, rules: [no-regression: {margin: 3%}, error-rate], requests_per_hour: 2000}

        """, to: "portcullis.yaml")
      let start = ["canary", "start", "--at", "2026-09-16T08:00:00Z"]
      let result = try Binary.run(start, in: scratch.url)
      #expect(result.code == 0)
      expectSnapshot(result.shown, "canary-start")
      let refused = try Binary.run(start + ["--requests-per-hour", "100"], in: scratch.url)
      #expect(refused.code == 65)
      expectSnapshot(refused.shown, "canary-start-refused")
      let status = try Binary.run(["canary", "status", "--at", "1"], in: scratch.url)
      #expect(status.code == 98)
      expectSnapshot(status.shown.withoutRunIDs, "canary-status-silent")
    }

    /// In an empty folder.
    private static func run(_ arguments: [String]) throws -> Binary.Result {
      let scratch = try Scratch()
      return try withExtendedLifetime(scratch) { try Binary.run(arguments, in: scratch.url) }
    }

    private static let goodConfig = """
      targets:
        candidate: {provider: scripted, file: rules.jsonl}
      evalsets: [suite]

      """

    private static func badProject() throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(
        """
        tragets: {}
        targets:
          candidate: {provider: opnai, model: new}
          production: {provider: openai, model: old, api_key: sk-live-1234567890, limits: {concurrency: 5000}, timeouts: {total: 30}}
        evalsets: [suite, missing]
        policy:
          error_rates: {wrong_pass: 0.8}
          offline:
            - complete
            - no-regresion: {margin: 5}
            - no-broken-cases
            - pass-rate: {min: 90}
            - latency: {limit: 2}
            - cost-per-request: {limit: 20}
        budget: {cost: 5}

        """, to: "portcullis.yaml")
      try scratch.write(
        """
        - id: one
          inptu: hello
          checks: [{contians: hi}]
        - id: one
          input: bye
          checks: [{regex: "("}, {max-words: -1}, {contains: ""}]
        - {id: two, input: hello}
        - {id: 3, input: hello, checks: [is-json]}
        - {id: four, vars: {name: x}, checks: [{judge: helpful}], severity: high}

        """, to: "suite/cases.yaml")
      try scratch.write("{\"text\":\"hi\"}\n", to: "rules.jsonl")
      return scratch
    }
  }
}

extension Binary.Result {
  /// All that a person sees, as a file can hold it.
  fileprivate var shown: String {
    "exit \(code)\n" + (output.isEmpty ? "" : "--- standard output\n\(output)") + (errors.isEmpty ? "" : "--- standard error\n\(errors)")
  }
}

extension String {
  fileprivate var withoutRunIDs: String { replacing(/\b[0-9a-f]{12}\b/, with: "000000000000") }
}

/// Compares with the file of that name; with `PORTCULLIS_RECORD=1` a difference is written, and fails this once.
private func expectSnapshot(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let folder = checkout.appending(path: "Tests/EndToEndTests/__Snapshots__")
  let file = folder.appending(path: name + ".txt")
  let known = try? String(contentsOf: file, encoding: .utf8)
  guard known != text else { return }
  guard ProcessInfo.processInfo.environment["PORTCULLIS_RECORD"] == "1" else {
    Issue.record(
      "\(name).txt \(known == nil ? "is missing" : "differs"); PORTCULLIS_RECORD=1 rewrites it. The text is now:\n\(text)",
      sourceLocation: sourceLocation)
    return
  }
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file, options: .atomic)
    Issue.record("\(name).txt was recorded; look at it and run again", sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(name).txt cannot be written: \(error)", sourceLocation: sourceLocation)
  }
}
