// Each method name of the shared vectors, as a call of this room.
import PortcullisStatistics
import RealModule

typealias Outputs = [String: Value]
typealias Method = @Sendable (Inputs) throws -> Outputs

private func verdict(_ verdict: ThreeWay) -> Value {
  switch verdict {
  case .pass: .text("PASS")
  case .inconclusive: .text("INCONCLUSIVE")
  case .fail: .text("FAIL")
  }
}

private func numbers(_ values: [Double]) -> Value { .list(values.map { Value($0) }) }

/// `b`, `c` and `n` of the vectors: the pairs in which the arms agree are all counted as passed.
private func table(_ inputs: Inputs) throws -> PairTable {
  let (b, c) = try (inputs.int("b"), inputs.int("c"))
  return try PairTable(both: inputs.int("n") - b - c, productionOnly: b, candidateOnly: c, neither: 0)
}

private func differences(_ inputs: Inputs) throws -> ClusterSums {
  let values = try zip(inputs.numbers("candidate"), inputs.numbers("production")).map { $0 - $1 }
  return try ClusterSums(differences: values, clusters: inputs.clusters(count: values.count))
}

private func ratio(_ gate: RatioGate) -> Outputs {
  [
    "ratio": Value(gate.ratio), "log_se": Value(gate.logError), "lower": Value(gate.limits?.lower),
    "upper": Value(gate.limits?.upper), "verdict": verdict(gate.verdict),
  ]
}

private func spending(_ inputs: Inputs) throws -> Spending {
  switch try inputs.text("kind") {
  case "obf": .obrienFleming
  case "pocock": .pocock
  case let other: throw VectorError.wrongType(other)
  }
}

let vectorMethods: [String: Method] =
  distributions.merging(proportions) { $1 }.merging(paired) { $1 }.merging(graded) { $1 }.merging(mustPass) { $1 }
  .merging(latency) { $1 }.merging(cost) { $1 }.merging(planning) { $1 }

private let distributions: [String: Method] = [
  "norm_ppf": { try ["value": Value(normalQuantile($0.number("p")))] },
  "norm_cdf": { try ["value": Value(normalCDF($0.number("x")))] },
  "norm_logcdf": { try ["value": Value(normalLogCDF($0.number("x")))] },
  "t_ppf": { try ["value": Value(studentQuantile($0.number("p"), degrees: $0.number("df")))] },
  "t_cdf": { try ["value": Value(studentCDF($0.number("x"), degrees: $0.number("df")))] },
  "betainc": { try ["value": Value(incompleteBeta($0.number("x"), a: $0.number("a"), b: $0.number("b")))] },
  "betaincinv": { try ["value": Value(inverseIncompleteBeta($0.number("p"), a: $0.number("a"), b: $0.number("b")))] },
  "lgamma": { try ["value": Value(Double.logGamma($0.number("x")))] },
  "binom_cdf": { try ["value": Value(binomialCDF($0.int("k"), of: $0.int("n"), p: $0.number("p")))] },
  "splitmix64": {
    var generator = try SplitMix64(seed: UInt64($0.number("seed")))
    let count = try $0.int("count")
    return [
      "hex": .list(
        (0..<count).map { _ in
          let digits = String(generator.next(), radix: 16)
          return .text(String(repeating: "0", count: 16 - digits.count) + digits)
        })
    ]
  },
  "splitmix64_below": {
    var generator = try SplitMix64(seed: UInt64($0.number("seed")))
    let (n, count) = try ($0.int("n"), $0.int("count"))
    return ["values": .list((0..<count).map { _ in Value(generator.below(n)) })]
  },
]

private let proportions: [String: Method] = [
  "wilson": {
    let z = try oneSidedQuantile(alpha: $0.number("alpha") / 2)
    let interval = try wilsonInterval(passed: $0.int("x"), of: $0.int("n"), z: z)
    return ["lo": Value(interval?.lower), "hi": Value(interval?.upper)]
  },
  "clopper_pearson": {
    let interval = try clopperPearsonInterval(passed: $0.int("x"), of: $0.int("n"), alpha: $0.number("alpha"))
    return ["lo": Value(interval?.lower), "hi": Value(interval?.upper)]
  },
  "zero_failure_bound": { try ["upper": Value(failureRateExcluded(cleanTrials: $0.int("k"), alpha: $0.number("alpha")))] },
  "required_clean_trials": { try ["k": Value(cleanTrialsRequired(failureRate: $0.number("rho"), alpha: $0.number("alpha")))] },
]

private let paired: [String: Method] = [
  "tango": {
    let table = try table($0)
    let limits = try tangoLimits(table, alpha: $0.number("alpha") / 2)
    return ["estimate": Value(table.difference), "lo": Value(limits?.lower), "hi": Value(limits?.upper)]
  },
  "tango_z": {
    let z = try tangoScore(table($0), theta: $0.number("theta0"))
    return ["z": Value(z), "p_greater": Value(z.map { normalCDF(-$0) }), "p_less": Value(z.map { normalCDF($0) })]
  },
  "ni_paired_binary": {
    let result = try nonInferiority(table($0), missing: 0, margin: $0.number("margin"), alpha: $0.number("alpha"))
    return [
      "estimate": Value(result.estimate), "lower": Value(result.lower), "upper": Value(result.upper),
      "verdict": verdict(result.verdict),
    ]
  },
  "missing_worst_case": {
    let result = try nonInferiority(
      table($0), missing: $0.int("missing"), margin: $0.number("margin"), alpha: $0.number("alpha"))
    return [
      "complete_verdict": verdict(result.verdictOfCompletePairs), "worst_lower": Value(result.lowerWithMissing),
      "verdict": verdict(result.verdict),
    ]
  },
  "mcnemar": {
    let test = try McNemar(b: $0.int("b"), c: $0.int("c"))
    return [
      "p_exact": Value(test.exact), "p_midp": Value(test.twoSided), "p_asymptotic": Value(test.asymptotic),
      "p_midp_worse": Value(test.worse), "p_midp_better": Value(test.better),
    ]
  },
  "newcombe_paired": {
    let table = try PairTable(
      both: $0.int("a"), productionOnly: $0.int("b"), candidateOnly: $0.int("c"), neither: $0.int("d"))
    let limits = try newcombePaired(table, z: oneSidedQuantile(alpha: $0.number("alpha") / 2))
    return ["estimate": Value(table.difference), "lo": Value(limits?.lower), "hi": Value(limits?.upper)]
  },
  "superiority_paired_binary": {
    let result = try superiority(table($0), alpha: $0.number("alpha"))
    return [
      "estimate": Value(result.estimate), "p": Value(result.p), "lower": Value(result.lower), "upper": Value(result.upper),
      "verdict": verdict(result.verdict),
    ]
  },
  "holm": { try ["adjusted": numbers(holmAdjusted($0.numbers("p")))] },
  "slices": {
    let alpha = try $0.number("alpha")
    let protected = try $0.objects("protected").map {
      try nonInferiority(table($0), missing: 0, margin: $0.number("margin"), alpha: alpha).verdict
    }
    let alarms = try watchAlarms($0.objects("watch").map { try WatchSlice(table($0), margin: $0.number("margin")) }, alpha: alpha)
    return [
      "protected": .list(protected.map(verdict)), "watch": .list(alarms.map { verdict($0.verdict) }),
      "watch_adjusted": numbers(alarms.map(\.adjustedP)), "verdict": verdict(.worst(of: protected + alarms.map(\.verdict))),
    ]
  },
]

private let graded: [String: Method] = [
  "augmented_t": {
    let d = try $0.numbers("d")
    let sums = try ClusterSums(differences: d, clusters: $0.clusters(count: d.count))
    let bounds = try augmentedBounds(sums, range: $0.number("range"), alpha: $0.number("alpha"))
    return [
      "estimate": Value(bounds?.estimate), "lower": Value(bounds?.limits.lower), "upper": Value(bounds?.limits.upper),
      "clusters": Value(sums.clusters),
    ]
  },
  "ni_graded": {
    let sums = try differences($0)
    let result = try gradedNonInferiority(
      complete: sums, worstCase: sums, margin: $0.number("margin"), range: $0.number("range"), alpha: $0.number("alpha"))
    return [
      "estimate": Value(result.estimate), "lower": Value(result.lower), "upper": Value(result.upper),
      "clusters": Value(sums.clusters), "verdict": verdict(result.verdict),
    ]
  },
  "superiority_graded": {
    let sums = try differences($0)
    let result = try gradedSuperiority(complete: sums, worstCase: sums, range: $0.number("range"), alpha: $0.number("alpha"))
    return [
      "estimate": Value(result.estimate), "lower": Value(result.lower), "upper": Value(result.upper),
      "clusters": Value(sums.clusters), "verdict": verdict(result.verdict),
    ]
  },
  "cluster_mean": {
    let values = try $0.numbers("values")
    let result = try clusterMean(values, clusters: $0.clusters(count: values.count))
    return [
      "mean": Value(result?.mean), "se": Value(result?.standardError), "se_jackknife": Value(result?.jackknifeError),
      "clusters": Value(result?.clusters ?? 0), "effective_clusters": Value(result?.effectiveClusters),
    ]
  },
]

private let mustPass: [String: Method] = [
  "must_pass_never": {
    let result = try NeverFails(
      failures: $0.int("failures"), of: $0.int("trials"), failureRate: $0.number("rho"), alpha: $0.number("alpha"))
    return ["failure_upper": Value(result.failureUpper), "verdict": verdict(result.verdict)]
  },
  "must_pass_sprt": {
    var state = try ReliableCase(
      ReliableCase.Demand(
        good: $0.number("p_good"), bad: $0.number("p_bad"), alpha: $0.number("alpha"), beta: $0.number("beta"),
        cases: $0.int("cases")))
    for outcome in try $0.numbers("outcomes") { state.observe(passed: outcome == 1) }
    return [
      "verdict": verdict(state.verdict), "at": state.verdict == .inconclusive ? .null : Value(state.trials),
      "llr": Value(state.logLikelihoodRatio),
    ]
  },
  "fisher": {
    let (passed, baseline) = try ($0.int("cand_pass"), $0.int("prod_pass"))
    let test = try FisherTest(
      candidatePassed: passed, of: passed + ($0.int("cand_fail")),
      productionPassed: baseline, of: baseline + ($0.int("prod_fail")))
    return ["p_worse": Value(test.worse), "p_worse_midp": Value(test.worseMidP), "p_two_sided": Value(test.twoSided)]
  },
]

private let latency: [String: Method] = [
  "quantile_ranks": {
    let ranks = try quantileRanks(count: $0.int("n"), quantile: $0.number("q"), alpha: $0.number("alpha"))
    return ["k": Value(ranks.estimate), "l": Value(ranks.lower), "u": Value(ranks.upper)]
  },
  "quantile_ci": {
    let result = try quantileLimits(sorted: $0.numbers("xs").sorted(), quantile: $0.number("q"), alpha: $0.number("alpha"))
    return [
      "estimate": Value(result?.estimate), "lower": Value(result?.limits.lower), "upper": Value(result?.limits.upper),
      "k": Value(result?.ranks.estimate), "l": Value(result?.ranks.lower), "u": Value(result?.ranks.upper),
    ]
  },
  "slo_gate": {
    let (values, objective) = try ($0.numbers("xs"), $0.number("slo"))
    let exceeding = values.count { $0 > objective }
    let gate = try sloGate(exceeding: exceeding, of: values.count, quantile: $0.number("q"), alpha: $0.number("alpha"))
    return [
      "exceed": Value(exceeding), "p_upper": Value(gate.exceeding.upper), "p_lower": Value(gate.exceeding.lower),
      "verdict": verdict(gate.verdict),
    ]
  },
  "slo_gate_counts": {
    let gate = try sloGate(
      exceeding: $0.int("exceed"), of: $0.int("n"), quantile: $0.number("q"), alpha: $0.number("alpha"))
    return ["p_upper": Value(gate.exceeding.upper), "p_lower": Value(gate.exceeding.lower), "verdict": verdict(gate.verdict)]
  },
  "min_n_quantile": { try ["n": Value(minimumCount(quantile: $0.number("q"), alpha: $0.number("alpha")))] },
  "quantile_ratio_gate": {
    let (quantile, alpha) = try ($0.number("q"), $0.number("alpha"))
    return try ratio(
      quantileRatioGate(
        candidate: quantileLimits(sorted: $0.numbers("candidate").sorted(), quantile: quantile, alpha: alpha),
        production: quantileLimits(sorted: $0.numbers("production").sorted(), quantile: quantile, alpha: alpha),
        margin: $0.number("margin")))
  },
]

private let cost: [String: Method] = [
  "cost_ratio_paired": {
    let candidate = try $0.numbers("candidate")
    let sums = try CostSums(
      candidate: candidate, production: $0.numbers("production"), clusters: $0.clusters(count: candidate.count))
    return try ratio(costRatioPaired(sums, margin: $0.number("margin"), alpha: $0.number("alpha")))
  },
  "cost_ratio_unpaired": {
    try ratio(
      costRatioUnpaired(
        candidate: ArmCosts($0.numbers("candidate")), production: ArmCosts($0.numbers("production")),
        margin: $0.number("margin"), alpha: $0.number("alpha")))
  },
  "cost_per_success_paired": {
    let candidate = try $0.numbers("cand_cost")
    let sums = try CostSums(
      candidate: candidate, production: $0.numbers("prod_cost"),
      candidateSucceeded: $0.numbers("cand_ok").map { $0 == 1 }, productionSucceeded: $0.numbers("prod_ok").map { $0 == 1 },
      clusters: Array(candidate.indices))
    return try ratio(costPerSuccessPaired(sums, margin: $0.number("margin"), alpha: $0.number("alpha")))
  },
]

private let planning: [String: Method] = [
  "n_paired_binary": {
    let n = try casesNeeded(
      discordance: $0.number("discordance"), margin: $0.number("margin"), trueDifference: $0.number("true_difference"),
      alpha: $0.number("alpha"), power: $0.number("power"))
    return ["n": Value(n)]
  },
  "mde_paired_binary": {
    let margin = try detectableMargin(
      discordance: $0.number("discordance"), count: $0.int("n"), alpha: $0.number("alpha"), power: $0.number("power"))
    return ["margin": Value(margin)]
  },
  "n_augmented": {
    let n = try casesNeededGraded(
      variance: $0.number("variance"), margin: $0.number("margin"), range: $0.number("range"),
      alpha: $0.number("alpha"), power: $0.number("power"))
    return ["n": Value(n)]
  },
  "spending": {
    let (spending, alpha) = try (spending($0), $0.number("alpha"))
    return try ["spent": numbers($0.numbers("fractions").map { spending.spent(alpha: alpha, fraction: $0) })]
  },
  "gs_boundaries": {
    let looks = try groupSequentialLooks(spending($0), alpha: $0.number("alpha"), fractions: $0.numbers("fractions"))
    return ["z": numbers(looks.map(\.z)), "nominal_alpha": numbers(looks.map(\.nominalAlpha))]
  },
]
