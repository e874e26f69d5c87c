import Foundation
import Glibc
import PortcullisCore
import PortcullisGate
import PortcullisStore
import Testing

extension EndToEnd {
  /// `kill -9` in the middle of canary work, then the same command: nothing is lost, nothing is counted twice, and every call arrives under one key.
  @Suite struct CanaryKilled {
    private static let stream = CanaryProject.stream(requests: 5000, failing: 4, seed: 7)

    /// What must be the same whether or not somebody was killed.
    private struct Outcome: Equatable {
      let verdict: String
      let state: String
      let isFinal: Bool
      let told: [String]
      let looksOfEvents: [String]
    }

    private func begin(_ receiver: Receiver) throws -> Scratch {
      let hook = "{webhook: \"\(receiver.url)\"}"
      let scratch = try CanaryProject.make(
        rollback: hook, more: ["  advance: \(hook)", "  promote: \(hook)", "alerts:", "  to: {page: \(hook), ticket: \(hook)}"])
      try scratch.write(Self.stream, to: "requests.jsonl")
      let begun = try Binary.run(["canary", "start", "summer"] + CanaryProject.start, in: scratch.url)
      #expect(begun.code == 0, "\(begun.errors)")
      return scratch
    }

    private let observe = ["canary", "observe", "requests.jsonl", "-q", "--patience", "30s"]

    private func outcome(_ scratch: Scratch) throws -> Outcome {
      let store = try Store.open(folder: scratch.url.appending(path: ".portcullis").path)
      let canary = try store.canary(named: "summer")
      var looks = store.looks(of: canary)
      var events: [String] = []
      while let look = try looks.next() { events += (look.body["events"]?.array ?? []).map(\.compactText) }
      let messages = try store.messages(of: canary)
      #expect(messages.allSatisfy { if case .pending = $0.standing { false } else { true } })
      let outcome = Outcome(
        verdict: canary.verdict.rawValue, state: canary.state.compactText, isFinal: canary.isFinal,
        told: messages.map { "\($0.event) \($0.body.compactText)" }, looksOfEvents: events)
      try store.close()
      return outcome
    }

    /// Five kills each, ten times: instants drawn over the time that the work takes.
    @Test(arguments: 0..<10) func whatWasKilledComesToTheSameEnd(seed: UInt64) throws {
      let clock = ContinuousClock()
      // The receiver has its own troubles, by the seed: what is lost here is sent again.
      let calm = try Receiver { _, _ in .status(200) }
      let rough = try Receiver { number, _ in
        switch (UInt64(number) &+ seed) % 4 {
        case 0: .drop
        case 1: .status(503)
        default: .status(200)
        }
      }
      defer {
        calm.stop()
        rough.stop()
      }
      let untouched = try begin(calm)
      let started = clock.now
      let whole = try Binary.run(observe, in: untouched.url)
      let duration = clock.now - started
      #expect(whole.code == 0, "\(whole.errors)")
      let expected = try outcome(untouched)
      #expect(expected.isFinal && expected.verdict == "rollback" && expected.told.contains { $0.contains("rollback") })

      var dice = Dice(state: seed &* 1_000_003)
      let scratch = try begin(rough)
      var kills = 0
      // One that had ended before was not killed; the end of the work is near then, and the next ones only find it done.
      for _ in 0..<15 where kills < 5 {
        let victim = try Binary.start(observe, in: scratch.url)
        let instant = clock.now + duration * (0.6 * dice.roll())
        _ = victim.reaches { clock.now >= instant }
        victim.signal(SIGKILL)
        victim.wait()
        if victim.code == 128 + SIGKILL { kills += 1 }
      }
      #expect(kills == 5)
      let last = try Binary.run(observe, in: scratch.url)
      #expect(last.code == 0, "\(last.errors)")
      #expect(try outcome(scratch) == expected)
      #expect(try Binary.run(["canary", "status", "summer"], in: scratch.url).code == 99)

      // The receiver's view: each event under one key, and after it was acknowledged to a living process nothing more.
      let keys = Dictionary(grouping: rough.calls) { "\(member($0.body, "event") ?? "?") \(member($0.body, "number") ?? "?")" }
      #expect(keys.count == expected.told.count)
      for (event, calls) in keys {
        #expect(Set(calls.map(\.key)).count == 1, "\(event) came under several keys")
        #expect(calls.contains { $0.status == 200 }, "\(event) never arrived")
      }
      let before = rough.calls.count
      _ = try Binary.run(observe, in: scratch.url)
      _ = try Binary.run(["canary", "status", "summer"], in: scratch.url)
      #expect(rough.calls.count == before)
    }
  }
}
