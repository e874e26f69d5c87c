import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let canaryRun = MethodGroup("A whole canary", [canaryMethod])
}

extension Input {
  /// What `Inputs.canaryDesign` reads.
  static let canarySettings: [Input] = [
    .number("margin", "the largest loss accepted", .inside(0, 1)),
    .number("alpha_rollback", "error rate of a rollback", .from(1e-12, to: 0.5)),
    .number("alpha_promote", "error rate of a promotion", .from(1e-12, to: 0.5)),
    .number("rollback_margin", "the loss that must be proven for a rollback", .from(0, below: 1), default: 0),
    .number("horizon_h", "hours after which nothing is decided", .from(0, to: 100_000), default: 72),
    .number("min_h", "hours before which nothing is promoted", .from(0, to: 100_000), default: 24),
    .number("share", "the candidate's share of all requests", .inside(0, 1), default: 0.5),
  ]
}

extension Inputs {
  func canaryDesign(maximumLost: Double = 0.02) -> CanaryDesign {
    CanaryDesign(
      margin: number("margin"), rollbackMargin: number("rollback_margin"), alphaRollback: number("alpha_rollback"),
      alphaPromote: number("alpha_promote"), horizon: number("horizon_h"), minimum: number("min_h"), share: number("share"),
      maximumLost: maximumLost)
  }
}

private let canaryMethod = Method(
  "canary", "The verdict on one metric of a canary from all its requests, looked at after each.",
  inputs: Input.canarySettings + [
    Input(
      "events", "[hours since the start, \"c\" candidate or \"p\" production, score or null where it was lost], in the order of assignment",
      .list(.row([.number(.from(0, to: 1e6)), .word(["c", "p"]), .orNull(.number(.from(0, to: 1)))]), count: 0...Shape.mostElements)),
    Input("end_h", "hours of a last check for a promotion; null: none", .number(.from(0, to: 1e6)), default: .null),
    .number("max_missing", "the share of lost scores up to which a promotion is possible", .from(0, to: 1), default: 0.02),
  ],
  outputs: [
    .verdict, Output("at", "hours of the request or check that decided; null while undecided"),
    Output("windows", "closed windows with a scored request in both arms"),
    Output("mean", "ΣhD/Σh over them; null before the first"), Output("log_e_rollback", "ln E of \"worse than the rollback margin\""),
    Output("log_e_promote", "ln E of \"not worse by the margin\", lost scores at their worst"),
  ], source: Source("§9", "I. Waudby-Smith and A. Ramdas, 2024, doi:10.1093/jrsssb/qkad009")
) { inputs in
  let design = inputs.canaryDesign(maximumLost: inputs.number("max_missing"))
  var gate = CanaryGate(design)
  for event in try canaryEvents(inputs.given("events"), from: 0, to: 1e6) {
    // Requests after the horizon are ignored, so no check comes of them either.
    guard event.time <= design.horizon else { break }
    gate.feed(time: event.time, arm: event.arm, score: event.score)
    gate.checkPromotion(at: event.time)
  }
  if let end = inputs.optionalNumber("end_h"), end >= design.minimum { gate.checkPromotion(at: max(end, gate.tally.time)) }
  return [
    "verdict": .verdict(gate.verdict), "at": .real(gate.decidedAt), "windows": .int(gate.tally.windows), "mean": .real(gate.mean),
    "log_e_rollback": .real(gate.logERollback), "log_e_promote": .real(gate.logEPromote),
  ]
}

/// A request of a canary as a line gives it.
struct CanaryEvent {
  let time: Double
  let arm: CanaryArm
  let score: Double?
}

/// Reads `[[hours, "c" or "p", score or null], …]`, times in order within `before`…`end`.
func canaryEvents(_ given: JSON?, from before: Double, to end: Double) throws -> [CanaryEvent] {
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
    guard !parts[2].isNull else { return CanaryEvent(time: time, arm: arm, score: nil) }
    guard let score = parts[2].double, score >= 0, score <= 1 else { throw problem("its score must be a number from 0 to 1, or null") }
    return CanaryEvent(time: time, arm: arm, score: score)
  }
}

private func arm(_ given: JSON) -> CanaryArm? {
  switch given.string {
  case "c": .candidate
  case "p": .production
  default: nil
  }
}
