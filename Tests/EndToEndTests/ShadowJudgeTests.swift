import Foundation
import Testing

extension EndToEnd {
  /// `no-change: {compare: judge}`, from the config to the exit code.
  @Suite struct ShadowJudge {
    private static let config = """
      targets:
        next: {provider: scripted, file: next.jsonl}
        now: {provider: scripted, file: now.jsonl}
        grader: {provider: scripted, file: grader.jsonl}
      judges:
        alike: {target: grader, rubric: rubrics/alike.md}
      policy:
        shadow:
          - complete
          - no-change: {compare: judge, judge: alike}

      """

    private static func reply(_ grade: String) -> String { #""text":"{\"reasoning\":\"so\",\"grade\":\"\#(grade)\"}""# }

    /// Requests that production answered in one of two ways, and a candidate that says what it is told.
    private func project(_ count: Int, next: String = "Order late.", grader: [String]) throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(Self.config, to: "portcullis.yaml")
      try scratch.write(
        "---\nkind: agreement\ngrades: {other: 0, partly: 0.5, same: 1}\n---\nWould the customer do the same after either answer?\n",
        to: "rubrics/alike.md")
      try scratch.write("{\"text\":\"\(next)\"}\n", to: "next.jsonl")
      try scratch.write("{\"text\":\"Order shipped!\"}\n", to: "now.jsonl")
      try scratch.write(grader.joined(separator: "\n") + "\n", to: "grader.jsonl")
      try scratch.write(
        (0..<count).map { number in
          #"{"id":"r\#(number)","input":"Where is order \#(number)?","production":{"text":"Order \#(number % 2 == 0 ? "shipped." : "Shipped.")"}}"#
            + "\n"
        }.joined(), to: "pairs.jsonl")
      return scratch
    }

    private static let targets = ["--candidate", "next", "--production", "now"]
    private static let sharp = ["{\"contains\":\"Order late\",\(reply("other"))}", "{\(reply("same"))}"]

    private func shadow(_ scratch: Scratch, _ options: [String] = targets) throws -> Binary.Result {
      try Binary.run(["shadow", "pairs.jsonl", "--quiet"] + options, in: scratch.url)
    }

    private func trials(_ scratch: Scratch, _ run: String = "latest") throws -> [Substring] {
      try Binary.run(["export", "trials", "--run", run], in: scratch.url).output.split(separator: "\n")
    }

    @Test func aJudgeThatSeesAnotherAnswerSendsItToPeople() throws {
      let scratch = try project(30, grader: Self.sharp)
      let result = try shadow(scratch)
      #expect(result.code == 97, "\(result.output)\(result.errors)")
      #expect(
        result.output.words.contains(
          "the judge 'alike' finds its answers 0 % like production's over 30 pairs, and production's own two 100 %"),
        "\(result.output.words)")
      #expect(result.output.words.contains("judge: 0 % like production's answers, which are 100 % alike"), "\(result.output.words)")
      // Each two of the three answers, in both orders: no liking for the first or the second says anything.
      let asked = try trials(scratch)
      #expect(asked.count == 180)
      for order in ["candidate-noise", "noise-candidate", "production-noise", "noise-production"] {
        #expect(asked.count { $0.contains("\"case\":\"r7 \(order)\"") } == 1, "\(order)")
      }
      try scratch.write(Self.config.replacing("judge: alike}\n", with: "judge: alike, must_match: true}\n"), to: "portcullis.yaml")
      #expect(try shadow(scratch).code == 99)
    }

    @Test func aJudgeThatSeesNothingOpensNothing() throws {
      let result = try shadow(try project(80, grader: ["{\(Self.reply("same"))}"]))
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(
        result.output.words.contains("the judge 'alike' is not calibrated, and one that sees nothing would say the same"),
        "\(result.output.words)")
    }

    @Test func repliesThatCannotBeUsedAreToldAndOpenNothing() throws {
      let result = try shadow(try project(30, grader: [#"{"text":"They are the same, I think."}"#]))
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(result.output.words.contains("30 pairs without a grade, the first because:"), "\(result.output.words)")
      #expect(result.output.words.contains("it holds no JSON object"), "\(result.output.words)")
    }

    /// Recorded triples need no target: the judge of the policy is asked, and nobody else.
    @Test func recordedAnswersAreComparedToo() throws {
      let scratch = try project(1, grader: Self.sharp)
      try scratch.write(
        (0..<60).map { number in
          #"{"id":"r\#(number)","input":"Where is order \#(number)?","production":{"text":"Order shipped."},"candidate":{"text":"Order late."},"noise":{"text":"Order shipped!"}}"#
            + "\n"
        }.joined(), to: "pairs.jsonl")
      let recorded = try shadow(scratch, ["--recorded"])
      #expect(recorded.code == 98 && recorded.output.words.contains("graded no pair"), "\(recorded.output)")
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: ".portcullis").path), "nothing was asked")
      let sample = try shadow(scratch, ["--limit", "20"])
      #expect(try trials(scratch).count == 120, "\(sample.output)\(sample.errors)")
      let all = try shadow(scratch, [])
      #expect(all.code == 97, "\(all.output)\(all.errors)")
    }

    /// A pair that lacks an answer gets no grade, so nobody is paid for one.
    @Test func aPairWithoutEveryAnswerIsNotAskedAbout() throws {
      let scratch = try project(20, grader: Self.sharp)
      try scratch.write(
        "{\"contains\":\"order 7?\",\"failure\":{\"kind\":\"request\"}}\n{\"text\":\"Order late.\"}\n", to: "next.jsonl")
      let result = try shadow(scratch)
      #expect(try trials(scratch).count == 19 * 6, "\(result.output)\(result.errors)")
    }

    @Test func equalAnswersAreAlikeUnasked() throws {
      let scratch = try project(20, next: "Order  shipped!", grader: Self.sharp)
      _ = try shadow(scratch)
      // Production's second answer and the candidate's differ by a blank alone; each differs from the first.
      #expect(try trials(scratch).count == 80)
    }

    @Test func whatWasPaidForIsNotAskedAgain() throws {
      let scratch = try project(40, grader: Self.sharp)
      try scratch.write(Self.config + "budget: {calls: 300}\n", to: "portcullis.yaml")
      let cut = try shadow(scratch)
      #expect(cut.code == 75, "\(cut.output)\(cut.errors)")
      let done = try trials(scratch).count
      #expect(done > 0 && done < 240)
      try scratch.write(Self.config, to: "portcullis.yaml")
      let result = try shadow(scratch)
      #expect(result.code == 97, "\(result.output)\(result.errors)")
      #expect(
        result.output.words.contains("resumed: 80 of 80 trials") && result.output.words.contains("resumed: \(done) of 240 trials"),
        "\(result.output.words)")
    }

    /// What the judge may cost is told before it is asked; looking up recorded answers costs nothing.
    @Test func theCostOfComparingIsToldBeforehand() throws {
      let scratch = try project(20, grader: Self.sharp)
      let priced = Self.config.replacing(
        "{provider: scripted, file: grader.jsonl}",
        with:
          "{provider: openai, model: g, base_url: \"http://127.0.0.1:9/v1\", retries: 0, price: {input: 1, output: 2, per: 1M, currency: USD}}"
      )
      try scratch.write(priced, to: "portcullis.yaml")
      let result = try Binary.run(["shadow", "pairs.jsonl"] + Self.targets, in: scratch.url)
      let plan = try #require(result.errors.split(separator: "\n").last { $0.hasPrefix("plan: ") }, "\(result.errors)")
      #expect(plan.contains("judge alike 120") && plan.firstMatch(of: /at most 0\.[0-9]+ USD/) != nil, "\(plan)")
    }

    @Test func aJudgeOfOneAnswerComparesNothing() throws {
      let scratch = try project(3, grader: Self.sharp)
      try scratch.write("---\nkind: pass-fail\n---\nIs it good?\n", to: "rubrics/alike.md")
      let result = try shadow(scratch)
      #expect(result.code == 65 && result.errors.contains("name a judge whose rubric is of the kind 'agreement'"), "\(result.errors)")
    }
  }
}
