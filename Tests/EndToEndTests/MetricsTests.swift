import Foundation
import Testing

extension EndToEnd {
  /// Metrics, times, tokens and declared behaviours, from the config to the exit code.
  @Suite struct Metrics {
    /// 150 cases of which every third carries no metric, answered by recordings.
    private func project(_ rules: [String], brief: (Int) -> Bool = { _ in true }, minCases: Int = 15) throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(
        """
        targets:
          candidate: {provider: replay, file: candidate.jsonl, model: a}
          production: {provider: replay, file: production.jsonl, model: b}
        evalsets: [evalsets/s]
        policy:
          offline: [complete, \(rules.joined(separator: ", "))]

        """, to: "portcullis.yaml")
      try FileManager.default.createDirectory(at: scratch.url.appending(path: "evalsets/s"), withIntermediateDirectories: true)
      try scratch.write("behaviours: {talk: {min_cases: \(minCases)}}\n", to: "evalsets/s/evalset.yaml")
      let cases = (0..<150).map { index in
        let brevity = index % 3 == 2 ? "" : ", {\"max-words\": 3, \"metric\": \"brevity\"}"
        let behaviour = index % 10 == 0 ? ", \"behaviour\": \"talk\"" : ""
        return "{\"id\": \"c-\(index)\", \"input\": \"q\(index)\", \"checks\": [{\"contains\": \"yes\"}\(brevity)]\(behaviour)}\n"
      }
      try scratch.write(cases.joined(), to: "evalsets/s/cases.jsonl")
      for arm in ["candidate", "production"] {
        let answers = (0..<150).map { index in
          let text = arm == "production" || brief(index) ? "yes" : "yes it is as you say"
          return "{\"case\": \"c-\(index)\", \"text\": \"\(text)\", \"latency_ms\": 900, \"ttft_ms\": \(arm == "candidate" ? 200 : 250), "
            + "\"usage\": {\"input\": \(50 + index % 9), \"output\": 8}}\n"
        }
        try scratch.write(answers.joined(), to: "\(arm).jsonl")
      }
      return scratch
    }

    private let every = [
      "no-regression: {margin: 10%, metric: brevity}", "score: {metric: brevity, min: 0.9}", "tail: {metric: brevity, max_share: 4%}",
      "ttft: {limit: 300ms}", "tpot: {limit: 120ms}", "tokens-per-request", "coverage",
    ]

    @Test func everyRuleHoldsAndHoldsAgainFromTheRecords() throws {
      let scratch = try project(every)
      let passed = try Binary.run(["gate", "--json", "-q"], in: scratch.url)
      #expect(passed.code == 0, "\(passed.output)\(passed.errors)")
      #expect(passed.output.contains("over the 100 cases that carry it"))
      let again = try Binary.run(["gate", "--run", "latest", "--json", "-q"], in: scratch.url)
      #expect(again.code == 0)
      #expect(member(again.output, "rulings") as? NSArray == member(passed.output, "rulings") as? NSArray)
    }

    @Test(arguments: ["no-regression: {margin: 10%, metric: brevity}", "score: {metric: brevity, min: 0.9}", "tail: {metric: brevity}"])
    func aWorseMetricFails(_ rule: String) throws {
      let scratch = try project([rule], brief: { $0 % 2 == 0 })
      #expect(try Binary.run(["gate", "-q"], in: scratch.url).code == 99)
    }

    /// The checks of a case say what is weighed: answers that never came make the metric of theirs missing, not absent.
    @Test func losingTheBadAnswersDoesNotShrinkTheMetric() throws {
      let scratch = try project(["score: {metric: brevity, min: 0.9}", "coverage"], brief: { $0 % 5 != 0 })
      for arm in ["candidate", "production"] {
        let kept = try scratch.read("\(arm).jsonl").split(separator: "\n").enumerated().filter { $0.offset % 5 != 0 }
        try scratch.write(kept.map { $0.element + "\n" }.joined(), to: "\(arm).jsonl")
      }
      let result = try Binary.run(["gate", "--json", "-q"], in: scratch.url)
      #expect(result.code == 98, "\(result.output)")
      #expect(result.output.contains("over 80 of the 100 cases that carry it"))
      #expect(result.output.contains("'talk' 0 of 15"))
    }

    @Test func aMetricNobodyCarriesAndABehaviourWithTooFewCasesAreNamedBeforeTheRunAndAfterIt() throws {
      let scratch = try project(["score: {metric: brevty, min: 0.9}", "coverage", "no-regression: {margin: 10%}"], minCases: 20)
      let checked = try Binary.run(["validate"], in: scratch.url)
      #expect(checked.code == 0)
      #expect(
        (checked.output + checked.errors).contains("no case carries the metric 'brevty'")
          && (checked.output + checked.errors).contains("did you mean 'brevity'?"))
      #expect((checked.output + checked.errors).contains("'coverage' cannot pass even if nothing is wrong"))
      let result = try Binary.run(["gate", "-q"], in: scratch.url)
      #expect(result.code == 98)
      #expect(result.output.contains("did you mean 'brevity'?") && result.output.contains("'talk' 15 of 20"))
    }
  }
}
