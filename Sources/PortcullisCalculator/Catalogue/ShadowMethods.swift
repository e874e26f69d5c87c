import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let shadow = MethodGroup("Shadow", [aaCheckMethod, noiseFloorMethod])
}

private let bounds = [Output("lower", "one-sided lower bound of it"), Output("upper", "one-sided upper bound of it"), Output.verdict]

private let aaCheckMethod = Method(
  "aa_check", "Whether production, asked twice, agrees with itself; if it does not, the rig differs.",
  inputs: [
    .numbers("d", "difference of production's two scores of each request, within ±range", .from(-1000, to: 1000)),
    .number("margin", "half the margin of the quality rule", .above(0, to: 1000)), .range, .clusters, .alpha,
  ],
  outputs: [Output("estimate", "mean difference; null without requests")] + bounds + [Output("clusters", "clusters")],
  source: Source("§10")
) { inputs in
  let sums = try inputs.clusterSums(inputs.numbers("d"), of: "d")
  let check = aaCheck(sums, margin: inputs.number("margin"), range: inputs.steppedRange, alpha: inputs.number("alpha"))
  return [
    "estimate": .real(check.estimate), "lower": .real(check.limits?.lower), "upper": .real(check.limits?.upper),
    "verdict": .verdict(check.verdict), "clusters": .int(check.clusters),
  ]
}

private let noiseFloorMethod = Method(
  "noise_floor", "Whether the candidate disagrees with production by more than production does with itself.",
  inputs: [
    .numbers("d_cp", "disagreement of the candidate with production's first answer", .from(0, to: 1)),
    .numbers("d_cp2", "with production's second answer, in the same order", .from(0, to: 1)),
    .numbers("d_pp", "of production's two answers, in the same order", .from(0, to: 1)),
    .number("epsilon", "the excess accepted", .above(0, to: 1)), .clusters, .alpha,
  ],
  outputs: [
    Output("raw", "mean of d_cp; like all numbers null without requests"), Output("noise", "mean of d_pp"),
    Output("excess", "mean of ½(d_cp + d_cp2) − d_pp"),
  ] + bounds, source: Source("§10")
) { inputs in
  try inputs.requireParallel(["d_cp", "d_cp2", "d_pp"])
  let (first, second, own) = (inputs.numbers("d_cp"), inputs.numbers("d_cp2"), inputs.numbers("d_pp"))
  let excess = first.indices.map { 0.5 * (first[$0] + second[$0]) - own[$0] }
  let sums = try ClusterSums(differences: excess, clusters: inputs.clusters(of: "d_cp"))
  let floor = noiseFloor(excess: sums, limit: inputs.number("epsilon"), alpha: inputs.number("alpha"))
  return [
    "raw": .real(ClusterSums(differences: first).mean), "noise": .real(ClusterSums(differences: own).mean),
    "excess": .real(floor.estimate), "lower": .real(floor.limits?.lower), "upper": .real(floor.limits?.upper),
    "verdict": .verdict(floor.verdict),
  ]
}
