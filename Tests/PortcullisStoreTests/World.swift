import Foundation
import PortcullisCore
import PortcullisGate

@testable import PortcullisStore

// Builders, so that a test shows only what matters to it.

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/portcullis-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path + "/" + name)) }

  func write(_ data: Data, to name: String) throws { try data.write(to: URL(filePath: path + "/" + name)) }
}

func sampleCase(_ id: String, prompt: String? = nil, tags: [Case.Tag] = [], cluster: String? = nil) -> Case {
  Case(
    id: CaseID(id)!, evalset: "support",
    input: prompt.map { .template(PromptText($0)) } ?? .messages([Message(role: .user, content: "question \(id)")]),
    checks: [CheckSpec(kind: "contains", argument: .string("14 days"))], behaviour: "refunds", tags: tags, cluster: cluster)
}

extension Case {
  var digest: Digest { Digest(of: json) }
}

let someTime = WallTime(milliseconds: 1_790_000_000_000)

extension Store {
  /// A sealed run of these cases, being worked on.
  func sampleRun(
    _ id: String = "aaaaaaaaaaaa", cases: [Case], trials: Int = 1, arms: [Arm] = [.candidate, .production], plan: String = "plan"
  ) throws -> RunSession {
    let new = NewRun(
      id: RunID(id)!, kind: .gate, planDigest: Digest(of: plan), plannedCases: cases.count, arms: arms,
      manifest: .object([("seed", .int(7)), ("plan", .string(plan))]))
    let session = try create(new, version: "1.0.0", now: someTime)
    try session.append(cases.map { ($0, $0.digest, trials) })
    try session.seal()
    return session
  }
}

func sampleCases(_ count: Int) -> [Case] { (0..<count).map { sampleCase("case-\($0)") } }

func key(_ ordinal: Int, _ arm: Arm = .candidate, repeat index: Int = 0, number: Int = 1) -> AttemptKey {
  AttemptKey(trial: TrialKey(ordinal: ordinal, arm: arm, repeatIndex: index), number: number)
}

func started(_ key: AttemptKey, reserved: Int? = 100) -> RecordEntry {
  .attemptStarted(
    key, at: someTime, completionKey: Digest(of: "\(key)"), reserved: Charge(costMicro: reserved, tokens: reserved.map { $0 * 10 }))
}

func answered(_ key: AttemptKey, _ text: String = "within 14 days", cost: Int? = 40) -> RecordEntry {
  .attemptEnded(
    key, at: WallTime(milliseconds: someTime.milliseconds + 250),
    result: .success(
      Completion(
        text: text, usage: TokenUsage(input: 20, output: 5), latency: .milliseconds(250), servedModel: "m-1", responseID: "resp-1")),
    charged: Charge(costMicro: cost, tokens: 25))
}

func failed(_ key: AttemptKey, _ kind: FailureKind = .transport) -> RecordEntry {
  .attemptEnded(
    key, at: WallTime(milliseconds: someTime.milliseconds + 90),
    result: .failure(CallFailure(kind, "connection reset", status: 502, mayBeBilled: true, received: "<html>")),
    charged: Charge(costMicro: 100, tokens: 1000))
}

func ended(
  _ ordinal: Int, _ arm: Arm = .candidate, repeat index: Int = 0, round: Int = 0, state: TrialFacts.State = .passed,
  scores: [CheckScore]? = nil, reason: String? = nil
) -> RecordEntry {
  .trialEnded(
    TrialEnd(
      ordinal: ordinal, round: round,
      facts: TrialFacts(
        arm: arm, repeatIndex: index, state: state, latency: .milliseconds(250), costMicro: 40, tokens: TokenUsage(input: 20, output: 5)),
      scores: scores ?? [CheckScore(check: "contains", score: .pass)], reason: reason))
}

/// Everything one trial records that was answered at once.
func whole(_ ordinal: Int, _ arm: Arm = .candidate, repeat index: Int = 0, round: Int = 0) -> [RecordEntry] {
  let attempt = key(ordinal, arm, repeat: index)
  return [started(attempt), answered(attempt), ended(ordinal, arm, repeat: index, round: round)]
}

extension Recorder {
  func record(_ entries: [RecordEntry]) async throws {
    for entry in entries { try await record(entry) }
  }
}

extension Pages {
  func all() throws -> [Element] {
    var pages = self
    var found: [Element] = []
    while let element = try pages.next() { found.append(element) }
    return found
  }
}

extension TallyCursor {
  /// All elements, and the counts at the end.
  func all() throws -> (elements: [CaseTrials], counts: TrialCounts) {
    var cursor = self
    var found: [CaseTrials] = []
    while let element = try cursor.next() { found.append(element) }
    return (found, cursor.counts)
  }
}

/// The error a piece of work throws; nil where it throws none.
func problem(_ work: () throws -> Void) -> StoreError? {
  do {
    try work()
    return nil
  } catch {
    return error as? StoreError
  }
}

func problem(_ work: () async throws -> Void) async -> StoreError? {
  do {
    try await work()
    return nil
  } catch {
    return error as? StoreError
  }
}
