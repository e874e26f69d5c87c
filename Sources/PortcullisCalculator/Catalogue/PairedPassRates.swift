import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let pairedPassRates = MethodGroup(
    "Paired pass rates, one trial a case, cases independent",
    [tango, tangoZ, niPairedBinary, missingWorstCase, superiorityPairedBinary, mcNemar, newcombe])
}

private let tango1998 = "T. Tango, 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B"

private let tango = Method(
  "tango", "The differences of two paired pass rates that Tango's score does not exclude.", inputs: Input.pairs + [.twoSidedAlpha],
  outputs: [
    Output("estimate", "candidate − production; null without pairs"), Output("lo", "lower end"), Output("hi", "upper end"),
  ], source: Source("§4", tango1998)
) { inputs in
  let table = try inputs.table()
  let limits = tangoLimits(table, alpha: inputs.number("alpha") / 2)
  return ["estimate": .real(table.difference), "lo": .real(limits?.lower), "hi": .real(limits?.upper)]
}

private let tangoZ = Method(
  "tango_z", "Tango's score for one difference of two paired pass rates.",
  inputs: Input.pairs + [.number("theta0", "the difference in question, candidate − production", .from(-1, to: 1))],
  outputs: [
    Output("z", "standard normal deviate; may be infinite, null without pairs"), Output("p_greater", "P(Z ≥ z)"),
    Output("p_less", "P(Z ≤ z)"),
  ], source: Source("§4", tango1998)
) { inputs in
  let z = try tangoScore(inputs.table(), theta: inputs.number("theta0"))
  return ["z": .real(z), "p_greater": .real(z.map { normalCDF(-$0) }), "p_less": .real(z.map { normalCDF($0) })]
}

private let niPairedBinary = Method(
  "ni_paired_binary", "Whether the candidate's pass rate is not lower by the margin or more.", inputs: Input.pairs + [.margin, .alpha],
  outputs: Output.difference + [.verdict], source: Source("§1.1, §4", tango1998)
) { inputs in
  let result = try nonInferiority(inputs.table(), missing: 0, margin: inputs.number("margin"), alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result.estimate), "lower": .real(result.lower), "upper": .real(result.upper), "verdict": .verdict(result.verdict),
  ]
}

private let missingWorstCase = Method(
  "missing_worst_case", "The same where pairs are missing: a pass must survive counting each as a regression.",
  inputs: Input.pairs + [.count("missing", "pairs that lack a score in either arm"), .margin, .alpha],
  outputs: [
    Output("complete_verdict", "the verdict if the missing pairs did not exist"),
    Output("worst_lower", "lower bound with every missing pair a regression; null without pairs"), .verdict,
  ], source: Source("§1.4")
) { inputs in
  let result = try nonInferiority(
    inputs.table(), missing: inputs.whole("missing"), margin: inputs.number("margin"), alpha: inputs.number("alpha"))
  return [
    "complete_verdict": .verdict(result.verdictOfCompletePairs), "worst_lower": .real(result.lowerWithMissing),
    "verdict": .verdict(result.verdict),
  ]
}

private let superiorityPairedBinary = Method(
  "superiority_paired_binary", "Whether the candidate's pass rate is higher.", inputs: Input.pairs + [.alpha],
  outputs: [Output("p", "one-sided mid-p against \"not better\"; null without pairs")] + Output.difference + [.verdict],
  source: Source("§4", "M. W. Fagerland, S. Lydersen, P. Laake, 2013, doi:10.1186/1471-2288-13-91")
) { inputs in
  let result = try superiority(inputs.table(), alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result.estimate), "p": .real(result.p), "lower": .real(result.lower), "upper": .real(result.upper),
    "verdict": .verdict(result.verdict),
  ]
}

private let mcNemar = Method(
  "mcnemar", "How surprising the split of the discordant pairs is if both arms are equally good.", inputs: Array(Input.pairs.prefix(2)),
  outputs: [
    Output("p_midp", "two-sided mid-p"), Output("p_midp_worse", "one-sided mid-p against \"the candidate is not worse\""),
    Output("p_midp_better", "one-sided mid-p against \"the candidate is not better\""), Output("p_exact", "two-sided exact p"),
    Output("p_asymptotic", "two-sided p of the chi-square form, uncorrected"),
  ], source: Source("§4", "M. W. Fagerland, S. Lydersen, P. Laake, 2013, doi:10.1186/1471-2288-13-91")
) { inputs in
  let test = McNemar(b: inputs.whole("b"), c: inputs.whole("c"))
  return [
    "p_exact": .real(test.exact), "p_midp": .real(test.twoSided), "p_asymptotic": .real(test.asymptotic),
    "p_midp_worse": .real(test.worse), "p_midp_better": .real(test.better),
  ]
}

private let newcombe = Method(
  "newcombe_paired", "The difference of two paired pass rates by Newcombe's method 10, a cross-check of Tango's.",
  inputs: [
    .count("a", "pairs that both arms passed"), .count("b", "pairs that only production passed"),
    .count("c", "pairs that only the candidate passed"), .count("d", "pairs that neither passed"), .twoSidedAlpha,
  ],
  outputs: [
    Output("estimate", "candidate − production; null without pairs"), Output("lo", "lower end"), Output("hi", "upper end"),
  ],
  source: Source("§4", "R. G. Newcombe, 1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C")
) { inputs in
  let table = PairTable(
    both: inputs.whole("a"), productionOnly: inputs.whole("b"), candidateOnly: inputs.whole("c"), neither: inputs.whole("d"))
  let limits = newcombePaired(table, z: oneSidedQuantile(alpha: inputs.number("alpha") / 2))
  return ["estimate": .real(table.difference), "lo": .real(limits?.lower), "hi": .real(limits?.upper)]
}
