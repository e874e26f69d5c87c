import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let proportions = MethodGroup("One proportion", [wilson, clopperPearson, zeroFailureBound, requiredCleanTrials])
}

private let wilson = Method(
  "wilson", "The true rates consistent with a count, for reports.",
  inputs: [.count("x", "successes, at most n"), .count("n", "trials"), .twoSidedAlpha],
  outputs: [Output("lo", "lower end; null where n = 0"), Output("hi", "upper end; null where n = 0")],
  source: Source("§3", "E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953")
) { inputs in
  let (passed, count) = try inputs.part("x", of: "n")
  let interval = wilsonInterval(passed: passed, of: count, z: oneSidedQuantile(alpha: inputs.number("alpha") / 2))
  return ["lo": .real(interval?.lower), "hi": .real(interval?.upper)]
}

private let clopperPearson = Method(
  "clopper_pearson", "The true rates consistent with a count, exact, for guarantees.",
  inputs: [.count("x", "successes, at most n"), .count("n", "trials"), .twoSidedAlpha],
  outputs: [Output("lo", "lower end; null where n = 0"), Output("hi", "upper end; null where n = 0")],
  source: Source("§3", "C. J. Clopper and E. S. Pearson, 1934, doi:10.1093/biomet/26.4.404")
) { inputs in
  let (passed, count) = try inputs.part("x", of: "n")
  let interval = clopperPearsonInterval(passed: passed, of: count, alpha: inputs.number("alpha"))
  return ["lo": .real(interval?.lower), "hi": .real(interval?.upper)]
}

private let zeroFailureBound = Method(
  "zero_failure_bound", "The failure rate that a run without a failure excludes.",
  inputs: [.count("k", "trials, none of which failed"), .alpha],
  outputs: [Output("upper", "greatest failure rate not excluded; 1 without a trial")],
  source: Source("§6", "1 − α^(1/k), the exact limit at no failure")
) { inputs in ["upper": .real(failureRateExcluded(cleanTrials: inputs.whole("k"), alpha: inputs.number("alpha")))] }

private let requiredCleanTrials = Method(
  "required_clean_trials", "How many trials without a failure exclude a failure rate.",
  inputs: [.number("rho", "failure rate to exclude", .from(1e-9, below: 1)), .alpha],
  outputs: [Output("k", "trials, all of which must be clean")], source: Source("§6")
) { inputs in ["k": .int(cleanTrialsRequired(failureRate: inputs.number("rho"), alpha: inputs.number("alpha")))] }
