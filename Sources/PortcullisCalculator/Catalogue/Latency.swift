import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let latency = MethodGroup(
    "Latency", [quantileRanksMethod, quantileCI, sloGateMethod, sloGateCounts, minNQuantile, quantileRatio])
}

private let quantile = Input.number("q", "the quantile in question: 0.95 for P95", .inside(0, 1))
private func values(_ name: String, _ meaning: String) -> Input {
  .numbers(name, meaning + "; \"inf\" for one that never ended", .extended)
}
private let exceedance: [Output] = [
  Output("p_lower", "one-sided lower limit of the share over the objective"), Output("p_upper", "one-sided upper limit of it"), .verdict,
]

private let quantileRanksMethod = Method(
  "quantile_ranks", "Which order statistics estimate and bound a quantile.", inputs: [.count("n", "values"), quantile, .alpha],
  outputs: [
    Output("k", "rank of the estimate, from 1"), Output("l", "rank of the lower limit; 0 where there is none"),
    Output("u", "rank of the upper limit; n + 1 where there is none"),
  ], source: Source("§7")
) { inputs in
  let ranks = quantileRanks(count: inputs.whole("n"), quantile: inputs.number("q"), alpha: inputs.number("alpha"))
  return ["k": .int(ranks.estimate), "l": .int(ranks.lower), "u": .int(ranks.upper)]
}

private let quantileCI = Method(
  "quantile_ci", "A quantile and its one-sided limits, without any assumption about the distribution.",
  inputs: [values("xs", "values, in any order"), quantile, .alpha],
  outputs: [
    Output("estimate", "the value at rank k; null without values"), Output("lower", "the value at rank l; -inf where there is none"),
    Output("upper", "the value at rank u; inf where there is none"), Output("k", "rank of the estimate, from 1"),
    Output("l", "rank of the lower limit"), Output("u", "rank of the upper limit"),
  ], source: Source("§7")
) { inputs in
  let result = quantileLimits(sorted: inputs.numbers("xs").sorted(), quantile: inputs.number("q"), alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result?.estimate), "lower": .real(result?.limits.lower), "upper": .real(result?.limits.upper),
    "k": .count(result?.ranks.estimate), "l": .count(result?.ranks.lower), "u": .count(result?.ranks.upper),
  ]
}

private let sloGateMethod = Method(
  "slo_gate", "Whether a quantile stays within an objective.",
  inputs: [values("xs", "values, in any order"), .number("slo", "the objective, in their unit", .extended), quantile, .alpha],
  outputs: [Output("exceed", "values strictly over the objective")] + exceedance, source: Source("§7")
) { inputs in
  let (values, objective) = (inputs.numbers("xs"), inputs.number("slo"))
  let exceeding = values.count { $0 > objective }
  let gate = sloGate(exceeding: exceeding, of: values.count, quantile: inputs.number("q"), alpha: inputs.number("alpha"))
  return [
    "exceed": .int(exceeding), "p_upper": .real(gate.exceeding.upper), "p_lower": .real(gate.exceeding.lower),
    "verdict": .verdict(gate.verdict),
  ]
}

private let sloGateCounts = Method(
  "slo_gate_counts", "The same from two counters.",
  inputs: [.count("exceed", "requests strictly over the objective"), .count("n", "all requests"), quantile, .alpha], outputs: exceedance,
  source: Source("§7")
) { inputs in
  let (exceeding, count) = try inputs.part("exceed", of: "n")
  let gate = sloGate(exceeding: exceeding, of: count, quantile: inputs.number("q"), alpha: inputs.number("alpha"))
  return ["p_upper": .real(gate.exceeding.upper), "p_lower": .real(gate.exceeding.lower), "verdict": .verdict(gate.verdict)]
}

private let minNQuantile = Method(
  "min_n_quantile", "The fewest values with which a quantile has an upper limit.", inputs: [quantile, .alpha],
  outputs: [Output("n", "values")], source: Source("§7")
) { ["n": .int(minimumCount(quantile: $0.number("q"), alpha: $0.number("alpha")))] }

private let quantileRatio = Method(
  "quantile_ratio_gate", "Whether the candidate's quantile is not larger than production's by the margin or more.",
  inputs: [
    values("candidate", "the candidate's values"), values("production", "production's values"), quantile,
    .number("margin", "the increase accepted: 0.2 for 20 %", .above(0, to: 1e6)), .alpha,
  ], outputs: Output.ratio + [.verdict],
  source: Source("§7", "G. Y. Zou and A. Donner, 2008, doi:10.1002/sim.3095")
) { inputs in
  let (q, alpha) = (inputs.number("q"), inputs.number("alpha"))
  func limits(_ name: String) throws -> QuantileLimits? {
    let values = inputs.numbers(name)
    // Ratios of such numbers, and the limits about them, stay doubles.
    if let place = values.firstIndex(where: { $0.isFinite && $0 != 0 && !(1e-100...1e100).contains(abs($0)) }) {
      throw inputs.problem(name, "the value at index \(place) must be 0, infinite or from 1e-100 to 1e+100 in size")
    }
    return quantileLimits(sorted: values.sorted(), quantile: q, alpha: alpha)
  }
  return try quantileRatioGate(candidate: limits("candidate"), production: limits("production"), margin: inputs.number("margin")).outputs
}

extension Output {
  static let ratio: [Output] = [
    Output("ratio", "candidate / production; null where undefined"),
    Output("log_se", "standard error of the logarithm of the ratio; null where undefined, and for quantiles"),
    Output("lower", "one-sided lower limit of the ratio"), Output("upper", "one-sided upper limit of it"),
  ]
}

extension RatioGate {
  var outputs: Outputs {
    [
      "ratio": .real(ratio), "log_se": .real(logError), "lower": .real(limits?.lower), "upper": .real(limits?.upper),
      "verdict": .verdict(verdict),
    ]
  }
}
