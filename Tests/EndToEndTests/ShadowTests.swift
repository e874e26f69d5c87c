import Foundation
import Testing

extension EndToEnd {
  /// `portcullis shadow` on recorded pairs.
  @Suite struct Shadow {
    /// Pairs of three answers; production words every third answer otherwise, by a rule of its own, and so does an equal candidate.
    private func pairs(_ count: Int, _ edit: (Int, inout [String: Any]) -> Void = { _, _ in }) -> String {
      (0..<count).map { number in
        func says(_ place: Int) -> String {
          (number * 7 + place * 5) % 3 == 0 ? "Order \(number) ships soon." : "Order \(number) is on its way."
        }
        var pair: [String: Any] = [
          "id": "r\(number)", "input": "Where is order \(number)?", "tags": ["language": number % 2 == 0 ? "de" : "en"],
          "production": ["text": says(number % 4), "score": 1], "candidate": ["text": says(number % 5), "score": 1],
          "noise": ["text": says(number % 7), "score": 1],
        ]
        edit(number, &pair)
        let bytes = try! JSONSerialization.data(withJSONObject: pair, options: .sortedKeys)  // of our own making
        return String(decoding: bytes, as: UTF8.self) + "\n"
      }.joined()
    }

    private func shadow(_ text: String, _ options: [String] = [], config: String? = nil) throws -> Binary.Result {
      let scratch = try Scratch()
      try scratch.write(text, to: "pairs.jsonl")
      if let config { try scratch.write(config, to: "portcullis.yaml") }
      return try withExtendedLifetime(scratch) { try Binary.run(["shadow", "pairs.jsonl"] + options, in: scratch.url) }
    }

    @Test func anEqualCandidatePasses() throws {
      let result = try shadow(pairs(600))
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(result.output.hasPrefix("pass  "), "\(result.output)")
      #expect(result.errors.isEmpty)
    }

    @Test func aChangedCandidateWaitsForPeopleWithItsPairs() throws {
      let result = try shadow(
        pairs(600) { number, pair in
          if number % 4 == 0 { pair["candidate"] = ["text": "Call us\u{1B}[31m about \(number).", "score": 1] }
        })
      #expect(result.code == 97, "\(result.output)\(result.errors)")
      #expect(result.output.hasPrefix("review  "), "\(result.output)")
      #expect(result.output.contains("beyond production's own noise"))
      #expect(result.output.contains("{+"), "the change is shown word by word")
      #expect(!result.output.contains("\u{1B}"), "what a model said moves no terminal")
    }

    @Test func aWorseCandidateFails() throws {
      let result = try shadow(
        pairs(600) { number, pair in
          if number % 5 == 0 { pair["candidate"] = ["text": "Order \(number) is on its way.", "score": 0] }
        })
      #expect(result.code == 99, "\(result.output)\(result.errors)")
    }

    @Test func withoutTheNoiseArmNothingIsDecided() throws {
      let result = try shadow(pairs(600) { $1["noise"] = nil })
      #expect(result.code == 98, "\(result.output)")
      #expect(result.output.contains("record production's answer a second time as 'noise'"), "\(result.output)")
    }

    @Test func withoutScoresItSaysHowToGetThem() throws {
      let plain = pairs(600) { _, pair in
        for arm in ["production", "candidate", "noise"] {
          if var answer = pair[arm] as? [String: Any] {
            answer["score"] = nil
            pair[arm] = answer
          }
        }
      }
      let result = try shadow(plain)
      #expect(result.code == 98)
      #expect(result.output.contains("give each answer a 'score' from 0 to 1"), "\(result.output)")
      let scored = try shadow(plain, config: "targets: {}\nshadow: {checks: [{contains: Order}]}\n")
      #expect(scored.code == 0, "\(scored.output)\(scored.errors)")
      #expect(scored.output.contains("scores: by the checks of the config"))
    }

    /// Lines that hold no pair: told with their place, and against a pass beyond the tolerance.
    @Test func damagedLinesDoNotPass() throws {
      let result = try shadow(pairs(600) + String(repeating: "{\"id\":\n", count: 30) + "{\"id\":\"r1\"}\n")
      #expect(result.code == 98, "\(result.output)")
      #expect(result.errors.contains("pairs.jsonl:601:7: warning: not JSON"), "\(result.errors)")
      #expect(result.errors.contains("the id 'r1' was read before"), "\(result.errors)")
      #expect(result.output.contains("31 lines damaged or given twice"), "\(result.output)")
    }

    @Test(arguments: ["", "{}\n", "nothing\n", "\u{FEFF}\n"]) func aFileWithoutPairsIsRefused(_ text: String) throws {
      let result = try shadow(text)
      #expect(result.code == 65 && result.output.isEmpty, "\(result.errors)")
      #expect(result.errors.contains("pairs.jsonl"), "\(result.errors)")
    }

    @Test func aFileThatIsNotThereIsRefused() throws {
      let scratch = try Scratch()
      let result = try Binary.run(["shadow", "missing.jsonl"], in: scratch.url)
      #expect(result.code == 65 && result.errors.contains("there is no such file"), "\(result.errors)")
      #expect(try Binary.run(["shadow"], in: scratch.url).code == 64)
    }

    @Test func theDecisionIsTheSameInEveryOrderAndForm() throws {
      let lines = pairs(600) { number, pair in if number % 4 == 0 { pair["candidate"] = ["text": "no \(number)", "score": 1] } }
      let scratch = try Scratch()
      try scratch.write(lines, to: "pairs.jsonl")
      try scratch.write(lines.split(separator: "\n").reversed().joined(separator: "\n") + "\n", to: "backwards.jsonl")
      func decision(_ file: String) throws -> [String: Any] {
        let result = try Binary.run(
          ["shadow", file, "--json", "--report", "junit=out.xml", "--report", "markdown=out.md"], in: scratch.url)
        #expect(result.code == 97)
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      }
      let first = try decision("pairs.jsonl"), second = try decision("backwards.jsonl")
      #expect(first["stage"] as? String == "shadow" && first["verdict"] as? String == "review" && first["exit_code"] as? Int == 97)
      #expect(first["schema"] as? String == "portcullis.decision/1")
      let rulings = try #require(first["rulings"] as? [NSDictionary])
      #expect(rulings == second["rulings"] as? [NSDictionary])
      #expect(rulings.contains { $0["rule"] as? String == "no-change" && $0["reason"] as? String == "waits-for-review" })
      let junit = try String(contentsOf: scratch.url.appending(path: "out.xml"), encoding: .utf8)
      #expect(junit.contains("no-change") && junit.contains("<error") || junit.contains("<failure"), "\(junit)")
      #expect(try String(contentsOf: scratch.url.appending(path: "out.md"), encoding: .utf8).contains("Portcullis: review"))
    }

    @Test func theCandidateIsNamedByItsTarget() throws {
      let config = """
        targets:
          next: {provider: openai, model: small-2, base_url: "http://127.0.0.1:9/v1"}

        """
      let result = try shadow(pairs(600), ["--candidate", "next", "--json"], config: config)
      #expect(result.code == 0, "\(result.errors)\(result.output)")
      let json = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      let candidate = try #require((json["arms"] as? [String: Any])?["candidate"] as? [String: Any])
      #expect(candidate["target"] as? String == "next" && candidate["model"] as? String == "small-2")
      // An answer of another model is no evidence of this one.
      let other = try shadow(
        pairs(600) { number, pair in
          if number == 3 { pair["candidate"] = ["text": "Order", "score": 1, "model": "large-1"] }
        }, ["--candidate", "next"], config: config)
      #expect(other.code == 98 && other.output.contains("from another model"), "\(other.output)")
      let unknown = try shadow(pairs(10), ["--candidate", "nobody"], config: config)
      #expect(unknown.code == 65, "\(unknown.errors)")
    }

    @Test func theMadeRecordingFindsADifference() throws {
      let file = checkout.appending(path: "recordings/shadow-changed.jsonl").path
      let scratch = try Scratch()
      let result = try Binary.run(["shadow", file, "--compact"], in: scratch.url)
      #expect(result.code == 97, "\(result.output)\(result.errors)")
      #expect(result.output.contains("language=de"), "\(result.output)")
      let equal = checkout.appending(path: "recordings/shadow-equal.jsonl").path
      #expect(try Binary.run(["shadow", equal], in: scratch.url).code == 0)
    }
  }
}
