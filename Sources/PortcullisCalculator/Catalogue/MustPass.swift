import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let mustPass = MethodGroup("Cases that must pass", [mustPassNever, mustPassSPRT, fisher])
}

private let mustPassNever = Method(
  "must_pass_never", "The verdict on a case that must never fail: one failure is a proof, and a pass takes enough clean trials.",
  inputs: [
    .count("failures", "confirmed failures"), .count("trials", "all trials"),
    .number("rho", "the failure rate that a pass excludes", .from(1e-9, below: 1)), .alpha,
  ],
  outputs: [Output("failure_upper", "one-sided exact upper limit of the failure rate"), .verdict], source: Source("§6")
) { inputs in
  let (failures, trials) = try inputs.part("failures", of: "trials")
  let result = NeverFails(failures: failures, of: trials, failureRate: inputs.number("rho"), alpha: inputs.number("alpha"))
  return ["failure_upper": .real(result.failureUpper), "verdict": .verdict(result.verdict)]
}

private let mustPassSPRT = Method(
  "must_pass_sprt", "The sequential verdict on a case that must be reliable, at most 60 trials.",
  inputs: [
    Input("outcomes", "1 for a pass, 0 for a failure, in their order", .list(.whole(0...1), count: 0...Shape.mostElements)),
    .number("p_good", "pass rate of a good case", .inside(0, 1)), .number("p_bad", "pass rate of a bad case, below p_good", .inside(0, 1)),
    .alpha, .number("beta", "chance that any of the cases fails although all are good", .from(1e-12, to: 0.5)),
    .count("cases", "cases that share beta", from: 1),
  ],
  outputs: [
    .verdict, Output("at", "the trial that decided, from 1; null where none did"),
    Output("llr", "log-likelihood ratio of good against bad after it"),
  ], source: Source("§6", "A. Wald, 1945")
) { inputs in
  let (good, bad) = (inputs.number("p_good"), inputs.number("p_bad"))
  guard bad < good else { throw inputs.problem("p_bad", "it must be below 'p_good', \(good)") }
  var state = ReliableCase(
    ReliableCase.Demand(good: good, bad: bad, alpha: inputs.number("alpha"), beta: inputs.number("beta"), cases: inputs.whole("cases")))
  for outcome in inputs.numbers("outcomes").prefix(state.demand.cap) { state.observe(passed: outcome == 1) }
  return [
    "verdict": .verdict(state.verdict), "at": state.verdict == .inconclusive ? .null : .int(state.trials),
    "llr": .real(state.logLikelihoodRatio),
  ]
}

/// Its two-sided p sums over every table: a million takes some ten milliseconds.
private func cell(_ name: String, _ meaning: String) -> Input { Input(name, meaning, .whole(0...500_000)) }

private let fisher = Method(
  "fisher", "How surprising the candidate's passes on a case are if both arms pass it equally often.",
  inputs: [
    cell("cand_pass", "the candidate's passes"), cell("cand_fail", "the candidate's failures"), cell("prod_pass", "production's passes"),
    cell("prod_fail", "production's failures"),
  ],
  outputs: [
    Output("p_worse", "one-sided P(X ≤ candidate's passes)"), Output("p_worse_midp", "the same with half of P(X = candidate's passes)"),
    Output("p_two_sided", "all tables at most 1 + 1e-7 times as probable"),
  ], source: Source("§6", "R. A. Fisher, 1935")
) { inputs in
  let (passed, baseline) = (inputs.whole("cand_pass"), inputs.whole("prod_pass"))
  let test = FisherTest(
    candidatePassed: passed, of: passed + inputs.whole("cand_fail"), productionPassed: baseline, of: baseline + inputs.whole("prod_fail"))
  return ["p_worse": .real(test.worse), "p_worse_midp": .real(test.worseMidP), "p_two_sided": .real(test.twoSided)]
}
