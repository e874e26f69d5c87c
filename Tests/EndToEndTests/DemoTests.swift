import Foundation
import Testing

extension EndToEnd {
  /// The demo's own content: scripted models, written by us, over real HTTP.
  @Suite struct Demo {
    private static let recordings = ["production", "equal", "worse"].map { "recordings/support/\($0).jsonl" }

    private func gate(_ model: String, _ store: Scratch, _ more: [String] = []) throws -> Binary.Result {
      let server = try ReplayServerProcess(Self.recordings + ["-e", "evalsets/support"], in: checkout)
      return try withExtendedLifetime(server) {
        try Binary.run(
          [
            "gate", "--store", store.url.path, "--quiet", "--set", "targets.candidate.model=\(model)",
            "--set", "targets.candidate.base_url=\(server.address)/v1", "--set", "targets.production.base_url=\(server.address)/v1",
          ] + more, in: checkout)
      }
    }

    @Test func anEqualCandidatePasses() throws {
      let result = try gate("scripted-equal", try Scratch(), ["--json"])
      #expect(result.code == 0, "\(result.errors)")
      #expect(member(result.output, "verdict") as? String == "pass")
      #expect(member(result.output, "churn", "broken") as? Int == 0)
      #expect(member(result.output, "arms", "candidate", "planned") as? Int == 90)
      #expect(member(result.output, "arms", "candidate", "passed") as? Int == 84)
    }

    @Test func aCandidateWorseOnOneSliceIsBlockedByThatSlice() throws {
      let store = try Scratch()
      let result = try gate("scripted-worse", store, ["--json"])
      #expect(result.code == 99, "\(result.errors)")
      #expect(member(result.output, "verdict") as? String == "fail")
      let rulings = try #require(member(result.output, "rulings") as? [[String: Any]])
      let failed = rulings.filter { $0["verdict"] as? String == "fail" }
      #expect(failed.map { $0["slice"] as? String } == ["behaviour=refusal"])
      // The recorded decision is reported as it was made.
      let report = try Binary.run(["report", "latest", "--store", store.url.path, "--format", "json"], in: checkout)
      #expect(report.output == result.output)
    }

    @Test func everyReportIsWrittenInOneRun() throws {
      let store = try Scratch()
      let reports = ["junit", "markdown", "json", "terminal"].flatMap { ["--report", "\($0)=\(store.url.path)/report.\($0)"] }
      let result = try gate("scripted-worse", store, reports)
      #expect(result.code == 99)
      #expect(result.output.hasPrefix("fail  "))
      #expect(try store.read("report.junit").contains("<failure"))
      #expect(try store.read("report.markdown").contains("behaviour=refusal"))
      #expect(member(try store.read("report.json"), "exit_code") as? Int == 99)
      #expect(try store.read("report.terminal").contains("exit 99"))
    }

    @Test func theSameRecordsDecideTheSame() throws {
      let store = try Scratch()
      let first = try gate("scripted-worse", store, ["--json"])
      let again = try gate("scripted-worse", store, ["--json", "--run", "latest"])
      #expect(again.code == 99)
      #expect(again.output == first.output)
    }

    @Test func aFilteredGateIsAtBestInconclusive() throws {
      let result = try gate("scripted-equal", try Scratch(), ["--tag", "behaviour=numeric", "--json"])
      #expect(result.code == 98)
      #expect(member(result.output, "verdict") as? String == "inconclusive")
    }

    @Test func exportedTrialsHoldEveryAnswer() throws {
      let store = try Scratch()
      _ = try gate("scripted-equal", store)
      let trials = try Binary.run(["export", "trials", "--run", "latest", "--store", store.url.path], in: checkout)
      let lines = trials.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 180)
      #expect(lines.allSatisfy { member($0, "state") as? String == "scored" })
      #expect(lines.allSatisfy { (member($0, "attempts") as? [Any])?.count == 1 })
    }

    @Test func theDemosFilesAreValid() throws {
      let result = try Binary.run(["validate"], in: checkout)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output == "valid: 74 cases in 1 evalset, 180 trials planned\n")
    }
  }
}
