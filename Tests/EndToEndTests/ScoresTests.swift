import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// `gate --scores`: how most people meet the gate, and what must not open it.
  @Suite struct Scores {
    /// Runs the gate on two files of a folder.
    private func gate(_ scratch: Scratch, _ options: [String]) throws -> Binary.Result {
      try Binary.run(["gate", "--scores", "production.csv", "candidate.csv"] + options, in: scratch.url)
    }

    private func files(_ production: String, _ candidate: String) throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(production, to: "production.csv")
      try scratch.write(candidate, to: "candidate.csv")
      return scratch
    }

    /// A table of `count` rows; `nil` leaves the row out.
    private func table(_ count: Int, _ name: (Int) -> String = { "q\($0)" }, _ score: (Int) -> String?) -> String {
      "id,score\n" + (0..<count).compactMap { index in score(index).map { "\(name(index)),\($0)\n" } }.joined()
    }

    private static let planned = ["--margin", "0.05", "--cases", "200"]

    /// Production passes all but every tenth case.
    private func production(_ index: Int) -> String { index % 10 == 3 ? "0" : "1" }

    @Test func anHonestPairOfFilesPasses() throws {
      let scratch = try files(table(200) { production($0) }, table(200) { $0 == 17 ? "0" : $0 == 3 ? "1" : production($0) })
      let result = try gate(scratch, Self.planned)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(result.output.hasPrefix("pass  The candidate passes"), "\(result.output)")
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: ".portcullis").path))
    }

    @Test func aWorseCandidateFails() throws {
      let scratch = try files(table(200) { production($0) }, table(200) { $0 % 4 == 0 ? "0" : production($0) })
      let result = try gate(scratch, Self.planned)
      #expect(result.code == 99, "\(result.output)\(result.errors)")
      #expect(result.output.contains("which reaches the margin of 5 points"), "\(result.output)")
    }

    /// Each of these opens some other gate.
    @Test(arguments: [
      "absent", "null", "five", "few", "planned", "nothing", "halves", "constant", "extra", "repeats", "renamed",
    ])
    func whatIsMissingOrTooLittleDoesNotPass(_ name: String) throws {
      // Of 200 cases production passes 180; the candidate really fails 20 more.
      let fails = Set((0..<200).filter { $0 % 10 == 5 })
      func honest(_ index: Int) -> String { fails.contains(index) ? "0" : production(index) }
      let theirs = table(200) { production($0) }
      let (ours, options, says): (String, [String], String) =
        switch name {
        case "absent": (table(200) { fails.contains($0) ? nil : production($0) }, Self.planned, "20 pairs without a score stand in the way")
        case "null": (table(200) { fails.contains($0) ? "" : production($0) }, Self.planned, "20 pairs without a score stand in the way")
        case "five": (table(200) { $0 < 5 ? "1" : nil }, Self.planned, "195 pairs without a score stand in the way")
        case "few": (table(200) { honest($0) }, ["--margin", "0.03", "--cases", "200"], "which reaches the margin of 3 points")
        case "planned":
          (
            table(200) { $0 == 3 ? "1" : production($0) }, ["--margin", "0.05", "--cases", "260"],
            "60 pairs without a score stand in the way"
          )
        case "nothing": (table(200) { _ in "" }, Self.planned, "no case has a score in both arms: all 200 pairs are missing")
        case "halves": (table(200) { $0 % 2 == 0 ? production($0) : nil }, Self.planned, "100 pairs without a score stand in the way")
        case "constant": (table(200) { _ in "0" }, Self.planned, "which reaches the margin of 5 points")
        case "extra":
          (
            theirs + table(200, { "extra\($0)" }) { _ in "1" }.dropFirst("id,score\n".count), ["--margin", "0.05", "--cases", "400"],
            "200 pairs without a score stand in the way"
          )
        case "repeats":
          // Each failing case again and again, until most of its rows pass: production has one row of it.
          (
            "id,score,repeat\n"
              + (0..<200).map { index in
                fails.contains(index)
                  ? "q\(index),0,0\n" + (1..<10).map { "q\(index),1,\($0)\n" }.joined() : "q\(index),\(production(index)),0\n"
              }.joined(), Self.planned, "20 pairs without a score stand in the way"
          )
        default:
          (
            table(200, { fails.contains($0) ? "Q\($0)" : "q\($0)" }) { _ in "1" }, ["--margin", "0.05", "--cases", "all"],
            "40 pairs without a score stand in the way"
          )
        }
      let scratch = try files(
        name == "repeats" ? "id,score,repeat\n" + (0..<200).map { "q\($0),\(production($0)),0\n" }.joined() : theirs, ours)
      let result = try gate(scratch, options)
      #expect(result.code == (name == "few" || name == "constant" ? 99 : 98), "\(result.output)\(result.errors)")
      #expect(flat(result.output).contains(says), "\(result.output)")
    }

    @Test func tooFewCasesNeverPass() throws {
      let scratch = try files(table(30) { _ in "1" }, "id,score,note\n" + (0..<30).map { "q\($0),1,x\n" }.joined())
      let result = try gate(scratch, ["--margin", "0.03", "--cases", "30"])
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(flat(result.output).contains("30 cases cannot exclude a loss of 3 points, whatever the answers"), "\(result.output)")
      #expect(flat(result.output).contains("at least 88 cases"), "\(result.output)")
    }

    @Test func aConstantFeedingBothArmsIsNoEvidence() throws {
      for score in ["0.5", "0"] {
        let scratch = try files(table(200) { _ in score }, "id,score,note\n" + (0..<200).map { "q\($0),\(score),x\n" }.joined())
        let result = try gate(scratch, Self.planned + ["--json"])
        #expect(result.code == 98, "\(result.output)\(result.errors)")
        #expect(result.output.contains("rig-unsteady"), "\(result.output)")
      }
    }

    /// 40 topics of 12 cases: the ids say so, nobody declared it.
    @Test func correlatedCasesAreSuspectedAndDecidedBothWays() throws {
      func name(_ index: Int) -> String { "topic\(index / 12)-\(index % 12)" }
      // Four whole topics are lost and four are won.
      let theirs = table(480, name) { $0 / 12 < 4 ? "0" : "1" }
      let ours = table(480, name) { 4..<8 ~= $0 / 12 ? "0" : "1" }
      let scratch = try files(theirs, ours)
      let result = try gate(scratch, ["--margin", "0.05", "--cases", "480", "--json"])
      #expect(result.code == 98, "\(result.output)\(result.errors)")
      #expect(result.output.contains("clusters-suspected") || result.output.contains("cannot-exclude-margin"), "\(result.output)")
    }

    @Test(arguments: [
      ("id,score\na,1\na,1\n", "id,score\na,1\n", "given again"), ("id,score\nx,1\n", "id,score\ny,1\n", "no id is in both files"),
      ("id,score\na,1\n", "id,score\na,1\n", "hold the same bytes"),
      ("id,score\na,1\nb,0\n", "id,score\nb,0\na,1\n", "the same rows in another order"),
      ("id,score\na,87\n", "id,score\na,85\n", "it must lie from 0 to 1"), ("id,score\na,nan\n", "id,score\na,1\n", "is 'nan'"),
      ("id,score\n", "id,score\na,1\n", "the file holds no row"), ("", "id,score\na,1\n", "the file is empty"),
      ("id,score\na ,1\n", "id,score\na,0\n", "begin or end with a blank"), ("id,score\na,1e400\n", "id,score\na,0\n", "is '1e400'"),
      ("id,score\na,0x1\n", "id,score\na,0\n", "is '0x1'"), ("id,score\na,\"1,0\"\n", "id,score\na,0\n", "write a decimal point"),
      ("{\"id\":\"a\",\"score\":\"0.9\"}\n", "{\"id\":\"a\",\"score\":0.9}\n", "write it without quotes"),
      ("{\"id\":\"a\",\"score\":1,\"score\":0}\n", "{\"id\":\"a\",\"score\":1}\n", "given twice"),
    ])
    func filesThatCouldMisleadEndWith65(_ row: (production: String, candidate: String, says: String)) throws {
      let result = try gate(files(row.production, row.candidate), ["--margin", "0.05", "--cases", "all"])
      #expect(result.code == 65, "\(result.output)\(result.errors)")
      #expect(result.output.isEmpty && result.errors.contains(row.says), "\(result.errors)")
    }

    @Test func aPipeIsNoFile() throws {
      let scratch = try files("id,score\na,1\n", "")
      let pipe = scratch.url.appending(path: "pipe").path
      try #require(mkfifo(pipe, 0o644) == 0)
      let result = try Binary.run(["gate", "--scores", "production.csv", "pipe", "--margin", "0.05", "--cases", "all"], in: scratch.url)
      #expect(result.code == 65 && result.errors.contains("this is a pipe"), "\(result.errors)")
      let standard = try Binary.run(
        ["gate", "--scores", "production.csv", "/dev/stdin", "--margin", "0.05", "--cases", "all"], in: scratch.url)
      #expect(standard.code == 65, "\(standard.output)\(standard.errors)")
    }

    @Test func fewerPlannedCasesThanRowsAreRefusedWithBothNumbers() throws {
      let scratch = try files(table(7) { _ in "1" }, table(7) { $0 == 0 ? "0" : "1" })
      let result = try gate(scratch, ["--margin", "0.05", "--cases", "5"])
      #expect(result.code == 65 && result.errors.contains("--cases is 5, but the files have 7 different cases"), "\(result.errors)")
    }

    @Test(arguments: [
      (["--margin", "0.05"], "--scores needs --cases"), (["--cases", "9"], "--scores needs --margin"),
      (["--margin", "0", "--cases", "9"], "must lie above 0"), (["--margin", "1", "--cases", "9"], "must lie above 0"),
      (["--margin", "5", "--cases", "9"], "did you mean '5%'?"), (["--margin", "0.05", "--cases", "0"], "--cases is '0'"),
      (["--margin", "0.05", "--cases", "many"], "--cases is 'many'"),
      (["--margin", "0.05", "--cases", "9", "--run", "latest"], "cannot be combined"),
      (["--margin", "0.05", "--cases", "9", "-e", "x"], "cannot be combined"),
      (["--margin", "0.05", "--cases", "9", "--candidate", "x"], "cannot be combined"),
      (["--margin", "0.05", "--cases", "9", "--columns", "x"], "--columns: 'x' is no column"),
    ])
    func optionsThatCannotBeMeantEndWith64(_ row: (options: [String], says: String)) throws {
      let result = try gate(files("id,score\na,1\n", "id,score\na,0\n"), row.options)
      #expect(result.code == 64 && result.errors.contains(row.says), "\(result.errors)")
    }

    @Test func oneFileAloneEndsWith64() throws {
      let scratch = try files("id,score\na,1\n", "")
      let result = try Binary.run(["gate", "--scores", "production.csv", "--margin", "0.05", "--cases", "1"], in: scratch.url)
      #expect(result.code == 64 && result.errors.contains("--scores takes two files"), "\(result.errors)")
      let stray = try Binary.run(["gate", "--margin", "0.05"], in: scratch.url)
      #expect(stray.code == 64 && stray.errors.contains("--margin belongs to --scores"), "\(stray.errors)")
    }

    @Test func theUserVouchesForAllCasesAndTheSentenceSaysSo() throws {
      let scratch = try files(table(200) { production($0) }, table(200) { $0 == 3 ? "1" : production($0) })
      let result = try gate(scratch, ["--margin", "0.05", "--cases", "all"])
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(flat(result.output).contains("that these are all the planned cases is the user's word (--cases all)"), "\(result.output)")
    }

    @Test func theSameFilesGiveTheSameBytesWhereverTheyLie() throws {
      let (theirs, ours) = (table(200) { production($0) }, table(200) { $0 == 3 ? "1" : production($0) })
      let outputs = try (0..<2).map { _ in try gate(files(theirs, ours), Self.planned + ["--json"]).output }
      #expect(!outputs[0].isEmpty && outputs[0] == outputs[1])
      #expect(member(outputs[0], "stage") as? String == "offline")
      #expect((member(outputs[0], "arms", "candidate", "target_digest") as? String)?.hasPrefix("sha256:") == true)
    }

    /// What a report goes into is never replaced by a file: a pipe is written to, a link stays one.
    @Test func aReportGoesIntoAPipeAndThroughALink() throws {
      let scratch = try files(table(200) { production($0) }, table(200) { $0 == 17 ? "0" : $0 == 3 ? "1" : production($0) })
      let pipe = scratch.url.appending(path: "pipe").path, link = scratch.url.appending(path: "link.json")
      #expect(mkfifo(pipe, 0o600) == 0)
      // Open for both, so that neither end waits for the other; the report is far smaller than the pipe.
      let descriptor = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC)
      defer { close(descriptor) }
      try scratch.write("old", to: "real.json")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: scratch.url.appending(path: "real.json"))
      let result = try gate(scratch, Self.planned + ["--report", "json=pipe", "--report", "json=link.json"])
      #expect(result.code == 0, "\(result.errors)")
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = read(descriptor, &buffer, buffer.count)
      #expect(count > 0 && String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).contains("portcullis.decision/1"))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path).hasSuffix("real.json"))
      #expect(try scratch.read("real.json").contains("portcullis.decision/1"))
    }

    @Test func reportsAreWrittenAndHostileIdsAreShownEscaped() throws {
      // Ids may not hold controls, but may hold what a page or a terminal takes for its own.
      let name = { (index: Int) in index == 3 ? "<b>|`x`&amp;[a](b)" : "q\(index)" }
      let scratch = try files(table(200, name) { production($0) }, table(200, name) { _ in "1" })
      let result = try gate(scratch, Self.planned + ["--report", "junit=j.xml", "--report", "markdown=m.md", "--report", "json=d.json"])
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      let junit = try scratch.read("j.xml")
      #expect(junit.contains("name=\"&lt;b&gt;|`x`&amp;amp;[a](b)\""), "\(junit.prefix(2000))")
      #expect(member(try scratch.read("d.json"), "verdict") as? String == "pass")
      #expect(try scratch.read("m.md").contains("Portcullis: pass"))
    }

    @Test func otherColumnsGiveAdviceThatDoesNotDecide() throws {
      let head = "id,score,slice.language,latency_ms,cost_micro_usd\n"
      func rows(_ score: (Int) -> String, latency: Int, cost: Int) -> String {
        head + (0..<200).map { "q\($0),\(score($0)),\($0 % 2 == 0 ? "de" : "en"),\(latency + $0),\(cost + $0)\n" }.joined()
      }
      let scratch = try files(rows(production, latency: 100, cost: 500), rows({ $0 == 3 ? "1" : production($0) }, latency: 900, cost: 5000))
      let result = try gate(scratch, Self.planned + ["--json"])
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      let rulings = try #require(member(result.output, "rulings") as? [[String: Any]])
      let found = rulings.map { "\($0["rule"] ?? "") \($0["slice"] ?? "") \($0["advisory"] ?? "")" }
      #expect(rulings.count == 5, "\(found)")
      #expect(
        rulings.filter { $0["advisory"] as? Bool == true }.map { $0["verdict"] as? String } == [
          "pass", "pass", "fail", "fail",
        ], "\(found)")
    }

    private func flat(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
  }
}
