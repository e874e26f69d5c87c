import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct ExportTests {
  @Test func trialsAreExportedInTheShapeOfTheFormat() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(2))
    let recorder = Recorder(session)
    let retry = key(0, .production, number: 2)
    let scores = [
      CheckScore(check: "contains", score: .fail(reason: "no '14 days'")),
      CheckScore(check: "judge helpful", score: .graded(0.5, reason: "curt"), isJudged: true, threshold: 0.6),
      CheckScore(check: "cost", score: .unscored(reason: "no price")),
    ]
    try await recorder.record(whole(1))
    try await recorder.record([
      started(key(0, .production)), failed(key(0, .production)), started(retry), answered(retry, "no"),
      ended(0, .production, state: .failed, scores: scores),
    ])
    try await recorder.record([
      started(key(1, .production)), failed(key(1, .production), .timeout), ended(1, .production, state: .callFailed(.timeout), scores: []),
    ])
    let lines = try store.trials(of: session.run, page: 1).all().map(\.exportJSON.compactText)
    let completion =
      #"{"text":"no","finish_reason":"stop","usage":{"input":20,"output":5},"latency_ms":250,"model":"m-1","response_id":"resp-1"}"#
    // 1 790 000 000 s is 2026-09-21 14:13:20 UTC (date -u -d @1790000000).
    let first =
      #"{"started":"2026-09-21T14:13:20.000Z","ended":"2026-09-21T14:13:20.090Z","#
      + #""failure":{"kind":"transport","message":"connection reset"},"cost_micro_usd":100}"#
    let second = #"{"started":"2026-09-21T14:13:20.000Z","ended":"2026-09-21T14:13:20.250Z","failure":null,"cost_micro_usd":40}"#
    #expect(
      lines.first
        == #"{"case":"case-0","arm":"production","repeat":0,"state":"scored","completion":"# + completion + #","attempts":["# + first + ","
        + second + #"],"scores":[{"check":"contains","score":0,"passed":false,"reason":"no '14 days'"},"#
        + #"{"check":"judge helpful","score":0.5,"passed":false,"reason":"curt"},"#
        + #"{"check":"cost","score":null,"passed":null,"reason":"no price"}]}"#)
    #expect(lines.count == 3)
    #expect(lines[1].contains(#""arm":"candidate","repeat":0,"state":"scored""#))
    #expect(lines[2].contains(#""state":"failed","attempts":[{"started""#) && !lines[2].contains("completion"))
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (4_102_444_800_007, "2100-01-01T00:00:00.007Z"),
  ])
  func timesAreWrittenAsRFC3339(milliseconds: Int, text: String) {
    // Computed with GNU date.
    #expect(WallTime(milliseconds: milliseconds).description == text)
  }
}
