import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Nothing opens the gate that should not: dead endpoints, dead judges, silence, crashes.
  @Suite struct Closed {
    /// A project whose both arms are loopback endpoints, or files of recordings.
    private func project(_ candidate: String, _ production: String, judge: String? = nil, cases count: Int = 100) throws -> Scratch {
      let scratch = try Scratch()
      let judges = judge.map { "judges:\n  kind: {target: \($0), rubric: kind.md}\n" } ?? ""
      try scratch.write(
        """
        targets:
          candidate: \(candidate)
          production: \(production)
        \(judges)evalsets: [cases.jsonl]
        policy:
          offline: [complete, no-regression: {margin: 0.05}]

        """, to: "portcullis.yaml")
      let check = judge == nil ? "{\"contains\":\"yes\"}" : "{\"judge\":\"kind\"}"
      try scratch.write(
        (0..<count).map { "{\"id\":\"case-\($0)\",\"input\":\"q\($0)\",\"checks\":[\(check)]}\n" }.joined(), to: "cases.jsonl")
      try scratch.write((0..<count).map { "{\"case\":\"case-\($0)\",\"text\":\"yes\"}\n" }.joined(), to: "yes.jsonl")
      try scratch.write(
        (0..<count).map { "{\"case\":\"case-\($0)\",\"text\":\"\($0 % 10 == 0 ? "no" : "yes")\"}\n" }.joined(), to: "mostly.jsonl")
      try scratch.write("---\nkind: pass-fail\ngrades: {good: 1, bad: 0}\npass: 1\n---\nGood answers are kind.\n", to: "kind.md")
      return scratch
    }

    @Test func equalRecordingsPassAndWorseOnesFail() throws {
      let equal = try project("{provider: replay, file: mostly.jsonl, model: a}", "{provider: replay, file: mostly.jsonl, model: b}")
      let passed = try Binary.run(["gate", "-q"], in: equal.url)
      #expect(passed.code == 0, "\(passed.output)\(passed.errors)")
      let worse = try project("{provider: replay, file: mostly.jsonl, model: a}", "{provider: replay, file: yes.jsonl, model: b}")
      #expect(try Binary.run(["gate", "-q"], in: worse.url).code == 99)
    }

    @Test func anEndpointThatIsNotThereEndsWith69() throws {
      let dead = "{provider: openai, model: m, base_url: \"http://127.0.0.1:9/v1\", retries: 0}"
      let scratch = try project(dead, dead.replacingOccurrences(of: "model: m", with: "model: n"), cases: 20)
      let result = try Binary.run(["gate", "-q"], in: scratch.url)
      #expect(result.code == 69, "\(result.output)\(result.errors)")
      #expect(!result.output.hasPrefix("pass"))
      // When the endpoint is back, the same command goes on with the same run.
      let again = try Binary.run(["gate"], in: scratch.url)
      #expect(again.errors.contains("resuming run"), "\(again.errors)")
    }

    @Test func aDeadCandidateBesideALiveProductionDoesNotPass() throws {
      let dead = "{provider: openai, model: m, base_url: \"http://127.0.0.1:9/v1\", retries: 0}"
      let scratch = try project(dead, "{provider: replay, file: yes.jsonl, model: b}", cases: 20)
      let result = try Binary.run(["gate", "-q"], in: scratch.url)
      #expect(result.code == 98 || result.code == 69, "\(result.code) \(result.output)\(result.errors)")
    }

    @Test func lostAnswersCountAgainstAPass() throws {
      let scratch = try project("{provider: replay, file: lossy.jsonl, model: a}", "{provider: replay, file: mostly.jsonl, model: b}")
      // The ten bad answers are simply absent from the candidate's recording.
      try scratch.write(
        (0..<100).filter { $0 % 10 != 0 }.map { "{\"case\":\"case-\($0)\",\"text\":\"yes\"}\n" }.joined(), to: "lossy.jsonl")
      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(member(result.output, "arms", "candidate", "scored") as? Int == 90)
    }

    @Test func aJudgeThatIsDownLeavesTheGateShut() throws {
      let scratch = try project(
        "{provider: replay, file: yes.jsonl, model: a}", "{provider: replay, file: yes.jsonl, model: b}",
        judge: "{provider: openai, model: j, base_url: \"http://127.0.0.1:9/v1\", retries: 0}", cases: 10)
      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 98, "\(result.output)\(result.errors)")
    }

    @Test func aJudgeThatAnswersStillDecidesNothing() throws {
      let scratch = try project(
        "{provider: replay, file: yes.jsonl, model: a}", "{provider: replay, file: yes.jsonl, model: b}",
        judge: "{provider: scripted, file: judge.jsonl, model: j}")
      try scratch.write(#"{"text":"{\"reasoning\":\"kind\",\"grade\":\"good\"}"}"# + "\n", to: "judge.jsonl")
      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(member(result.output, "arms", "candidate", "passed") as? Int == 100)
      #expect(result.output.contains("judge-unfit"))
    }

    /// The replay server gives a case's repeats in their order: here two refusals to hurry, then the answer.
    @Test func aRateLimitedCallIsTriedAgainOverHTTP() throws {
      let scratch = try Scratch()
      let ids = (0..<60).map { "case-\($0)" }
      try scratch.write(
        ids.map { "{\"id\":\"\($0)\",\"input\":\"q \($0)\",\"checks\":[{\"contains\":\"yes\"}]}\n" }.joined(), to: "cases.jsonl")
      var lines = ids.map { "{\"case\":\"\($0)\",\"repeat\":2,\"text\":\"yes\"}\n" }
      for (index, kind) in ["rate_limit", "server"].enumerated() {
        lines += ids.prefix(3).map { "{\"case\":\"\($0)\",\"repeat\":\(index),\"failure\":{\"kind\":\"\(kind)\",\"message\":\"later\"}}\n" }
      }
      try scratch.write(lines.joined(), to: "answers.jsonl")
      let server = try ReplayServerProcess(["answers.jsonl", "-e", "cases.jsonl"], in: scratch.url)
      let result = try withExtendedLifetime(server) {
        try Binary.run(["run", "cases.jsonl", "--target", "openai:m@\(server.address)/v1", "-q", "--json"], in: scratch.url)
      }
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(member(result.output, "arms", "candidate", "passed") as? Int == 60)
      let trials = try Binary.run(["export", "trials"], in: scratch.url).output.split(separator: "\n").map(String.init)
      let attempts = trials.map { (member($0, "attempts") as? [Any])?.count ?? 0 }
      #expect(attempts.sorted().suffix(4) == [1, 3, 3, 3])
    }

    @Test func anotherCandidateCannotPassOnReusedAnswers() throws {
      let scratch = try project("{provider: replay, file: yes.jsonl, model: a}", "{provider: replay, file: yes.jsonl, model: b}")
      #expect(try Binary.run(["gate", "-q"], in: scratch.url).code == 0)
      try scratch.write((0..<100).map { "{\"case\":\"case-\($0)\",\"text\":\"no\"}\n" }.joined(), to: "no.jsonl")
      let config = try scratch.read("portcullis.yaml").replacingOccurrences(
        of: "file: yes.jsonl, model: a", with: "file: no.jsonl, model: a")
      try scratch.write(config, to: "portcullis.yaml")
      let result = try Binary.run(["gate", "-q", "--json", "--reuse", "latest"], in: scratch.url)
      #expect(result.code == 99, "\(result.output)\(result.errors)")
      #expect(member(result.output, "arms", "candidate", "reused") as? Int == 0)
      #expect(member(result.output, "arms", "production", "reused") as? Int == 100)
    }

    @Test func anotherModelsAnswersAreNoEvidence() throws {
      let scratch = try project("{provider: scripted, file: other.jsonl, model: a}", "{provider: replay, file: yes.jsonl, model: b}")
      try scratch.write(#"{"text":"yes","model":"somebody-else"}"# + "\n", to: "other.jsonl")
      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(result.output.contains("wrong-model"))
      #expect(member(result.output, "arms", "candidate", "passed") as? Int == 0)
    }

    @Test func anInterruptedRunHasNoVerdictAndGoesOn() throws {
      let scratch = try project("{provider: replay, file: yes.jsonl, model: a}", "{provider: scripted, file: slow.jsonl, model: b}")
      try scratch.write(#"{"text":"yes","latency_ms":20}"# + "\n", to: "slow.jsonl")
      let running = try Binary.start(["gate", "-q", "--concurrency", "2"], in: scratch.url)
      let store = scratch.url.appending(path: ".portcullis/store.sqlite")
      #expect(running.reaches { FileManager.default.fileExists(atPath: store.path) })
      running.signal(SIGINT)
      running.wait()
      // It may have been through before the signal came; then there is nothing to go on with.
      if running.code != 0 {
        #expect(running.code == 130, "\(running.errors)")
        #expect(running.errors.contains("the same command goes on") || running.output.isEmpty)
        #expect(running.output.isEmpty)
      }
      #expect(try Binary.run(["gate", "-q", "--concurrency", "2"], in: scratch.url).code == 0)
    }
  }
}
