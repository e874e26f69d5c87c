import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let flakes = MethodGroup("Repeated trials and flaky cases", [flake, passAtKMethod, passHatKMethod, varianceComponents])
}

private let flake = Method(
  "flake", "How steadily a case comes out, from all its recorded trials.",
  inputs: [.count("passes", "trials that passed, at most trials"), .count("trials", "all trials"), .twoSidedAlpha],
  outputs: [
    Output("class", "FLAKY, STABLE_PASS, STABLE_FAIL or UNKNOWN"), Output("lo", "exact lower limit of the pass rate; 0 without trials"),
    Output("hi", "exact upper limit; 1 without trials"),
  ], source: Source("§6")
) { inputs in
  let (passed, trials) = try inputs.part("passes", of: "trials")
  let result = Flakiness(passed: passed, of: trials, alpha: inputs.number("alpha"))
  return ["class": .string(word(result.kind)), "lo": .real(result.passRate.lower), "hi": .real(result.passRate.upper)]
}

private func word(_ kind: Flakiness.Kind) -> String {
  switch kind {
  case .flaky: "FLAKY"
  case .stablePass: "STABLE_PASS"
  case .stableFail: "STABLE_FAIL"
  case .unknown: "UNKNOWN"
  }
}

private let draws: [Input] = [
  .count("n", "trials recorded"), .count("c", "trials that passed, at most n"), .count("k", "trials drawn", from: 1),
]

private let passAtKMethod = Method(
  "pass_at_k", "The chance that at least one of k trials passes; reported, never gating.", inputs: draws,
  outputs: [Output("value", "the chance; null where k > n")], source: Source("§6", "M. Chen et al., 2021, arXiv:2107.03374")
) { inputs in
  let (passed, count) = try inputs.part("c", of: "n")
  return ["value": .real(passAtK(passed: passed, of: count, k: inputs.whole("k")))]
}

private let passHatKMethod = Method(
  "pass_hat_k", "The chance that all of k trials pass; reported, never gating.", inputs: draws,
  outputs: [Output("value", "the chance; null where k > n")], source: Source("§6", "S. Yao et al., 2024, arXiv:2406.12045")
) { inputs in
  let (passed, count) = try inputs.part("c", of: "n")
  return ["value": .real(passHatK(passed: passed, of: count, k: inputs.whole("k")))]
}

private let varianceComponents = Method(
  "variance_components", "How far scores scatter within a case and between cases.",
  inputs: [
    // Together with the bounds of the scores: what the exact sums can hold.
    Input(
      "matrix", "for each case the scores of its trials, which may differ in number; rounded to 1e-9",
      .list(.list(.number(.from(-1000, to: 1000)), count: 0...10_000), count: 0...200_000))
  ],
  outputs: [
    Output("mean", "mean of the cases' means; like all others null below two cases with two trials"),
    Output("within", "mean of the cases' variances"), Output("between", "variance between cases, as it comes: it may be negative"),
    Output("icc", "between/(between + within); null where all scores are equal"), Output("se", "standard error of the mean"),
  ], source: Source("§6", "one-way analysis of variance")
) { inputs in
  let components = RepeatSums(cases: inputs.matrix("matrix").map { $0.compactMap { $0 } }).components
  return [
    "mean": .real(components?.mean), "within": .real(components?.within), "between": .real(components?.between),
    "icc": .real(components?.intraclassCorrelation), "se": .real(components?.standardError),
  ]
}
