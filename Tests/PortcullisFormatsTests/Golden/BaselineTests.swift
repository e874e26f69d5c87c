import PortcullisCore
import PortcullisFormats
import Testing

struct BaselineTests {
  private let zero = "sha256:" + String(repeating: "0", count: 64)

  private func header(_ change: (String, String)? = nil) -> String {
    let text = """
      {"schema":"portcullis.baseline/1","evalset":"support","evalset_digest":"\(zero)","target":"production","target_digest":"\(zero)",\
      "run":"0123456789ab","approved_by":"o","approved_at":"2026-09-16","policy":{"offline":["complete"]},"critical":["a"],\
      "guarded":[{"case":"a","case_digest":"\(zero)"}]}
      """
    return change.map { text.replacing($0.0, with: $0.1) } ?? text
  }

  @Test func headerAndTrialsAreRead() throws {
    let folder = try TestFolder()
    let first = #"{"passed":true,"score":1,"checks":{"contains":1,"judge helpful":null},"completion":{"text":"hi"}}"#
    let line = #"{"case":"a","case_digest":"\#(zero)","trials":[\#(first),{"passed":null}]}"#
    let path = try folder.write("baseline.jsonl", header() + "\n" + line + "\n")
    let baseline = try loadBaseline(at: path, project: folder.project)
    let id = try #require(CaseID("a"))
    #expect(baseline.header.critical == [id])
    #expect(baseline.header.guarded.map(\.caseID) == [id])
    #expect(baseline.header.policy?["offline"] == .array([.string("complete")]))
    let trials = try #require(baseline.cases[id]?.trials)
    #expect(trials.map(\.passed) == [true, nil])
    #expect(trials[0].checks.map(\.name) == ["contains", "judge helpful"])
    #expect(trials[0].checks.map(\.score) == [1, nil])
    #expect(trials[0].completion?.text == "hi")
  }

  @Test func badBaselinesAreRefused() throws {
    func says(_ text: String) throws -> [String] {
      let folder = try TestFolder()
      let path = try folder.write("baseline.jsonl", text)
      return try folder.problems { _ = try loadBaseline(at: path, project: folder.project) }.map(firstLine)
    }
    #expect(try says("") == ["baseline.jsonl: error: the file is empty"])
    #expect(
      try says(header(("baseline/1", "baseline/2"))) == [
        "baseline.jsonl:1:2: error: 'schema' is 'portcullis.baseline/2'; this version reads 'portcullis.baseline/1'"
      ])
    #expect(
      try says(header() + "\n" + #"{"case":"a","case_digest":"\#(zero)","trials":[]}"#) == [
        "baseline.jsonl:2:1: error: the record has no trial"
      ])
    let line = #"{"case":"a","case_digest":"\#(zero)","trials":[{"passed":true}]}"#
    #expect(try says(header() + "\n" + line + "\n" + line) == ["baseline.jsonl:3:1: error: case 'a' is given twice"])
    #expect(
      try says(header() + "\n" + line.replacing("true", with: "1")) == [
        "baseline.jsonl:2:121: error: 'passed' is '1'; it must be true or false"
      ])
  }
}
