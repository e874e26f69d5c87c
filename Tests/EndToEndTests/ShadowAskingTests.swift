import Foundation
import Testing

extension EndToEnd {
  /// `portcullis shadow` that asks what the recording lacks.
  @Suite struct ShadowAsking {
    private static let config = """
      targets:
        next: {provider: scripted, file: next.jsonl}
        now: {provider: scripted, file: now.jsonl}
      shadow: {checks: [{contains: Order}]}

      """

    /// Production's recorded answers alone, and targets that answer by rule.
    private func project(_ count: Int, next: String = "Order shipped.", now: String = "Order shipped.") throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(Self.config, to: "portcullis.yaml")
      try scratch.write("{\"text\":\"\(next)\",\"latency_ms\":2}\n", to: "next.jsonl")
      try scratch.write("{\"text\":\"\(now)\",\"latency_ms\":3}\n", to: "now.jsonl")
      try scratch.write(
        (0..<count).map { number in
          #"{"id":"r\#(number)","input":"Where is order \#(number)?","production":{"text":"Order \#(number % 2 == 0 ? "shipped." : "Shipped.")","latency_ms":9},"tags":{"language":"\#(number % 10 == 0 ? "de" : "en")"}}"#
            + "\n"
        }.joined(), to: "pairs.jsonl")
      return scratch
    }

    private static let targets = ["--candidate", "next", "--production", "now"]

    private func shadow(_ scratch: Scratch, _ options: [String]) throws -> Binary.Result {
      try Binary.run(["shadow", "pairs.jsonl", "--quiet"] + options, in: scratch.url)
    }

    private func planned(_ result: Binary.Result) throws -> Int? {
      let json = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      return ((json["arms"] as? [String: Any])?["candidate"] as? [String: Any])?["planned"] as? Int
    }

    @Test func missingArmsAreAskedAndRecorded() throws {
      let scratch = try project(300)
      let result = try shadow(scratch, Self.targets)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("300 requests asked"), "\(result.output)")
      #expect(result.output.contains("candidate and production again asked"), "\(result.output)")
      let trials = try Binary.run(["export", "trials", "--run", "latest"], in: scratch.url)
      #expect(trials.output.split(separator: "\n").count == 600)
      #expect(trials.output.contains("\"arm\":\"noise\""))
    }

    @Test func aCandidateThatAnswersOtherwiseIsHeard() throws {
      let result = try shadow(try project(300, next: "Order is late."), Self.targets)
      #expect(result.code == 97, "\(result.output)\(result.errors)")
      let worse = try shadow(try project(300, next: "Ask somebody else."), Self.targets)
      #expect(worse.code == 99, "\(worse.output)\(worse.errors)")
    }

    @Test func nothingIsAskedOfNobody() throws {
      let scratch = try project(300)
      #expect(try shadow(scratch, []).code == 98)
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: ".portcullis").path))
      // The decision of a named candidate enters the ledger, and no run was made.
      #expect(try shadow(scratch, Self.targets + ["--recorded"]).code == 98)
      #expect(try Binary.run(["report", "latest"], in: scratch.url).code == 65)
    }

    @Test func aSampleIsDrawnByTheRequests() throws {
      let scratch = try project(400)
      let first = try planned(try shadow(scratch, Self.targets + ["--sample", "25%", "--json"]))
      let again = try planned(try shadow(scratch, Self.targets + ["--sample", "25%", "--json"]))
      #expect(first == again)
      #expect((60...140).contains(try #require(first)), "\(first ?? 0)")
      #expect(try planned(try shadow(scratch, Self.targets + ["--limit", "30", "--json"])) == 30)
      let strata = try shadow(scratch, Self.targets + ["--limit", "30", "--strata", "language"])
      #expect(strata.output.contains("30 of 400 requests drawn and asked"), "\(strata.output)")
      let trials = try Binary.run(["export", "trials", "--run", "latest"], in: scratch.url)
      let german = trials.output.split(separator: "\n").count { line in
        guard line.contains("\"arm\":\"candidate\""), let number = line.firstMatch(of: /"case":"r([0-9]+)"/)?.1 else { return false }
        return number.hasSuffix("0")
      }
      #expect(german == 15, "every tenth request is German")
    }

    @Test func aBudgetCutsThePlan() throws {
      let scratch = try project(300)
      try scratch.write(Self.config + "budget: {calls: 100}\n", to: "portcullis.yaml")
      let result = try shadow(scratch, Self.targets)
      #expect(result.code == 75, "\(result.output)\(result.errors)")
      // The same command goes on where the budget cut it.
      try scratch.write(Self.config, to: "portcullis.yaml")
      let again = try shadow(scratch, Self.targets)
      #expect(again.code == 0, "\(again.output)\(again.errors)")
      #expect(again.output.contains("resumed: "), "\(again.output)")
    }

    @Test func resultsThatAnswerNoCallAreNotAskedAndCount() throws {
      let scratch = try project(300)
      let tool =
        #"{"id":"t","messages":[{"role":"user","content":"refund"},{"role":"tool","content":"done"}],"production":{"text":"Order"}}"#
      try scratch.write(try scratch.read("pairs.jsonl") + (tool + "\n"), to: "pairs.jsonl")
      let result = try shadow(scratch, Self.targets)
      let told = result.output.words
      #expect(told.contains("1 request with tool results that answer no call was not asked and counts as missing"), "\(told)")
      #expect(told.contains("1 without an answer of every arm"), "\(told)")
    }

    /// Requests of which a tool's result is a part, asked of targets that look the order up first.
    private func toolProject(_ count: Int, next: [String]? = nil) throws -> Scratch {
      let scratch = try project(1)
      let rules = [
        #"{"result":"shipped","text":"Order shipped.","latency_ms":2}"#,
        #"{"contains":"order","tool_calls":[{"name":"look_up","arguments":{"order":7}}],"latency_ms":2}"#,
      ]
      try scratch.write((next ?? rules).joined(separator: "\n") + "\n", to: "next.jsonl")
      try scratch.write(rules.joined(separator: "\n") + "\n", to: "now.jsonl")
      try scratch.write(
        (0..<count).map { number in
          #"{"id":"r\#(number)","messages":[{"role":"user","content":"I am \#(number)"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"who","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"Ana"},{"role":"user","content":"Where is my order?"}],"production":{"text":"Order \#(number % 2 == 0 ? "shipped." : "Shipped.")","latency_ms":9},"tool_results":[{"name":"look_up","arguments":{"order":7},"content":"shipped"}]}"#
            + "\n"
        }.joined(), to: "pairs.jsonl")
      return scratch
    }

    @Test func aCallThatProductionMadeTooGetsTheRecordedResult() throws {
      let scratch = try toolProject(120)
      let result = try shadow(scratch, Self.targets)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(
        result.output.words.contains("240 fresh answers call a tool; none was run: 240 calls got the recorded result"),
        "\(result.output.words)")
      // The answer to the result is recorded in a run of its own, whose case is the conversation as it was then.
      let trials = try Binary.run(["export", "trials", "--run", "latest"], in: scratch.url)
      let lines = trials.output.split(separator: "\n")
      #expect(lines.count == 120 && lines.allSatisfy { $0.contains("Order shipped.") }, "\(trials.output.prefix(600))")
      #expect(result.output.words.contains("candidate asked on after its tool calls"), "\(result.output.words)")
    }

    @Test func aCallThatProductionDidNotMakeGetsAStubAndIsCounted() throws {
      let scratch = try toolProject(
        120,
        next: [
          #"{"result":"not available","text":"I cannot say.","latency_ms":2}"#,
          #"{"contains":"order","tool_calls":[{"name":"refund","arguments":{"order":7}}],"latency_ms":2}"#,
        ])
      let result = try shadow(scratch, Self.targets)
      #expect(result.code == 99, "\(result.output)\(result.errors)")
      #expect(
        result.output.words.contains("240 fresh answers call a tool; none was run: 120 calls got the recorded result, 120 calls a stub"),
        "\(result.output.words)")
    }

    @Test func whoNeverStopsCallingToolsIsCutAndNeverPasses() throws {
      let result = try shadow(
        try toolProject(120, next: [#"{"contains":"order","tool_calls":[{"name":"look_up","arguments":{"order":7}}],"latency_ms":2}"#]),
        Self.targets)
      #expect(result.code == 99, "\(result.output)\(result.errors)")
      #expect(result.output.words.contains("120 requests still called tools at the limit"), "\(result.output.words)")
    }

    /// One budget holds for all runs of a shadow, however often it is asked.
    @Test func theBudgetHoldsForAllRoundsTogether() throws {
      let scratch = try toolProject(60)
      let config = try scratch.read("portcullis.yaml")
      try scratch.write(config + "budget: {calls: 150}\n", to: "portcullis.yaml")
      let result = try shadow(scratch, Self.targets)
      #expect(result.code == 75, "\(result.output)\(result.errors)")
      func recorded(_ run: String) throws -> Int {
        try Binary.run(["export", "trials", "--run", run], in: scratch.url).output.split(separator: "\n").count
      }
      #expect(try recorded("latest~1") == 120 && recorded("latest") == 30)
      let again = try shadow(scratch, Self.targets)
      #expect(try again.code == 75 && recorded("latest") == 30, "what is spent stays spent: \(again.output)")
      try scratch.write(config, to: "portcullis.yaml")
      let rest = try shadow(scratch, Self.targets)
      #expect(
        rest.output.words.contains("resumed: 120 of 120 trials") && rest.output.words.contains("resumed: 30 of 60 trials"), "\(rest.output)"
      )
      #expect(rest.code == 98, "\(rest.output)")
    }

    /// What comes next is planned on answers, and so on all of them: planned on a part, it would be asked twice.
    @Test func nothingIsAskedOnBeforeEveryFirstAnswerIsThere() throws {
      let scratch = try toolProject(60)
      let config = try scratch.read("portcullis.yaml")
      try scratch.write(config + "budget: {calls: 50}\n", to: "portcullis.yaml")
      #expect(try shadow(scratch, Self.targets).code == 75)
      try scratch.write(config, to: "portcullis.yaml")
      let rest = try shadow(scratch, Self.targets)
      #expect(rest.output.words.contains("resumed: 50 of 120 trials"), "\(rest.output)\(rest.errors)")
      let counts = try ["latest", "latest~1", "latest~2"].map { run in
        try Binary.run(["export", "trials", "--run", run], in: scratch.url).output.split(separator: "\n").count
      }
      #expect(counts == [60, 60, 120])
      #expect(try Binary.run(["export", "trials", "--run", "latest~3"], in: scratch.url).code == 65)
      // Nothing is left open: the same command asks everything afresh.
      #expect(try !shadow(scratch, Self.targets).output.words.contains("resumed"))
    }

    /// Killed again and again, it asks nothing twice but what was under way; and what it found is told, or the next command tells it.
    @Test func aKilledShadowGoesOn() throws {
      let scratch = try toolProject(60)
      let temporary = scratch.url.appending(path: "temporary")
      try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: false)
      let environment = ["TMPDIR": temporary.path]
      var dice = Dice(state: 9)
      var left = 0
      for kill in 0..<8 {
        let process = try Binary.start(["shadow", "pairs.jsonl", "--quiet"] + Self.targets, in: scratch.url, environment: environment)
        // The first dies as soon as it asks, the others somewhat later.
        _ = process.reaches { (try? FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty) == false }
        if kill > 0 { usleep(UInt32(dice.roll() * 300_000)) }
        process.signal(SIGKILL)
        process.wait()
        left = max(left, try FileManager.default.contentsOfDirectory(atPath: temporary.path).count)
        if process.output.contains("rig-steady") { break }
      }
      let whole = try Binary.run(["shadow", "pairs.jsonl", "--quiet"] + Self.targets, in: scratch.url, environment: environment)
      let rest = try FileManager.default.contentsOfDirectory(atPath: temporary.path).count
      #expect(left > 0 && rest == 0, "what a kill leaves goes with the next command: \(left), then \(rest)")
      let expected = try shadow(try toolProject(60), Self.targets)
      #expect(
        whole.code == expected.code && whole.output.words.contains("120 calls got the recorded result"), "\(whole.output)\(whole.errors)")
    }

    /// A report that cannot be written loses nothing: the same command tells what was asked, and asks nobody again.
    @Test func whatCouldNotBeToldIsNotPaidForTwice() throws {
      let scratch = try project(60)
      // Through a link: what cannot be written to is not replaced either.
      try FileManager.default.createSymbolicLink(
        at: scratch.url.appending(path: "full.json"), withDestinationURL: URL(filePath: "/dev/full"))
      let lost = try shadow(scratch, Self.targets + ["--report", "json=full.json"])
      #expect(lost.code == 73 && lost.errors.contains("asks nothing that is recorded"), "\(lost.output)\(lost.errors)")
      let told = try shadow(scratch, Self.targets).output.words
      #expect(told.contains("resumed: 120 of 120 trials"), "\(told)")
      #expect(try !shadow(scratch, Self.targets).output.words.contains("resumed"))
    }

    @Test(
      arguments: [
        ["--sample", "2%"], ["--sample", "2%", "--limit", "3", "--candidate", "next"], ["--sample", "0", "--candidate", "next"],
        ["--limit", "0", "--candidate", "next"], ["--strata", "a", "--candidate", "next"], ["--repeats", "2", "--candidate", "next"],
        ["--budget", "5 USD", "--candidate", "next", "--recorded"],
      ])
    func optionsThatCannotBeCombinedAreRefused(_ options: [String]) throws {
      let result = try shadow(try project(10), options)
      #expect(result.code == 64, "\(result.errors)")
    }
  }
}
