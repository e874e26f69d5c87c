import PortcullisCore
import PortcullisFormats
import Testing

struct GoldenTests {
  private let cases = "- id: a\n  input: q\n  checks: [equals]\n- id: b\n  input: q\n  expected: own\n  checks: [equals]\n"

  private func answer(_ id: String, _ more: String = "") -> String {
    #"{"case":"\#(id)","answer":"golden","approved_by":"o","approved_at":"2026-09-16T13:40:00Z"\#(more)}"# + "\n"
  }

  @Test func theGoldenAnswerStandsInWhereACaseExpectsNothing() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", cases)
    try folder.write("golden/set/answers.jsonl", answer("a") + answer("b", #","note":"n","run":"0123456789ab""#))
    let evalset = try folder.load(golden: "golden")
    #expect(try PortcullisFormatsTests.cases(of: evalset).map(\.expected) == [.string("golden"), .string("own")])
    let id = try #require(CaseID("b"))
    #expect(evalset.golden.answers[id]?.note == "n")
    #expect(evalset.warnings == [])
  }

  @Test func aStaleAnswerIsWarnedAboutAndNotUsed() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.jsonl", #"{"id":"a","input":"q","checks":["is-json"]}"#)
    let approved = try #require(try PortcullisFormatsTests.cases(of: folder.load()).first)
    let digest = Digest(of: approved.json)
    try folder.write("golden/set/answers.jsonl", answer("a", #","case_digest":"\#(digest)""#))
    let fresh = try folder.load(golden: "golden")
    #expect(fresh.warnings == [])
    #expect(try PortcullisFormatsTests.cases(of: fresh).map(\.expected) == [.string("golden")])

    try folder.write("set/cases.jsonl", #"{"id":"a","input":"another question","checks":["is-json"]}"#)
    let stale = try folder.load(golden: "golden")
    #expect(
      stale.warnings.map(folder.shown).map(firstLine) == [
        "golden/set/answers.jsonl:1:1: warning: the golden answer of case 'a' is stale: the case changed since it was approved"
      ])
    #expect(try PortcullisFormatsTests.cases(of: stale).map(\.expected) == [nil])
  }

  @Test func anAnswerOfNoCaseIsWarnedAbout() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", cases)
    try folder.write("golden/set/answers.jsonl", answer("a") + answer("zz"))
    #expect(
      try folder.load(golden: "golden").warnings.map(folder.shown) == [
        "golden/set/answers.jsonl:2:1: warning: the golden answer is of an unknown case 'zz'"
      ])
  }

  @Test(arguments: [
    (#"{"case":"a","answer":"x","approved_by":"o"}"#, "answers.jsonl:1:1: error: the record has no 'approved_at'"),
    (
      #"{"case":"a","answer":"x","approved_by":"o","approved_at":"soon"}"#,
      "answers.jsonl:1:58: error: 'approved_at' is 'soon', which is no date"
    ),
    (
      #"{"case":"a","answer":"x","approved_by":"o","approved_at":"2026-01-01","case_digest":"sha256:00"}"#,
      "answers.jsonl:1:85: error: 'case_digest' is 'sha256:00', which is no digest"
    ),
    (
      #"{"case":"a","anwser":"x","answer":"x","approved_by":"o","approved_at":"2026-01-01"}"#,
      "answers.jsonl:1:13: error: unknown key 'anwser' in a record"
    ),
    (#"{"case":7,"answer":"x","approved_by":"o","approved_at":"2026-01-01"}"#, "answers.jsonl:1:9: error: 'case' is 7; it must be text"),
  ])
  func badAnswersAreRefused(_ row: (line: String, says: String)) throws {
    let folder = try TestFolder()
    try folder.write("golden/answers.jsonl", row.line)
    let said = try folder.problems { _ = try loadGolden(in: folder.path + "/golden", project: folder.project) }
    #expect(said.map(firstLine) == ["golden/" + row.says])
  }

  @Test func twoAnswersForOneCaseAreRefused() throws {
    let folder = try TestFolder()
    try folder.write("golden/answers.jsonl", answer("a") + answer("a"))
    let said = try folder.problems { _ = try loadGolden(in: folder.path + "/golden", project: folder.project) }
    #expect(said.map(firstLine) == ["golden/answers.jsonl:2:1: error: case 'a' has a second golden answer; the first is in line 1"])
  }

  @Test func labelsOfSeveralRatersAreRead() throws {
    let folder = try TestFolder()
    let digest = Digest(of: "the answer")
    try folder.write(
      "golden/labels.jsonl",
      """
      {"case":"a","answer":"the answer","criterion":"helpful","label":"pass","rater":"k","at":"2026-01-02"}
      {"case":"a","answer_digest":"\(digest)","label":0.5,"rater":"l"}
      {"case":"a","answer":"the answer","answer_digest":"\(digest)","label":"fail","rater":"m"}
      """)
    let labels = try loadGolden(in: folder.path + "/golden", project: folder.project).labels
    #expect(labels.map(\.value) == [.pass, .grade(0.5), .fail])
    #expect(labels.map(\.answerDigest) == [digest, digest, digest])
    #expect(labels.map(\.rater) == ["k", "l", "m"])
  }

  @Test(arguments: [
    (
      #"{"case":"a","answer":"x","label":1.5,"rater":"k"}"#,
      #"labels.jsonl:1:34: error: 'label' is '1.5'; it must be "pass", "fail" or a number from 0 to 1"#
    ),
    (#"{"case":"a","label":"pass","rater":"k"}"#, "labels.jsonl:1:1: error: the label names no answer"),
    (
      #"{"case":"a","answer":"x","answer_digest":"sha256:\#(String(repeating: "0", count: 64))","label":1,"rater":"k"}"#,
      "labels.jsonl:1:26: error: 'answer_digest' is not the digest of 'answer'"
    ),
  ])
  func badLabelsAreRefused(_ row: (line: String, says: String)) throws {
    let folder = try TestFolder()
    try folder.write("golden/labels.jsonl", row.line)
    let said = try folder.problems { _ = try loadGolden(in: folder.path + "/golden", project: folder.project) }
    #expect(said.map(firstLine) == ["golden/" + row.says])
  }
}
