import Glibc
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

private let stepCount = 300
private let idsPerStep = 40

/// `kill -9` between and within the steps of a canary: each is there whole, with its ids, look and message, or not at all.
@Suite(.serialized) struct CanaryCrashTests {
  @Test func aStepIsThereWholeOrNotAtAllAfterTwentyKills() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Store.open(folder: folder.path)
      try store.sampleCanary()
      try store.close()
    }
    var random = SplitMix(state: 20_261_130)
    var acknowledged = 0
    for kill in 0..<20 {
      let (acks, signal) = try runWriter("canaryToBeKilled", in: folder.path, killAfter: Int(random.next() % (kill % 2 == 0 ? 4 : 24)))
      #expect(signal == SIGKILL, "the writer ended by itself")
      acknowledged = max(acknowledged, acks.compactMap { Int($0) }.max() ?? 0)
      let revision = try checked(folder)
      #expect(revision >= acknowledged, "kill \(kill) lost steps: \(revision) of \(acknowledged)")
    }
    let (_, signal) = try runWriter("canaryToBeKilled", in: folder.path, killAfter: nil)
    #expect(signal == 0)
    let revision = try checked(folder)
    #expect(revision == stepCount)
  }

  /// The writer; only started by the test above.
  @Test(.enabled(if: childFolder != nil, "the writer that the kill test starts"))
  func canaryToBeKilled() throws {
    let store = try Store.open(folder: childFolder!)
    var canary = try store.canary(named: "summer")
    while canary.revision < stepCount {
      let number = canary.revision
      canary = try store.advance(
        canary,
        by: step(
          (0..<idsPerStep).map { "r-\(number)-\($0)" }, seen: (number + 1) * idsPerStep, looks: [look(Double(number))],
          messages: [
            NewMessage(event: "alert-\(number)", kind: .alertRaised, destination: rollbackMessage.destination, body: .int(number))
          ]))
      acknowledge("\(canary.revision)")
    }
    try store.close()
  }

  /// - Returns: The revision at which everything else is, too.
  private func checked(_ folder: TemporaryFolder) throws -> Int {
    let store = try Store.open(folder: folder.path)
    let canary = try store.canary(named: "summer")
    #expect(canary.state["seen"]?.int == canary.revision * idsPerStep)
    let keys = (0...canary.revision).flatMap { number in (0..<idsPerStep).map { ObservationKey("r-\(number)-\($0)") } }
    let isNew = try store.unseen(keys, of: canary)
    #expect(isNew.firstIndex(of: true) == canary.revision * idsPerStep && isNew.count { $0 } == idsPerStep)
    #expect(try store.looks(of: canary).all().map(\.number) == Array(1...canary.revision.advanced(by: 1)).dropLast())
    #expect(try store.messages(of: canary).map(\.body) == (0..<canary.revision).map { .int($0) })
    try store.quickCheck()
    try store.close()
    return canary.revision
  }
}
