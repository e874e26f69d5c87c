import Foundation
import Testing

extension EndToEnd {
  /// `plan-size`, and what a plan says of itself before it is asked.
  @Suite struct PlanSize {
    private static func run(_ arguments: String...) throws -> Binary.Result {
      let scratch = try Scratch()
      return try withExtendedLifetime(scratch) { try Binary.run(["plan-size"] + arguments, in: scratch.url) }
    }

    // statistics.md §12: 687 cases for 3 points at 10 %; 88 without a difference.
    @Test func aMarginAloneGivesTheTableOfCases() throws {
      let result = try Self.run("--margin", "3%")
      #expect(result.code == 0 && result.errors.isEmpty)
      let row = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("> 3 points") })
      #expect(row.split(separator: " ").dropFirst(3).map(String.init) == ["88", "138", "344", "687", "1374"])
      let json = try Self.run("--margin", "0.03", "--discordance", "0.1", "--json")
      let rows = try #require(member(json.output, "margins") as? [[String: Any]])
      #expect(rows.count == 5)
      let cell = try #require((rows[2]["cells"] as? [[String: Any]])?.first)
      #expect(cell["cases"] as? Int == 687)
      // Over all tables of 687 pairs; Python.
      #expect(abs(((cell["ends"] as? [String: Double])?["pass"] ?? 0) - 0.7922913679) < 1e-9)
    }

    // statistics.md §12: graded 169, unpaired 1237.
    @Test(arguments: [
      (["--sd", "0.1"], "169"), (["--unpaired", "--rate", "90%"], "1237"), (["--variance", "1%", "--noise", "0"], "169"),
    ])
    func otherQuestionsHaveTheirOwnTables(_ row: ([String], String)) throws {
      let result = try Binary.run(["plan-size", "--margin", "3%"] + row.0, in: FileManager.default.temporaryDirectory)
      #expect(result.code == 0)
      let marked = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("> 3 points") })
      #expect(marked.split(separator: " ").contains { $0 == row.1 }, "\(result.output)")
    }

    @Test(arguments: [
      ["--margin", "3"], ["--margin", "0"], ["--margin", "nan"], ["--margin", "1"], [], ["--margin", "3%", "--power", "0.5"],
      ["--margin", "3%", "--power", "100%"], ["--margin", "3%", "--discordance", "0"], ["--margin", "3%", "--alpha", "0.6"],
      ["--margin", "3%", "--discordance", "1%", "--difference", "-5%"], ["--margin", "3%", "--sd", "0.1", "--variance", "0.01"],
      ["--margin", "3%", "--cluster-size", "10"], ["--margin", "3%", "--cluster-size", "inf", "--icc", "0.1"],
      ["--margin", "3%", "--icc", "2", "--cluster-size", "4"], ["--margin", "3%", "--repeats", "3"], ["--margin", "3%", "--rate", "0.9"],
      ["--margin", "3%", "--unpaired", "--sd", "0.1"], ["--margin", "3%", "--ratio", "nan", "--unpaired"],
      ["-e", "missing.yaml", "--power", "0.9"],
    ])
    func aSenselessQuestionIsRefusedWithItsReason(_ arguments: [String]) throws {
      let result = try Binary.run(["plan-size"] + arguments, in: FileManager.default.temporaryDirectory)
      #expect(result.code == 64, "\(arguments)")
      #expect(result.output.isEmpty)
      #expect(result.errors.contains("--"), "\(result.errors)")
    }

    /// 60 cases, six of which only production passes and three only the candidate.
    private static func project(_ policy: String = "no-regression: {margin: 0.10}") throws -> Scratch {
      let scratch = try Scratch()
      let cases = (0..<60).map { "- {id: c\($0), input: \"question \($0) end\", checks: [{contains: right}]}\n" }
      try scratch.write(cases.joined(), to: "suite/cases.yaml")
      func rules(_ wrong: ClosedRange<Int>) -> String {
        wrong.map { "{\"contains\":\"question \($0) end\",\"text\":\"wrong\"}\n" }.joined() + "{\"text\":\"right\"}\n"
      }
      try scratch.write(rules(0...5), to: "candidate.jsonl")
      try scratch.write(rules(6...8), to: "production.jsonl")
      try scratch.write(
        """
        targets:
          candidate: {provider: scripted, file: candidate.jsonl}
          production: {provider: scripted, file: production.jsonl}
        evalsets: [suite]
        policy:
          offline:
            - complete
            - \(policy)

        """, to: "portcullis.yaml")
      return scratch
    }

    @Test func aSuiteIsReckonedByItsOwnHistoryWhereItHasOne() throws {
      let scratch = try Self.project()
      let before = try Binary.run(["plan-size"], in: scratch.url)
      #expect(before.code == 0)
      #expect(before.output.contains("suite: 60 cases, 60 trials an arm"))
      #expect(before.output.contains("assumed, for the store has no finished gate of this suite: 10 % of the cases differ"))
      // All tables of 60 pairs at ψ = 0.1; Python.
      let row = try #require(before.output.split(separator: "\n").first { $0.hasPrefix("> 10 points") })
      #expect(row.contains("71.9 %"))

      let plan = try Binary.run(["gate"], in: scratch.url)
      #expect(
        plan.errors.contains(
          "expect, with 10 % of the cases differing between the arms (assumed): no-regression, margin 10 points: interval ±"))
      #expect(plan.errors.contains("equal models pass with 71.9 %, end inconclusive with 26.8 %"))
      let id = try #require(plan.errors.split(separator: " ").first { $0.hasSuffix(":") && $0.utf8.count == 13 }?.dropLast())

      let after = try Binary.run(["plan-size", "--json"], in: scratch.url)
      #expect(member(after.output, "basis", "source") as? String == "run")
      #expect(member(after.output, "basis", "run") as? String == String(id))
      #expect(member(after.output, "basis", "discordance") as? Double == 0.15)
      // Files alone say the same whatever a store holds.
      #expect(try Binary.run(["validate"], in: scratch.url).errors.contains("with 10 % of the cases differing between the arms (assumed)"))
      let text = try Binary.run(["plan-size", "-e", "suite"], in: scratch.url).output
      #expect(text.contains("as in run \(id) (60 pairs): 15 % of the cases differ"))
      #expect(try Binary.run(["plan-size", "--discordance", "5%", "-e", "suite"], in: scratch.url).output.contains("as given: 5 %"))
    }

    @Test func quietIsQuietAndThePlanIsShort() throws {
      let scratch = try Self.project("no-regression: {margin: 0.10, slices: [severity], slice_margin: 0.2}")
      let loud = try Binary.run(["gate"], in: scratch.url)
      let told = loud.errors.split(separator: "\n").filter { !$0.hasPrefix("warning") && !$0.hasPrefix("  help") }
      #expect(told.count <= 6, "\(loud.errors)")
      let quiet = try Binary.run(["gate", "--quiet", "--fresh"], in: scratch.url)
      #expect(!quiet.errors.contains("expect"))
    }

    /// A suite without a config, and one whose config names no production yet.
    @Test func aSuiteCanBeLookedAtBeforeAnyTargetIsNamed() throws {
      let scratch = try Self.project()
      try FileManager.default.removeItem(at: scratch.url.appending(path: "portcullis.yaml"))
      let bare = try Binary.run(["plan-size", "-e", "suite"], in: scratch.url)
      #expect(bare.code == 0, "\(bare.errors)")
      #expect(bare.output.contains("suite: 60 cases"))
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: ".portcullis").path))
      try scratch.write(
        "targets:\n  candidate: {provider: scripted, file: candidate.jsonl}\nevalsets: [suite]\n", to: "portcullis.yaml")
      let single = try Binary.run(["plan-size"], in: scratch.url)
      #expect(single.code == 0, "\(single.errors)")
      #expect(single.output.contains("equal models exclude a loss of"))
    }

    /// Calls by arm and judge, tokens and what they cost at most, before an endpoint that is not there is asked.
    @Test func thePlanTellsCallsTokensAndCost() throws {
      let scratch = try Self.project()
      try scratch.write(
        """
        ---
        kind: pass-fail
        grades: {good: 1, poor: 0}
        pass: 1
        ---
        Is it good?

        """, to: "suite/rubrics/helpful.md")
      let cases = (0..<60).map { "- {id: c\($0), input: \"question \($0)\", checks: [{judge: helpful}]}\n" }
      try scratch.write(cases.joined(), to: "suite/cases.yaml")
      let target = "provider: openai, base_url: \"http://127.0.0.1:9/v1\", price: {input: 1, output: 2, per: 1M, currency: USD}"
      try scratch.write(
        """
        targets:
          candidate: {\(target), model: new, parameters: {max_tokens: 100}}
          production: {\(target), model: old, parameters: {max_tokens: 100}}
        judges:
          helpful: {target: {\(target), model: judge}, rubric: suite/rubrics/helpful.md, votes: 3}
        evalsets: [suite]
        repeats: 2

        """, to: "portcullis.yaml")
      let result = try Binary.run(["validate"], in: scratch.url)
      #expect(result.code == 0, "\(result.errors)")
      let plan = try #require(result.errors.split(separator: "\n").first { $0.hasPrefix("plan: ") }, "\(result.errors)")
      #expect(plan.hasPrefix("plan: 960 calls (candidate 120, production 120, judge helpful 720), about "))
      // 240 answers of 100 tokens and 720 grades of 1,024.
      #expect(plan.contains("at most 761,000 out, at most 1."))
    }
  }
}
