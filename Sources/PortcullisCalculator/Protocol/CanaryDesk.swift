import PortcullisCore
import PortcullisStatistics

/// The canaries that are open in a stream, by the id of their requests.
struct CanaryDesk: Sendable {
  private var open: [CanaryID: Canary] = [:]

  private struct Canary: Sendable {
    var gate: CanaryGate
    /// Hours of the last feed.
    var time = 0.0
  }

  mutating func open(_ request: JSONObject) throws -> Outputs {
    let inputs = try Inputs(settings(of: request), declared: Input.canarySettings)
    let id = CanaryID(request)
    guard open[id] == nil else { throw InputProblem("a canary with this id is open already; close it first, or take another id") }
    open[id] = Canary(gate: CanaryGate(inputs.canaryDesign()))
    return ["state": .string("RUNNING")]
  }

  /// Takes in a batch whole or, where any of it is malformed, not at all.
  mutating func feed(_ request: JSONObject) throws -> Outputs {
    try refuseOthers(request, than: ["op", "id", "t", "events"])
    let id = CanaryID(request)
    guard let place = open.index(forKey: id) else { throw notOpen }
    let before = open.values[place].time
    let time = try hours(request["t"], "t", from: before, "the last feed's")
    let events = try canaryEvents(request["events"], from: before, to: time)
    // In place: a copy of the gate for each of thousands of feeds would cost as much as the batch.
    for event in events { open.values[place].gate.feed(time: event.time, arm: event.arm, score: event.score) }
    open.values[place].gate.checkPromotion(at: time)
    open.values[place].time = time
    return outputs(open.values[place].gate, ifUndecided: "RUNNING")
  }

  mutating func close(_ request: JSONObject) throws -> Outputs {
    try refuseOthers(request, than: ["op", "id", "t"])
    let id = CanaryID(request)
    guard let canary = open[id] else { throw notOpen }
    _ = try hours(request["t"], "t", from: canary.time, "the last feed's")
    open[id] = nil
    return outputs(canary.gate, ifUndecided: "INCONCLUSIVE")
  }

  private var notOpen: InputProblem {
    InputProblem("no canary with this id is open: 'canary.open' comes first, and 'canary.close' ends it")
  }

  private func outputs(_ gate: CanaryGate, ifUndecided word: String) -> Outputs {
    guard gate.verdict == .inconclusive, word == "RUNNING" else {
      return [
        "state": .string(gate.verdict == .inconclusive ? word : gate.verdict.word), "decided_at": .real(gate.decidedAt),
        "estimate": .real(gate.mean), "n": .int(gate.tally.requests), "missing": .int(gate.tally.lost),
      ]
    }
    return ["state": .string(word)]
  }
}

private func settings(of request: JSONObject) -> JSONObject {
  var settings = request
  settings["op"] = nil
  settings["id"] = nil
  return settings
}

private func hours(_ given: JSON?, _ name: String, from least: Double, _ whose: String) throws -> Double {
  guard let given else { throw InputProblem("'\(name)' is missing: hours since the start") }
  guard let value = given.double, value >= 0, value <= 1_000_000 else {
    throw InputProblem("'\(name)' is \(excerpt(given)); it must be hours since the start, from 0 to 1000000")
  }
  guard value >= least else {
    throw InputProblem("'\(name)' is \(excerpt(given)); it must not be before \(whose), \(canonicalNumber(least))")
  }
  return value
}

/// A request's id, any JSON value, by what it means: `1` and `1.0` are one, and so are members in another order.
private struct CanaryID: Hashable {
  private let id: JSON
  /// One spelling for one value, so that ids which are objects do not all share a bucket.
  private let canonical: [UInt8]

  init(_ request: JSONObject) {
    id = request["id"] ?? .null
    canonical = id.canonicalBytes
  }

  // Whole numbers beyond 2⁵³ share their canonical spelling, not their meaning.
  static func == (left: CanaryID, right: CanaryID) -> Bool { left.id == right.id }

  func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}
