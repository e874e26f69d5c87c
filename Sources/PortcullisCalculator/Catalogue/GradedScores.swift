import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let gradedScores = MethodGroup(
    "Graded scores, repeated trials, clusters", [augmentedT, niGraded, superiorityGradedMethod, clusterMeanMethod])
}

private let construction = "our construction, in the spirit of Agresti–Coull and Bonett–Price"
private let gradedMargin = Input.number("margin", "the largest loss accepted, in the unit of the scores", .above(0, to: 1000))
private let clusterCount = Output("clusters", "clusters")

private let augmentedT = Method(
  "augmented_t", "Bounds of a mean difference of bounded scores, by a t interval with a pseudo-cluster of the worst outcome.",
  inputs: [
    .numbers("d", "candidate − production of each pair, within ±range", .from(-1000, to: 1000)), .range, .clusters, .alpha,
  ],
  outputs: Output.difference + [clusterCount], source: Source("§5", construction)
) { inputs in
  let sums = try inputs.clusterSums(inputs.numbers("d"), of: "d")
  let bounds = augmentedBounds(sums, range: inputs.steppedRange, alpha: inputs.number("alpha"))
  return [
    "estimate": .real(bounds?.estimate), "lower": .real(bounds?.limits.lower), "upper": .real(bounds?.limits.upper),
    "clusters": .int(sums.clusters),
  ]
}

private let niGraded = Method(
  "ni_graded", "Whether the candidate's mean score is not lower by the margin or more.",
  inputs: Input.arms + [.clusters, .range, gradedMargin, .alpha], outputs: Output.difference + [clusterCount, .verdict],
  source: Source("§1.1, §5", construction)
) { inputs in
  let sums = try inputs.armSums()
  let result = gradedNonInferiority(
    complete: sums, worstCase: sums, margin: inputs.number("margin"), range: inputs.steppedRange, alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result.estimate), "lower": .real(result.lower), "upper": .real(result.upper), "clusters": .int(sums.clusters),
    "verdict": .verdict(result.verdict),
  ]
}

private let superiorityGradedMethod = Method(
  "superiority_graded", "Whether the candidate's mean score is higher.", inputs: Input.arms + [.clusters, .range, .alpha],
  outputs: Output.difference + [clusterCount, .verdict], source: Source("§5", construction)
) { inputs in
  let sums = try inputs.armSums()
  let result = gradedSuperiority(complete: sums, worstCase: sums, range: inputs.steppedRange, alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result.estimate), "lower": .real(result.lower), "upper": .real(result.upper), "clusters": .int(sums.clusters),
    "verdict": .verdict(result.verdict),
  ]
}

private let clusterMeanMethod = Method(
  "cluster_mean", "The mean of clustered values with its plain standard errors; reported, never gating.",
  inputs: [.numbers("values", "values, rounded to 1e-9", .from(-1000, to: 1000)), .clusters],
  outputs: [
    Output("mean", "null without values"), Output("se", "clustered standard error; null with one cluster"),
    Output("se_jackknife", "the same by leaving out one cluster at a time"), clusterCount,
    Output("effective_clusters", "how many equal clusters these are worth, N²/Σm²"),
  ], source: Source("§5")
) { inputs in
  let result = try clusterMean(inputs.numbers("values"), clusters: inputs.clusters(of: "values"))
  return [
    "mean": .real(result?.mean), "se": .real(result?.standardError), "se_jackknife": .real(result?.jackknifeError),
    "clusters": .int(result?.clusters ?? 0), "effective_clusters": .real(result?.effectiveClusters),
  ]
}
