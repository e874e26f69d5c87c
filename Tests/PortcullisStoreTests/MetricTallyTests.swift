import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

/// Scores of metrics are read only where they are asked for.
struct MetricTallyTests {
  private func graded(_ id: String, _ checks: [CheckSpec], input: CaseInput? = nil) -> Case {
    Case(id: CaseID(id)!, evalset: "support", input: input ?? .messages([Message(role: .user, content: "\"metric\": b")]), checks: checks)
  }

  private func scored(_ grade: Double?, metric: String = "tone") -> CheckScore {
    CheckScore(
      check: "judge tone", metric: metric, score: grade.map { .graded($0, reason: "so so") } ?? .unscored(reason: "no reply"),
      isJudged: true)
  }

  private var cases: [Case] {
    [
      graded("a", [CheckSpec(kind: "judge", metric: "tone"), CheckSpec(kind: "contains")]), graded("b", [CheckSpec(kind: "contains")]),
      graded(
        "c", [CheckSpec(kind: "contains", metric: "other")],
        input: .turns([CaseInput.Turn(user: "hi", checks: [CheckSpec(kind: "judge", metric: "tone")])])),
    ]
  }

  private func recorded(_ store: Store) async throws -> RunSession {
    let session = try store.sampleRun(cases: cases)
    let recorder = Recorder(session)
    let plain = CheckScore(check: "contains", score: .fail(reason: "says \"metric\": \"tone\""))
    for (ordinal, arm, scores) in [
      (0, Arm.candidate, [scored(0.25), plain]), (0, .production, [scored(nil)]), (1, .candidate, [plain]),
      (2, .candidate, [scored(0.25), plain]),
    ] {
      let attempt = key(ordinal, arm)
      try await recorder.record([started(attempt), answered(attempt), ended(ordinal, arm, state: .failed, scores: scores)])
    }
    return session
  }

  @Test func theScoresOfAMetricComeWithTheTrialsAndTheCases() async throws {
    let store = try Store.inMemory()
    let elements = try store.tally(try await recorded(store).run, metrics: ["tone", "nothing"]).all().elements
    #expect(elements.map(\.facts) == cases.map { CaseFacts($0, plannedTrials: 1) })
    #expect(
      elements.map(\.facts.metrics) == [
        [CaseMetric("tone", isJudged: true)], [], [CaseMetric("other"), CaseMetric("tone", isJudged: true)],
      ])
    let tone = MetricScore("tone", 0.25, isJudged: true)
    #expect(
      elements.map { $0.trials.map(\.metrics) } == [[[tone], [MetricScore("tone", nil, isJudged: true)]], [[]], [[tone]]])
  }

  @Test func withoutAMetricNoneIsRead() async throws {
    let store = try Store.inMemory()
    let elements = try store.tally(try await recorded(store).run).all().elements
    #expect(elements.allSatisfy { $0.facts.metrics.isEmpty && $0.trials.allSatisfy(\.metrics.isEmpty) })
  }

  @Test(arguments: [1, 2, 100])
  func pagesReadTheSameScores(page: Int) async throws {
    let store = try Store.inMemory()
    let run = try await recorded(store).run
    #expect(
      try store.caseTrials(of: run, metrics: ["tone"], page: page).all() == store.caseTrials(of: run, metrics: ["tone"]).all())
  }

  /// Many cases share one list of checks, which is stored with their facts.
  @Test func checksThatCasesShareCarryTheirMetricToo() throws {
    let store = try Store.inMemory()
    let many = (0..<3).map { graded("m-\($0)", [CheckSpec(kind: "contains", metric: "tone")]) }
    let session = try store.sampleRun(cases: many)
    let facts = try store.tally(session.run, metrics: ["tone"]).all().elements.map(\.facts.metrics)
    #expect(facts == Array(repeating: [CaseMetric("tone")], count: 3))
  }

  @Test(arguments: [
    (#"{"metric":"a"}"#, true), (#"{"x":{"metric":1}}"#, true), (#"{"a":"\"metric\":"}"#, false), (#"{"metrics":1}"#, false), ("", false),
  ]) func aMetricIsFoundInStoredJSON(_ json: String, _ isNamed: Bool) {
    #expect(namesMetric(Array(json.utf8)) == isNamed)
  }
}
