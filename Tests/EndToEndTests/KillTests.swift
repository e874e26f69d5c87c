import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// `kill -9` in the middle of a run, then the same command: it finishes, pays only for what is missing, and runs no trial twice.
  @Suite struct Killed {
    static let cases = 60

    private func project(_ address: String) throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(
        """
        targets:
          candidate: {provider: openai, model: new, base_url: "\(address)/v1", limits: {concurrency: 4}}
          production: {provider: openai, model: old, base_url: "\(address)/v1", limits: {concurrency: 4}}
        evalsets: [cases.jsonl]
        policy:
          offline: [complete, no-regression: {margin: 0.10}]

        """, to: "portcullis.yaml")
      return scratch
    }

    /// Twenty kills, each when the endpoint has seen so many requests: instants spread over the run by a seed.
    @Test(arguments: 0..<20) func aKilledRunGoesOnWithoutLossOrDoublePayment(seed: Int) throws {
      let files = try Scratch()
      try files.write(
        (0..<Self.cases).map { "{\"id\":\"case-\($0)\",\"input\":\"q\($0)\",\"checks\":[{\"contains\":\"yes\"}]}\n" }.joined(),
        to: "cases.jsonl")
      try files.write(
        (0..<Self.cases).map { "{\"case\":\"case-\($0)\",\"text\":\"yes\",\"latency_ms\":3}\n" }.joined(), to: "answers.jsonl")
      let log = files.url.appending(path: "requests.jsonl")
      let server = try ReplayServerProcess(["answers.jsonl", "-e", "cases.jsonl", "--log", log.path], in: files.url)
      let scratch = try project(server.address)
      try scratch.write(try files.read("cases.jsonl"), to: "cases.jsonl")
      func requests() -> Int { (try? Data(contentsOf: log))?.count { $0 == UInt8(ascii: "\n") } ?? 0 }

      // 0…119, evenly: a multiplicative hash of the seed.
      let instant = (seed * 2_654_435_761 >> 8) % (2 * Self.cases)
      let victim = try Binary.start(["gate", "-q"], in: scratch.url)
      _ = victim.reaches { requests() >= instant }
      victim.signal(SIGKILL)
      victim.wait()
      let sentBefore = requests()
      let recordedBefore = try trials(scratch).flatMap(answered)

      let result = try Binary.run(["gate", "-q", "--json"], in: scratch.url)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      let after = try trials(scratch)
      #expect(after.count == 2 * Self.cases)
      #expect(Set(after.map(name)).count == 2 * Self.cases)
      // Nothing recorded was lost, and nothing recorded was asked again.
      let recordedAfter = after.flatMap(answered)
      #expect(Set(recordedBefore).isSubset(of: recordedAfter))
      #expect(recordedAfter.count == 2 * Self.cases)
      // At most the calls under way at the kill (4 an arm, and as many whose answer was not on the disk yet) were paid twice.
      #expect(requests() - 2 * Self.cases <= 2 * (4 + 4), "\(requests()) requests, \(sentBefore) before the kill at \(instant)")
      withExtendedLifetime(server) {}
    }

    private func trials(_ scratch: Scratch) throws -> [String] {
      let result = try Binary.run(["export", "trials"], in: scratch.url)
      // Killed before the store was made: nothing is recorded.
      return result.code == 65 ? [] : result.output.split(separator: "\n").map(String.init)
    }

    private func name(_ trial: String) -> String {
      "\(member(trial, "case") ?? "?") \(member(trial, "arm") ?? "?") \(member(trial, "repeat") ?? "?")"
    }

    /// The trial once for each answer it has: exactly one is right.
    private func answered(_ trial: String) -> [String] {
      let attempts = member(trial, "attempts") as? [[String: Any]] ?? []
      return attempts.filter { $0["failure"] is NSNull && !($0["ended"] is NSNull) }.map { _ in name(trial) }
    }
  }
}
