import Foundation
import Glibc
import PortcullisCore
import Testing

@testable import PortcullisStore

private let childFolder = ProcessInfo.processInfo.environment["PORTCULLIS_STORE_CHILD"]
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
      let (acks, code) = try runChild(in: folder.path, killAfter: wanted)
      #expect(code == SIGKILL, "the writer ended by itself")
      #expect(acknowledged.isDisjoint(with: acks), "something was recorded twice")
      acknowledged.formUnion(acks)
      let store = try Store.open(folder: folder.path)
      let missing = acknowledged.subtracting(try recorded(store))
      #expect(missing.isEmpty, "kill \(kill) lost \(missing.sorted().prefix(5))")
      try store.close()
    }
    let (acks, code) = try runChild(in: folder.path, killAfter: nil)
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

  /// - Returns: What the writer was told, and the signal that ended it (0: none).
  private func runChild(in folder: String, killAfter count: Int?) throws -> (acks: Set<String>, signal: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    // A small pipe: the writer cannot run far ahead of the moment at which it is killed.
    try #require(fcntl(ends[1], 1031 /* F_SETPIPE_SZ */, 4096) >= 4096)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 9)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    for stream in [Int32(1), 2] { posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0) }
    let words = [CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter", "writerToBeKilled"]
    let environment = ProcessInfo.processInfo.environment.filter { $0.key != "PORTCULLIS_STORE_CHILD" }.map { "\($0.key)=\($0.value)" }
    var pid: pid_t = 0
    let failed = withCStrings(words) { words in
      withCStrings(environment + ["PORTCULLIS_STORE_CHILD=\(folder)"]) { posix_spawn(&pid, words[0]!, &actions, nil, words, $0) }
    }
    close(ends[1])
    defer { close(ends[0]) }
    try #require(failed == 0)
    var text: [UInt8] = []
    var lines = 0
    var isKilled = false
    var piece = [UInt8](repeating: 0, count: 256)
    while true {
      if !isKilled, let count, lines >= count {
        kill(pid, SIGKILL)
        isKilled = true
      }
      let got = read(ends[0], &piece, piece.count)
      if got <= 0 { break }
      text += piece.prefix(got)
      for byte in piece.prefix(got) where byte == 10 { lines += 1 }
    }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    #expect(status & 0x7F != 0 || status == 0, "the writer exited with \(status >> 8)")
    return (Set(String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)), status & 0x7F)
  }
}

private func name(_ key: TrialKey) -> String { "\(key.ordinal) \(key.arm.rawValue) \(key.repeatIndex)" }

/// One `write` is whole even when the process dies after it.
private func acknowledge(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(9, $0.baseAddress, $0.count) }
}

private func withCStrings<Value>(_ texts: [String], _ work: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
  let pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return work(pointers)
}

private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
