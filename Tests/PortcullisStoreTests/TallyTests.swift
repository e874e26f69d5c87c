import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct TallyTests {
  @Test func theTallyGetsTheFactsOfTheCaseAndItsTrials() async throws {
    let store = try Store.inMemory()
    let incident = Incident(id: "INC-7", severity: .p1, state: .guarded, owner: "ann", badOutput: "no", demand: "all")
    let rich = Case(
      id: CaseID("rich")!, evalset: "support", input: .turns([CaseInput.Turn(user: "hi", checks: [])]),
      checks: [CheckSpec(kind: "is-json")],
      behaviour: "refusal", tags: [Case.Tag(name: "language", value: "de"), Case.Tag(name: "zone", value: "\u{E9}")], severity: .critical,
      origin: .incident, cluster: "c-1", incident: incident, quarantine: Quarantine(owner: "bob", reason: "flaky", expires: "2026-12-01"))
    let cases = [sampleCase("plain"), rich, sampleCase("last")]
    let session = try store.sampleRun(cases: cases, trials: 2)
    let recorder = Recorder(session)
    let facts = TrialFacts(
      arm: .production, repeatIndex: 1, state: .callFailed(.rateLimit), isJudged: false, latency: .microseconds(1234),
      ttft: .microseconds(99),
      costMicro: 0, tokens: TokenUsage(input: 1, output: 2, cachedInput: 3, reasoning: 4), isReused: true, isRecorded: true)
    try await recorder.record(.trialEnded(TrialEnd(ordinal: 1, round: 0, facts: facts, scores: [], reason: nil)))
    try await recorder.record(whole(1))
    try await recorder.record(whole(2, .production))
    let (elements, _) = try store.tally(session.run).all()
    #expect(elements.map(\.facts) == cases.map { CaseFacts($0, plannedTrials: 2) })
    #expect(elements.map(\.trials.count) == [0, 2, 1])
    let read = try store.cases(of: session.run).all()
    #expect(read.map(\.testCase) == cases && read.map(\.digest) == cases.map(\.digest))
    #expect(read.map { Digest(of: $0.testCase.json) } == cases.map(\.digest))
    #expect(elements[1].trials[1] == facts)
    #expect(elements[1].trials[0].state == .passed && elements[1].trials[0].costMicro == 40)
  }

  @Test(arguments: [1, 2, 3, 7])
  func pagesDoNotChangeWhatTheTallySees(page: Int) async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(7))
    let recorder = Recorder(session)
    for ordinal in [0, 3, 6] { try await recorder.record(whole(ordinal, .production)) }
    let whole = try store.caseTrials(of: session.run, page: 100).all()
    #expect(whole.count == 7)
    #expect(try store.caseTrials(of: session.run, page: page).all() == whole)
  }

  @Test(arguments: FailureKind.allCases)
  func everyFailureKindComesBackAsItself(kind: FailureKind) async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), arms: [.candidate])
    try await Recorder(session).record([started(key(0)), failed(key(0), kind), ended(0, state: .callFailed(kind), scores: [])])
    let trial = try #require(try store.trials(of: session.run).all().first)
    #expect(trial.facts.state == .callFailed(kind))
    guard case .failure(let cause)? = trial.attempts[0].end?.result else {
      Issue.record("it failed")
      return
    }
    #expect(cause.kind == kind)
  }

  @Test func codesAreDistinct() {
    func distinct<Word: Coded>(_: Word.Type) -> Bool { Set(Word.allCases.map(\.code)).count == Word.allCases.count }
    #expect(distinct(Arm.self) && distinct(FailureKind.self) && distinct(Verdict.self))
    #expect(distinct(RunKind.self) && distinct(RunState.self) && distinct(RunStop.self) && distinct(RoundKind.self))
  }

  @Test func aPromptTemplateIsStoredOnceAndComesBackWithEachCase() throws {
    let store = try Store.inMemory()
    let prompt = "Answer {{ question }} " + String(repeating: "as our policy says. ", count: 200)
    let cases = (0..<50).map { sampleCase("case-\($0)", prompt: prompt) }
    let session = try store.sampleRun(cases: cases)
    #expect(try store.cases(of: session.run).all().map(\.testCase) == cases)
    let bytes = try store.reading { db in
      try Int.fetchOne(db, sql: "SELECT (SELECT sum(length(body)) FROM document) + (SELECT sum(length(body)) FROM case_content)")
    }
    #expect(bytes! < 2 * prompt.utf8.count + 50 * 400)
  }

  @Test func runsOfOneEvalsetShareTheirCases() throws {
    let store = try Store.inMemory()
    for id in ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] { _ = try store.sampleRun(id, cases: sampleCases(20)) }
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM case_content") } == 20)
  }

  @Test func numbersOfACaseKeepTheirDigits() throws {
    let store = try Store.inMemory()
    var exact = sampleCase("exact")
    exact.expected = try JSON(parsing: "12345678901234567890")
    let session = try store.sampleRun(cases: [exact])
    #expect(try store.cases(of: session.run).all()[0].testCase.expected?.compactText == "12345678901234567890")
  }

  @Test func aCaseIsFoundByItsIDInEveryEvalset() async throws {
    let store = try Store.inMemory()
    var other = sampleCase("same")
    other.evalset = "injection"
    let session = try store.sampleRun(cases: [sampleCase("same"), sampleCase("else"), other])
    try await Recorder(session).record(whole(2))
    let found = try store.cases(of: session.run, id: CaseID("same")!)
    #expect(found.map(\.ordinal) == [0, 2])
    #expect(found.map(\.testCase.evalset) == ["support", "injection"])
    #expect(found.map(\.trials.count) == [0, 1])
    #expect(try store.cases(of: session.run, id: CaseID("nobody")!).isEmpty)
  }
}
