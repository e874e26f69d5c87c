import Foundation

/// A config with a canary, and streams of observations made for it.
enum CanaryProject {
  /// Long before today: every moment of a test is one of the stream, none of the clock on the wall.
  static let start = ["--at", "2026-01-05T00:00:00Z", "--requests-per-hour", "2000"]

  /// - Parameters:
  ///   - rollback: The destination in YAML.
  ///   - more: Further lines of `policy.canary`, without indentation.
  static func make(rollback: String, more: [String] = []) throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(
      """
      targets:
        candidate: {provider: openai, model: new, base_url: "http://127.0.0.1:1/v1"}
        production: {provider: openai, model: old, base_url: "http://127.0.0.1:1/v1"}
      policy:
        canary:
          traffic: 30%
          bake: 2h
          deadline: 72h
          actions:
            rollback: \(rollback)
      \(more.map { "    " + $0 + "\n" }.joined())
      """, to: "portcullis.yaml")
    return scratch
  }

  /// Requests of both arms, some hundred an hour.
  ///
  /// - Parameter failing: From this hour on half of the candidate's requests fail; nil for never.
  static func stream(requests: Int, perHour: Int = 600, share: Double = 0.3, failing: Double?, seed: UInt64) -> String {
    var random = Dice(state: seed)
    var lines = ""
    for number in 0..<requests {
      let hours = Double(number) / Double(perHour)
      let isCandidate = random.roll() < share
      let fails = random.roll() < (isCandidate && hours >= failing ?? .infinity ? 0.5 : 0.01)
      let score = random.roll() < 0.9 ? 1 : 0
      lines += #"{"id":"r-\#(number)","at":\#(hours),"arm":"\#(isCandidate ? "candidate" : "production")","#
      lines +=
        #""status":\#(fails ? 503 : 200),"latency_ms":\#(200 + Int(random.roll() * 300)),"cost_micro_usd":\#(90 + Int(random.roll() * 20)),"#
      lines += #""tokens":{"input":100,"output":50},"cache_hit":\#(random.roll() < 0.4),"#
      lines += fails ? #""score":null}"# : #""score":\#(score)}"#
      lines += "\n"
    }
    return lines
  }
}

/// SplitMix64: the same numbers on every machine.
struct Dice {
  var state: UInt64

  /// In 0..<1.
  mutating func roll() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
