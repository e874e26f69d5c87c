import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Cases that are asked again: confirming rounds, the demand `reliable`, the attempt ledger and planned looks, through the built command.
  @Suite struct Rounds {
    /// `count` cases that are answered `yes`, but for `others`: the answers of a case by repeat, the last one for all 64 that are recorded.
    private func answers(_ count: Int, _ others: [Int: [String]] = [:], latency: Int? = nil) -> String {
      let wait = latency.map { ",\"latency_ms\":\($0)" } ?? ""
      return (0..<count).flatMap { index in
        let texts = others[index] ?? ["yes"]
        return (0..<64).map { "{\"case\":\"case-\(index)\",\"repeat\":\($0),\"text\":\"\(texts[min($0, texts.count - 1)])\"\(wait)}\n" }
      }.joined()
    }

    private func project(
      _ policy: String, cases count: Int = 20, candidate: String = "{provider: replay, file: candidate.jsonl, model: new}",
      production: String = "{provider: replay, file: production.jsonl, model: old}", extra: String = ""
    ) throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(
        "targets:\n  candidate: \(candidate)\n  production: \(production)\nevalsets: [cases.jsonl]\npolicy:\n\(policy)",
        to: "portcullis.yaml")
      try scratch.write(
        (0..<count).map { "{\"id\":\"case-\($0)\",\"input\":\"q\($0)\",\"checks\":[{\"contains\":\"yes\"}]\(extra)}\n" }.joined(),
        to: "cases.jsonl")
      try scratch.write(answers(count), to: "production.jsonl")
      return scratch
    }

    private static let broken = "  offline: [complete, no-broken-cases]\n"

    @Test func aCaseThatFailedByChanceIsAskedAgainAndPasses() throws {
      let scratch = try project(Self.broken)
      try scratch.write(answers(20, [7: ["no", "yes"]]), to: "candidate.jsonl")
      let result = try Binary.run(["gate", "--json"], in: scratch.url)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(member(result.output, "arms", "candidate", "further", "scored") as? Int == 4)
      #expect(member(result.output, "arms", "candidate", "passed") as? Int == 19)
      #expect(result.errors.contains("asking 1 case again"))
      let report = try Binary.run(["report", "latest"], in: scratch.url)
      #expect(report.output.contains("asked again"))
      // Deciding again calls nothing and says the same.
      #expect(try Binary.run(["gate", "-q", "--run", "latest"], in: scratch.url).code == 0)
    }

    @Test func aCaseThatDiedFails() throws {
      let scratch = try project(Self.broken)
      try scratch.write(answers(20, [7: ["no"], 9: ["no", "yes"]]), to: "candidate.jsonl")
      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 99, "\(result.output)\(result.errors)")
      #expect(result.output.contains("The candidate broke case-7"))
    }

    @Test func aReliableCaseIsAskedUntilItIsDecided() throws {
      let scratch = try project(
        "  offline: [complete, critical-cases: {demand: reliable}]\n", cases: 2, extra: ",\"severity\":\"critical\"")
      try scratch.write(answers(2, [1: ["yes", "no", "yes"]]), to: "candidate.jsonl")
      let held = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(held.code == 0, "\(held.output)\(held.errors)")
      #expect(held.output.contains("held after 15 to 28 trials"))
      #expect(member(held.output, "arms", "production", "further", "planned") as? Int == 0)
      try scratch.write(answers(2, [1: ["yes", "no"]]), to: "candidate.jsonl")
      #expect(try Binary.run(["gate", "-q"], in: scratch.url).code == 99)
    }

    /// The candidate behind an address is one candidate, whatever it answers: trying until it passes is seen.
    @Test func aSecondTryOfTheSameCandidateCannotPass() throws {
      let files = try Scratch()
      try files.write(
        (0..<100).map { "{\"id\":\"case-\($0)\",\"input\":\"q\($0)\",\"checks\":[{\"contains\":\"yes\"}]}\n" }.joined(), to: "cases.jsonl")
      try files.write(answers(100, Dictionary(uniqueKeysWithValues: (0..<30).map { ($0, ["no"]) })), to: "bad.jsonl")
      try files.write(answers(100), to: "good.jsonl")
      let bad = try ReplayServerProcess(["bad.jsonl", "-e", "cases.jsonl"], in: files.url)
      let good = try ReplayServerProcess(["good.jsonl", "-e", "cases.jsonl"], in: files.url)
      let scratch = try project(
        "  offline: [complete, no-regression: {margin: 0.05}]\n", cases: 100,
        candidate: "{provider: openai, model: new, base_url: \"\(bad.address)/v1\"}")
      let other = ["gate", "-q", "--json", "--set", "targets.candidate.base_url=\(good.address)/v1"]
      #expect(try Binary.run(["gate", "-q"], in: scratch.url).code == 99)
      let second = try Binary.run(other, in: scratch.url)
      #expect(second.code == 98, "\(second.output)\(second.errors)")
      #expect(second.output.contains("already-tried"))
      #expect(second.errors.contains("it can fail again, not pass"))
      // A selection is no attempt, a changed suite is another question.
      #expect(try Binary.run(other + ["--limit", "60"], in: scratch.url).code == 98)
      let changed = try scratch.read("cases.jsonl") + "{\"id\":\"one-more\",\"input\":\"q1\",\"checks\":[{\"contains\":\"yes\"}]}\n"
      try scratch.write(changed, to: "cases.jsonl")
      try scratch.write(answers(100) + "{\"case\":\"one-more\",\"text\":\"yes\"}\n", to: "production.jsonl")
      let renewed = try Binary.run(other, in: scratch.url)
      #expect(!renewed.output.contains("already-tried"))
      withExtendedLifetime((bad, good)) {}
    }

    /// 60 clean cases exclude 5 points at α 0.045 only, which is the third look of three.
    @Test func plannedLooksAreTakenOneAfterTheOther() throws {
      let scratch = try project("  looks: 3\n  offline: [complete, no-regression: {margin: 0.05}]\n", cases: 60)
      try scratch.write(answers(60), to: "candidate.jsonl")
      var runs: Set<String> = []
      for (look, code) in [(1, Int32(98)), (2, 98), (3, 0)] {
        let result = try Binary.run(["gate", "--json"], in: scratch.url)
        #expect(result.code == code, "look \(look): \(result.output)\(result.errors)")
        #expect(member(result.output, "attempt", "look") as? Int == look)
        #expect(member(result.output, "arms", "candidate", "planned") as? Int == 60 * look)
        if let run = member(result.output, "run") as? String { runs.insert(run) }
      }
      #expect(runs.count == 1)
    }

    /// `kill -9` while cases are asked again: the same command goes on with that round, and plans it no second time.
    @Test(arguments: [61, 75, 110, 138]) func aKilledConfirmingRoundGoesOn(instant: Int) throws {
      let files = try Scratch()
      try files.write(
        (0..<30).map { "{\"id\":\"case-\($0)\",\"input\":\"q\($0)\",\"checks\":[{\"contains\":\"yes\"}]}\n" }.joined(), to: "cases.jsonl")
      // Every third case fails once; a replay server counts a case's requests over all processes, so a kill may shift what a repeat answers.
      try files.write(answers(30, latency: 3), to: "production.jsonl")
      try files.write(
        answers(30, Dictionary(uniqueKeysWithValues: (0..<10).map { (3 * $0, ["no", "yes"]) }), latency: 3), to: "candidate.jsonl")
      let log = files.url.appending(path: "requests.jsonl")
      let candidate = try ReplayServerProcess(["candidate.jsonl", "-e", "cases.jsonl", "--log", log.path], in: files.url)
      let production = try ReplayServerProcess(["production.jsonl", "-e", "cases.jsonl"], in: files.url)
      let scratch = try project(
        Self.broken, cases: 30,
        candidate: "{provider: openai, model: new, base_url: \"\(candidate.address)/v1\", limits: {concurrency: 4}}",
        production: "{provider: openai, model: old, base_url: \"\(production.address)/v1\", limits: {concurrency: 4}}")
      func requests() -> Int { (try? Data(contentsOf: log))?.count { $0 == UInt8(ascii: "\n") } ?? 0 }
      let victim = try Binary.start(["gate", "-q"], in: scratch.url)
      _ = victim.reaches { requests() >= instant / 2 }
      victim.signal(SIGKILL)
      victim.wait()
      let result = try Binary.run(["gate", "--json"], in: scratch.url)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(member(result.output, "arms", "candidate", "planned") as? Int == 30)
      let planned = try #require(member(result.output, "arms", "candidate", "further", "planned") as? Int)
      // Ten cases, four times each: an answer that was lost with the kill may have been a case's one failure.
      #expect(planned % 4 == 0 && planned <= 40 && planned >= 20)
      #expect(member(result.output, "arms", "candidate", "further", "scored") as? Int == planned)
      let trials = try Binary.run(["export", "trials"], in: scratch.url).output.split(separator: "\n").map(String.init)
      #expect(trials.count == 60 + 2 * planned)
      #expect(
        Set(trials.map { "\(member($0, "case") ?? "") \(member($0, "arm") ?? "") \(member($0, "repeat") ?? "")" }).count == trials.count)
      withExtendedLifetime((candidate, production)) {}
    }
  }
}
