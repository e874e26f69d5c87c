import Foundation
import Testing

extension EndToEnd {
  /// Real recordings of two real systems, through the replay server over real HTTP; figures of KNOWN.json.
  @Suite(.disabled(if: corporaAbsent, "../shared/corpora is absent: the real-input test needs it")) struct GSM8K {
    private func gate(candidate: String, production: String) throws -> Binary.Result {
      let scratch = try Scratch()
      let source = corpora.appending(path: "gsm8k")
      let copy = scratch.url.appending(path: "gsm8k")
      try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: source.appending(path: "cases.jsonl"), to: copy.appending(path: "cases.jsonl"))
      try scratch.write(
        """
        cases: [{file: cases.jsonl, fields: {expected: expected_answer}, ignore: [reference_solution]}]
        defaults:
          checks: [{numeric: {pattern: "A: *([-0-9.,]+)"}}]
        """, to: "gsm8k/evalset.yaml")
      try scratch.write("policy: {offline: [complete, {no-regression: {margin: 0.05}}]}\n", to: "portcullis.yaml")
      let servers = try [candidate, production].map { name in
        try ReplayServerProcess([source.appending(path: "outputs.\(name).jsonl").path, "-e", "gsm8k"], in: scratch.url)
      }
      return try withExtendedLifetime((servers, scratch)) {
        try Binary.run(
          [
            "gate", "-e", "gsm8k", "--candidate", "openai:\(candidate)@\(servers[0].address)/v1", "--production",
            "openai:\(production)@\(servers[1].address)/v1", "--concurrency", "32", "--quiet", "--json",
          ], in: scratch.url)
      }
    }

    @Test func theBetterSystemPassesWithTheKnownFigures() throws {
      let result = try gate(candidate: "6b_verification", production: "6b_finetuning")
      #expect(result.code == 0, "\(result.errors)")
      #expect(member(result.output, "verdict") as? String == "pass")
      #expect(member(result.output, "arms", "candidate", "passed") as? Int == 515)
      #expect(member(result.output, "arms", "production", "passed") as? Int == 286)
      #expect(member(result.output, "churn", "broken") as? Int == 64)
      #expect(member(result.output, "churn", "fixed") as? Int == 293)
    }

    @Test func swappedItIsBlocked() throws {
      let result = try gate(candidate: "6b_finetuning", production: "6b_verification")
      #expect(result.code == 99, "\(result.errors)")
      #expect(member(result.output, "verdict") as? String == "fail")
      #expect(member(result.output, "churn", "broken") as? Int == 293)
      #expect(member(result.output, "churn", "fixed") as? Int == 64)
    }
  }
}
