import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let canary = MethodGroup(
    "Canary", [betting, windowSizeMethod, sampleRatio, asymptoticSequence, rhoSquared, canaryPlanMethod])
}

private let direction = Input.word("direction", "which side of the null is bet on", ["below", "above"])

extension Inputs {
  fileprivate var direction: BettingProcess.Plan.Direction { word("direction") == "below" ? .below : .above }
}

private let share = Input.number("share", "the candidate's share of all requests", .inside(0, 1))

private let betting = Method(
  "betting", "Evidence against a limit of the mean of bounded values, valid at any number of looks.",
  inputs: [
    .numbers("values", "in the order in which they came, from lo to hi", .from(-1e6, to: 1e6)),
    .number("null", "the limit bet against", .from(-1e6, to: 1e6)), direction,
    .number("lo", "the least value possible", .from(-1e6, to: 1e6)), .number("hi", "the greatest value possible", .from(-1e6, to: 1e6)),
    .number("alpha", "error rate of the crossing", .from(1e-12, below: 1)),
    .number("start_weight", "the share of the stake that bets from the first value on", .from(0, to: 1), default: 1),
    Input(
      "restarts_before", "the values, counted from 0, just before which a fresh start is made",
      .list(.whole(0...Shape.mostElements), count: 0...Shape.mostElements), default: .array([])),
    Input("total_restarts", "fresh starts planned", .whole(0...1_000_000), default: .int(0)),
    Input("weights", "how much each value counts; null: 1", .list(.number(.from(0, to: 1)), count: 0...Shape.mostElements), default: .null),
  ],
  outputs: [
    Output("log_e", "ln E after all values"), Output("log_e_max", "the greatest ln E ever; 0 at least"),
    Output("first_crossing", "the first value, counted from 1, after which E ≥ 1/α; null if none"),
  ], source: Source("§9", "I. Waudby-Smith and A. Ramdas, 2024, doi:10.1093/jrsssb/qkad009")
) { inputs in
  let values = inputs.numbers("values")
  var process = BettingProcess(try bettingPlan(inputs))
  if inputs.has("weights") { try inputs.requireParallel(["values", "weights"]) }
  let weights = inputs.has("weights") ? inputs.numbers("weights") : []
  var starts = inputs.numbers("restarts_before").map { Int($0) }.sorted()[...]
  guard starts.count <= process.plan.freshStarts else {
    throw inputs.problem("restarts_before", "it must not have more elements than 'total_restarts', \(process.plan.freshStarts)")
  }
  let threshold = logEvidenceNeeded(alpha: inputs.number("alpha"))
  var (greatest, first) = (0.0, Int?.none)
  for (index, value) in values.enumerated() {
    guard process.plan.range.contains(value) else {
      throw inputs.problem("values", "the value at index \(index) is \(canonicalNumber(value)), outside 'lo' to 'hi'")
    }
    while starts.first == index {
      process.freshStart()
      starts.removeFirst()
    }
    process.add(value, weight: weights.isEmpty ? 1 : weights[index])
    let logE = process.logE
    greatest = max(greatest, logE)
    if first == nil && logE >= threshold { first = index + 1 }
  }
  return ["log_e": .real(process.logE), "log_e_max": .real(greatest), "first_crossing": .count(first)]
}

private func bettingPlan(_ inputs: Inputs) throws -> BettingProcess.Plan {
  let (low, high, null) = (inputs.number("lo"), inputs.number("hi"), inputs.number("null"))
  guard low < high else { throw inputs.problem("lo", "it must lie below 'hi', \(canonicalNumber(high))") }
  guard (low...high).contains(null) else { throw inputs.problem("null", "it must lie from 'lo' to 'hi'") }
  // Nearer to the end the gain of a single value would be beyond all measure.
  guard (inputs.direction == .below ? high - null : null - low) >= 1e-9 else {
    throw inputs.problem("null", "it must be at least 1e-9 \(inputs.direction == .below ? "below 'hi'" : "above 'lo'")")
  }
  return BettingProcess.Plan(
    inputs.direction, null: null, in: low...high, startWeight: inputs.number("start_weight"), freshStarts: inputs.whole("total_restarts"))
}

private let windowSizeMethod = Method(
  "window_size", "How many requests of both arms together make one window of a canary.", inputs: [share],
  outputs: [Output("window", "max(4, round(1/min(share, 1 − share)))")], source: Source("§9")
) { inputs in ["window": .int(windowSize(share: inputs.number("share")))] }

private let sampleRatio = Method(
  "srm", "Whether the traffic is split as designed, valid at any number of looks.",
  inputs: [
    .count("n_candidate", "requests of the candidate, lost ones included"),
    .count("n_production", "requests of production, lost ones included"),
    .number("share", "the candidate's designed share of all requests", .from(1e-9, to: 1 - 1e-9)),
    .number("kappa", "how closely true shares are expected about the designed one, in requests", .from(1e-3, to: 1e9), default: 100),
  ],
  outputs: [Output("log_e", "ln E against the designed split"), Output("mismatch", "whether ln E is at least ln 1000")],
  source: Source("§9", "a beta mixture over the true share")
) { inputs in
  let ratio = SampleRatio(
    share: inputs.number("share"), concentration: inputs.number("kappa"), candidate: inputs.whole("n_candidate"),
    production: inputs.whole("n_production"))
  return ["log_e": .real(ratio.logE), "mismatch": .bool(ratio.isMismatch)]
}

/// An error rate for all times together; at 1 there would be nothing to compute.
private let anytimeAlpha = Input.number("alpha", "error rate of both ends and all times together", .from(1e-12, below: 1))

private let asymptoticSequence = Method(
  "asymp_cs", "The interval to draw about a running mean: holds at all times together, but only asymptotically; decides nothing.",
  inputs: [
    .count("n", "values"), .number("mean", "their mean", .from(-1e6, to: 1e6)), .number("variance", "their variance", .from(0, to: 1e12)),
    anytimeAlpha, .number("rho2", "where it is sharpest, by rho2", .from(1e-12, to: 1e12)),
  ],
  outputs: [Output("lo", "lower end; null without values"), Output("hi", "upper end; null without values")],
  source: Source("§9", "I. Waudby-Smith et al., 2024, doi:10.1214/24-AOS2408")
) { inputs in
  let interval = asymptoticInterval(
    count: inputs.number("n"), mean: inputs.number("mean"), variance: inputs.number("variance"), alpha: inputs.number("alpha"),
    rho2: inputs.number("rho2"))
  return ["lo": .real(interval?.lower), "hi": .real(interval?.upper)]
}

private let rhoSquared = Method(
  "rho2", "The ρ² with which asymp_cs is about as narrow as it can be after a number of values.",
  inputs: [.number("t_opt", "values after which it shall be sharpest", .from(1, to: 1e15)), anytimeAlpha],
  outputs: [Output("rho2", "(−2 ln α + ln(1 − 2 ln α))/t_opt")], source: Source("§9")
) { inputs in ["rho2": .real(rho2(sharpestAt: inputs.number("t_opt"), alpha: inputs.number("alpha")))] }

private let canaryPlanMethod = Method(
  "canary_plan", "The requests after which a canary of pass rates has enough evidence, by the mean growth of its best bet.",
  inputs: [
    .number("p_candidate", "the candidate's true pass rate assumed", .from(0, to: 1)),
    .number("p_production", "production's", .from(0, to: 1)),
    .number("share", "the candidate's share of all requests", .from(1e-4, to: 0.9999)),
    .number("null", "the difference bet against: −margin", .inside(-1, 1)), direction,
    .number("alpha", "error rate", .from(1e-12, below: 1)),
    .number("start_weight", "the share of the stake that bets from the start: 0.7 for a rollback", .above(0, to: 1), default: 1),
  ],
  outputs: [
    Output("windows", "windows; null where the truth assumed is not on the side that is bet on"), Output("requests", "of both arms"),
  ], source: Source("§12", "the law of a window enumerated")
) { inputs in
  let plan = canaryPlan(
    candidateRate: inputs.number("p_candidate"), productionRate: inputs.number("p_production"), share: inputs.number("share"),
    direction: inputs.direction, null: inputs.number("null"), alpha: inputs.number("alpha"), startWeight: inputs.number("start_weight"))
  return ["windows": .count(plan?.windows), "requests": .count(plan?.requests)]
}
