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
    let inputs = try Inputs(settings(of: request), declared: canarySettings)
    let id = CanaryID(request)
    guard open[id] == nil else { throw InputProblem("a canary with this id is open already; close it first, or take another id") }
    open[id] = Canary(
      gate: CanaryGate(
        CanaryDesign(
          margin: inputs.number("margin"), rollbackMargin: inputs.number("rollback_margin"),
          alphaRollback: inputs.number("alpha_rollback"), alphaPromote: inputs.number("alpha_promote"),
          horizon: inputs.number("horizon_h"), minimum: inputs.number("min_h"), share: inputs.number("share"))))
    return ["state": .string("RUNNING")]
  }

  /// Takes in a batch whole or, where any of it is malformed, not at all.
  mutating func feed(_ request: JSONObject) throws -> Outputs {
    try refuseOthers(request, than: ["op", "id", "t", "events"])
    let id = CanaryID(request)
    guard let place = open.index(forKey: id) else { throw notOpen }
    let before = open.values[place].time
    let time = try hours(request["t"], "t", from: before, "the last feed's")
    let events = try events(request["events"], from: before, to: time)
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

private let canarySettings: [Input] = [
  .number("margin", "the largest loss accepted", .inside(0, 1)),
  .number("alpha_rollback", "error rate of a rollback", .from(1e-12, to: 0.5)),
  .number("alpha_promote", "error rate of a promotion", .from(1e-12, to: 0.5)),
  .number("rollback_margin", "the loss that must be proven for a rollback", .from(0, below: 1), default: 0),
  .number("horizon_h", "hours after which nothing is decided", .from(0, to: 100_000), default: 72),
  .number("min_h", "hours before which nothing is promoted", .from(0, to: 100_000), default: 24),
  .number("share", "the candidate's share of all requests", .inside(0, 1), default: 0.5),
]

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

private struct Event {
  let time: Double
  let arm: CanaryArm
  let score: Double?
}

private func events(_ given: JSON?, from before: Double, to end: Double) throws -> [Event] {
  guard let given else { throw InputProblem("'events' is missing: a list of [hours, \"c\" or \"p\", score or null], which may be empty") }
  guard let list = given.array else { throw InputProblem("'events' is \(excerpt(given)); it must be a list") }
  var last = before
  return try list.enumerated().map { place, given in
    func problem(_ demand: String) -> InputProblem { InputProblem("'events[\(place)]' is \(excerpt(given)); \(demand)") }
    guard let parts = given.array, parts.count == 3 else { throw problem("it must be [hours, \"c\" or \"p\", score or null]") }
    guard let time = parts[0].double else { throw problem("its first element must be hours since the start") }
    guard time >= last else { throw problem("its time must not be before the one before it, \(canonicalNumber(last))") }
    guard time <= end else { throw problem("its time must not be after 't', \(canonicalNumber(end))") }
    last = time
    guard let arm = arm(parts[1]) else { throw problem("its second element must be \"c\" for the candidate or \"p\" for production") }
    guard !parts[2].isNull else { return Event(time: time, arm: arm, score: nil) }
    guard let score = parts[2].double, score >= 0, score <= 1 else { throw problem("its score must be a number from 0 to 1, or null") }
    return Event(time: time, arm: arm, score: score)
  }
}

private func arm(_ given: JSON) -> CanaryArm? {
  switch given.string {
  case "c": .candidate
  case "p": .production
  default: nil
  }
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
