import Foundation
import Glibc
import PortcullisCore
import Testing

@testable import PortcullisStore

private let caseCount = 1500

/// `kill -9` at arbitrary moments: this test binary starts itself as a writer, kills it and compares what the writer was told with what
/// the store holds.
@Suite(.serialized) struct CrashTests {
  @Test func whatWasAcknowledgedSurvivesTwentyKills() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Store.open(folder: folder.path)
      try store.sampleRun(cases: sampleCases(caseCount)).end(.interrupted)
      try store.close()
    }
    var random = SplitMix(state: 20_261_125)
    var acknowledged: Set<String> = []
    for kill in 0..<20 {
      // From the very first entries to well into the run.
      let wanted = Int(random.next() % (kill % 2 == 0 ? 12 : 180))
      let (acks, code) = try runWriter("writerToBeKilled", in: folder.path, killAfter: wanted)
      #expect(code == SIGKILL, "the writer ended by itself")
      #expect(acknowledged.isDisjoint(with: acks), "something was recorded twice")
      acknowledged.formUnion(acks)
      let store = try Store.open(folder: folder.path)
      let missing = acknowledged.subtracting(try recorded(store))
      #expect(missing.isEmpty, "kill \(kill) lost \(missing.sorted().prefix(5))")
      try store.close()
    }
    let (acks, code) = try runWriter("writerToBeKilled", in: folder.path, killAfter: nil)
    #expect(code == 0)
    acknowledged.formUnion(acks)
    let store = try Store.open(folder: folder.path)
    #expect(try store.run(named: "latest").state == .finished)
    #expect(try store.progress(of: store.run(named: "latest")) == (2 * caseCount, 2 * caseCount))
    #expect(acknowledged.filter { $0.hasPrefix("trial ") }.count <= 2 * caseCount)
    try everyCallWasAnsweredOnce(store)
    try store.quickCheck()
  }

  /// The writer; only started by the test above.
  @Test(.enabled(if: childFolder != nil, "the writer that the kill test starts"))
  func writerToBeKilled() async throws {
    let store = try Store.open(folder: childFolder!)
    let run = try store.run(named: "latest")
    let session = try store.resume(run, version: "1")
    let recorder = Recorder(session)
    var pages = store.pending(of: run, page: 50)
    while let page = try pages.nextPage() {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for trial in page.flatMap(\.trials) { group.addTask { try await work(on: trial, recorder) } }
        try await group.waitForAll()
      }
    }
    try session.end(.finished)
    try store.close()
  }

  private func work(on trial: PendingTrial, _ recorder: Recorder) async throws {
    if trial.attempts.last?.completion == nil {
      let attempt = AttemptKey(trial: trial.key, number: trial.attempts.count + 1)
      try await recorder.record(started(attempt))
      acknowledge("start \(name(trial.key)) \(attempt.number)")
      try await recorder.record(answered(attempt, String(repeating: "answer ", count: 100)))
      acknowledge("end \(name(trial.key)) \(attempt.number)")
    }
    try await recorder.record(ended(trial.key.ordinal, trial.key.arm))
    acknowledge("trial \(name(trial.key))")
  }

  private func recorded(_ store: Store) throws -> Set<String> {
    let run = try store.run(named: "latest")
    var found: Set<String> = []
    func note(_ attempts: [AttemptRecord]) {
      for attempt in attempts {
        found.insert("start \(name(attempt.key.trial)) \(attempt.key.number)")
        if attempt.end != nil { found.insert("end \(name(attempt.key.trial)) \(attempt.key.number)") }
      }
    }
    for trial in try store.trials(of: run).all() {
      found.insert("trial \(name(trial.key))")
      note(trial.attempts)
    }
    for trial in try store.pending(of: run).all().flatMap(\.trials) { note(trial.attempts) }
    return found
  }

  private func everyCallWasAnsweredOnce(_ store: Store) throws {
    for trial in try store.trials(of: try store.run(named: "latest")).all() {
      #expect(trial.attempts.filter { $0.completion != nil }.count == 1)
    }
  }
}

private func name(_ key: TrialKey) -> String { "\(key.ordinal) \(key.arm.rawValue) \(key.repeatIndex)" }
