import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let unpairedRates = MethodGroup("Unpaired pass rates", [newcombe, stratified])
}

private let newcombe = Method(
  "newcombe_unpaired", "The difference of two independent pass rates by Newcombe's method 10.",
  inputs: [
    .count("x1", "passes in the first group, at most n1"), .count("n1", "trials in the first group"),
    .count("x2", "passes in the second group, at most n2"), .count("n2", "trials in the second group"), .twoSidedAlpha,
  ],
  outputs: [
    Output("estimate", "first − second; null where a group is empty"), Output("lo", "lower end"), Output("hi", "upper end"),
  ], source: Source("§11", "R. G. Newcombe, 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I")
) { inputs in
  let (first, firstCount) = try inputs.part("x1", of: "n1")
  let (second, secondCount) = try inputs.part("x2", of: "n2")
  let result = newcombeUnpaired(
    firstPassed: first, of: firstCount, secondPassed: second, of: secondCount, z: oneSidedQuantile(alpha: inputs.number("alpha") / 2))
  return ["estimate": .real(result?.estimate), "lo": .real(result?.limits.lower), "hi": .real(result?.limits.upper)]
}

private let stratified = Method(
  "stratified", "The difference of two unpaired arms' pass rates at one mix of slices.",
  inputs: [
    Input(
      "strata", "the slices",
      .list(
        .record([
          .number("w", "weight of the slice in the reference mix, in any unit", .from(0)),
          .count("xc", "the candidate's passes, at most nc"), .count("nc", "the candidate's trials"),
          .count("xp", "production's passes, at most np"), .count("np", "production's trials"),
        ]), count: 0...10_000)), .alpha,
  ],
  outputs: [
    Output("estimate", "candidate − production; like all others null without weight or where an arm of a slice is empty"),
    Output("se", "standard error"), Output("lower", "one-sided lower bound"), Output("upper", "one-sided upper bound"),
    Output("crude", "candidate − production of the totals"), Output("simpson", "whether the totals say the opposite of every slice"),
  ], source: Source("§4", "direct standardisation")
) { inputs in
  let strata = try inputs.records("strata").map { slice in
    let (candidate, candidateCount) = try slice.part("xc", of: "nc")
    let (production, productionCount) = try slice.part("xp", of: "np")
    return Stratum(
      weight: slice.number("w"), candidatePassed: candidate, of: candidateCount, productionPassed: production, of: productionCount)
  }
  let result = stratifiedDifference(strata, alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result?.estimate), "se": .real(result?.standardError), "lower": .real(result?.limits.lower),
    "upper": .real(result?.limits.upper), "crude": .real(result?.crude), "simpson": result.map { .bool($0.isReversed) } ?? .null,
  ]
}
