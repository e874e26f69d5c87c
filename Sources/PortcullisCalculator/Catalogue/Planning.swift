import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let planning = MethodGroup("Planning", [nPairedBinary, mdePairedBinary, nAugmented])
}

private let discordance = Input.number("discordance", "expected share of pairs in which the arms differ", .from(0, to: 1))

private let nPairedBinary = Method(
  "n_paired_binary", "Cases that a paired pass-rate gate needs.",
  inputs: [
    discordance, .margin, .number("true_difference", "assumed candidate − production", .from(-1, to: 1)), .alpha, .power,
  ],
  outputs: [Output("n", "cases; null where the assumed loss reaches the margin, or beyond 2⁵³")], source: Source("§12")
) { inputs in
  let (share, difference) = (inputs.number("discordance"), inputs.number("true_difference"))
  guard share >= abs(difference) else {
    throw inputs.problem("discordance", "it must be at least the size of 'true_difference', \(difference)")
  }
  let n = casesNeeded(
    discordance: share, margin: inputs.number("margin"), trueDifference: difference, alpha: inputs.number("alpha"),
    power: inputs.number("power"))
  return ["n": .count(n)]
}

private let mdePairedBinary = Method(
  "mde_paired_binary", "The loss that a paired pass-rate gate on so many cases can exclude.",
  inputs: [discordance, .count("n", "cases"), .alpha, .power], outputs: [Output("margin", "the loss; null without cases")],
  source: Source("§12")
) { inputs in
  let margin = detectableMargin(
    discordance: inputs.number("discordance"), count: inputs.whole("n"), alpha: inputs.number("alpha"), power: inputs.number("power"))
  return ["margin": .real(margin)]
}

private let nAugmented = Method(
  "n_augmented", "Cases that the graded gate needs.",
  inputs: [
    .number("variance", "variance of the difference of a pair", .from(0, to: 1e6)),
    .number("margin", "the largest loss accepted, in the unit of the scores", .above(0, to: 1000)), .range, .alpha, .power,
  ], outputs: [Output("n", "cases, each its own cluster; null beyond 2⁵³")], source: Source("§12")
) { inputs in
  let n = casesNeededGraded(
    variance: inputs.number("variance"), margin: inputs.number("margin"), range: inputs.number("range"), alpha: inputs.number("alpha"),
    power: inputs.number("power"))
  return ["n": .count(n)]
}
