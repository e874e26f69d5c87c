import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let plannedSamples = MethodGroup("Planning with repeats, clusters and unpaired arms", [nGraded, nUnpaired, clusterEffect])
}

private func variance(_ name: String, _ meaning: String) -> Input { .number(name, meaning, .from(0, to: 1e6)) }

private let nGraded = Method(
  "n_graded", "Cases that a paired graded gate needs, by how the difference scatters between cases and within them.",
  inputs: [
    variance("omega2", "variance between cases of the true difference"),
    variance("sigma2_candidate", "variance of the candidate's trials of a case"),
    .count("trials_candidate", "the candidate's trials a case", from: 1),
    variance("sigma2_production", "variance of production's trials of a case"),
    .count("trials_production", "production's trials a case", from: 1),
    .number("margin", "the largest loss accepted, in the unit of the scores", .above(0, to: 1000)), .alpha, .power,
  ], outputs: [Output("n", "cases; null beyond 2⁵³")], source: Source("§12", "E. Miller, 2024, arXiv:2411.00640")
) { inputs in
  let n = casesNeededRepeated(
    caseVariance: inputs.number("omega2"), candidateNoise: inputs.number("sigma2_candidate"),
    candidateTrials: inputs.whole("trials_candidate"), productionNoise: inputs.number("sigma2_production"),
    productionTrials: inputs.whole("trials_production"), margin: inputs.number("margin"), alpha: inputs.number("alpha"),
    power: inputs.number("power"))
  return ["n": .count(n)]
}

private let nUnpaired = Method(
  "n_unpaired", "Requests that an unpaired pass-rate gate needs in each arm.",
  inputs: [
    .number("p_candidate", "the candidate's assumed pass rate", .from(0, to: 1)),
    .number("p_production", "production's assumed pass rate", .from(0, to: 1)),
    .number("ratio", "production's requests for one of the candidate's", .above(0, to: 1e9)), .margin, .alpha, .power,
  ],
  outputs: [
    Output("n_candidate", "the candidate's requests; null beyond 2⁵³"), Output("n_production", "production's requests; null likewise"),
  ], source: Source("§12")
) { inputs in
  let sizes = requestsNeededUnpaired(
    candidateRate: inputs.number("p_candidate"), productionRate: inputs.number("p_production"), ratio: inputs.number("ratio"),
    margin: inputs.number("margin"), alpha: inputs.number("alpha"), power: inputs.number("power"))
  return ["n_candidate": .count(sizes?.candidate), "n_production": .count(sizes?.production)]
}

private let clusterEffect = Method(
  "design_effect", "How many times the cases of an unclustered suite a clustered one needs.",
  inputs: [
    .number("mean_size", "cases in a cluster on average", .from(1, to: 1e9)),
    .number("cv", "coefficient of variation of the clusters' sizes", .from(0, to: 1e6)),
    .number("icc", "correlation of two cases of a cluster", .from(-1, to: 1)),
  ], outputs: [Output("deff", "the factor")], source: Source("§12", "S. M. Eldridge, D. Ashby, S. Kerry, 2006, doi:10.1093/ije/dyl129")
) { inputs in
  [
    "deff": .real(
      designEffect(meanSize: inputs.number("mean_size"), sizeVariation: inputs.number("cv"), correlation: inputs.number("icc")))
  ]
}
