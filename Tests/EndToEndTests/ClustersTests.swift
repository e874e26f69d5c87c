import Foundation
import Testing

extension EndToEnd {
  /// Cases that are not as independent as they look, through the built command.
  @Suite struct Clusters {
    /// An evalset of these lines, on which both arms answer `yes`; nothing is lost.
    private func project(_ cases: [String], margin: String = "0.05", lost: Set<Int> = []) throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(
        """
        targets:
          candidate: {provider: replay, file: candidate.jsonl, model: new}
          production: {provider: replay, file: production.jsonl, model: old}
        evalsets: [cases.jsonl]
        policy:
          offline: [complete, no-regression: {margin: \(margin)}]

        """, to: "portcullis.yaml")
      try scratch.write(cases.map { $0 + "\n" }.joined(), to: "cases.jsonl")
      let ids = cases.compactMap { member($0, "id") as? String }
      try scratch.write(ids.map { "{\"case\":\"\($0)\",\"text\":\"yes\"}\n" }.joined(), to: "production.jsonl")
      try scratch.write(
        ids.enumerated().map { "{\"case\":\"\($1)\",\"text\":\"\(lost.contains($0) ? "no" : "yes")\"}\n" }.joined(), to: "candidate.jsonl")
      return scratch
    }

    private func line(_ id: String, _ input: String, extra: String = "") -> String {
      "{\"id\":\"\(id)\",\"input\":\"\(input)\",\"checks\":[{\"contains\":\"yes\"}]\(extra)}"
    }

    @Test func fiveQuestionsUnderTwoHundredIdsAreFiveCases() throws {
      let asked = ["what is due?", "What is  due?", "WHAT IS DUE? ", "when is it due?", "who pays?", "how?", "why?"]
      let scratch = try project((0..<200).map { line("q\($0)", asked[$0 % asked.count]) })
      let result = try Binary.run(["gate", "--json"], in: scratch.url)
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(result.output.contains("200 cases in 5 independent groups"))
      // What the plan says before anything is asked, and what is decided again from the records, is the same.
      #expect(result.errors.contains("'no-regression' cannot pass even if nothing is wrong at this size"))
      let again = try Binary.run(["gate", "-q", "--json", "--run", "latest"], in: scratch.url)
      #expect(again.code == 98)
      #expect(again.output.contains("200 cases in 5 independent groups"))
      // Nobody can say that equal questions are independent.
      #expect(try Binary.run(["gate", "-q", "--run", "latest", "--clusters", "none"], in: scratch.url).code == 98)
      #expect(try Binary.run(["validate"], in: scratch.url).errors.contains("cannot pass even if nothing is wrong at this size"))
    }

    @Test func oneDocumentIsOneSource() throws {
      let cases = (0..<120).map {
        line("q\($0)", "question \($0)", extra: ",\"context\":[{\"id\":\"d\($0)\",\"text\":\"document \($0 / 12)\"}]")
      }
      let scratch = try project(cases)
      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(result.output.contains("120 cases in 10 independent groups"))
    }

    @Test func whatStemsSuggestIsDecidedBothWaysUntilSomebodyChooses() throws {
      let cases = (0..<240).map { line("doc\($0 / 12)-\($0 % 12)", "question \($0)") }
      let scratch = try project(cases)
      let first = try Binary.run(["gate", "--json"], in: scratch.url)
      #expect(first.code == 98, "\(first.output)\(first.errors)")
      #expect(first.output.contains("clusters-suspected"))
      #expect(first.output.contains("grouped by id stem (20 groups)"))
      #expect(first.errors.contains("can pass only if its cases are independent, and they look grouped by id stem (20 groups)"))
      #expect((member(first.output, "clusters", "suspected") as? [[String: Any]])?.first?["groups"] as? Int == 20)
      let none = try Binary.run(["gate", "-q", "--json", "--run", "latest", "--clusters", "none"], in: scratch.url)
      #expect(none.code == 0, "\(none.output)\(none.errors)")
      #expect(none.output.contains("240 of 240 independent cases"))
      #expect(member(none.output, "clusters", "choice") as? String == "none")
      let stem = try Binary.run(["gate", "-q", "--json", "--run", "latest", "--clusters", "stem"], in: scratch.url)
      #expect(stem.code == 98)
      #expect(stem.output.contains("240 cases in 20 independent groups"))
      #expect(member(stem.output, "clusters", "choice") as? String == "stem")
      // A recorded decision is reported as it was made.
      let report = try Binary.run(["report", "latest", "--format", "json"], in: scratch.url)
      #expect(member(report.output, "clusters", "choice") as? String == "stem")
    }

    @Test func aTagThatGroupsIsSuspectedAndMayBeChosen() throws {
      let cases = (0..<240).map { line("q\($0)", "question \($0)", extra: ",\"tags\":{\"document\":\"d\($0 / 12)\"}") }
      let scratch = try project(cases)
      let first = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(first.code == 98, "\(first.output)\(first.errors)")
      #expect(first.output.contains("grouped by tag 'document' (20 groups)"))
      #expect(try Binary.run(["gate", "-q", "--run", "latest", "--clusters", "none"], in: scratch.url).code == 0)
      #expect(try Binary.run(["gate", "-q", "--run", "latest", "--clusters", "document"], in: scratch.url).code == 98)
      let unknown = try Binary.run(["gate", "--clusters", "documents"], in: scratch.url)
      #expect(unknown.code == 65)
      #expect(unknown.errors.contains("did you mean 'document'?"), "\(unknown.errors)")
    }

    @Test func aVerdictThatHoldsBothWaysStands() throws {
      let cases = (0..<240).map { line("doc\($0 / 3)-\($0 % 3)", "question \($0)") }
      let scratch = try project(cases)
      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("the same holds with cases grouped by id stem (80 groups)"))
    }
  }
}
