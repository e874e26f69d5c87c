import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let judgedScores = MethodGroup(
    "Judged scores, corrected by people's labels", [niPPI, ppiMean, roganGladenMethod, roganGladenAdjustedMethod])
}

private let ppi = "A. N. Angelopoulos, J. C. Duchi, T. Zrnic, PPI++, 2023, arXiv:2311.01453"

private func differences(_ name: String, _ meaning: String) -> Input {
  .numbers(name, meaning + ", candidate − production", .from(-1, to: 1))
}

private let niPPI = Method(
  "ni_ppi", "Whether the candidate is not worse by the margin or more, by a judge that people's labels of a random subset correct.",
  inputs: [
    differences("human_d", "people's differences of the labelled pairs"),
    differences("judge_d_labeled", "the judge's differences of the same pairs, in the same order"),
    differences("judge_d_unlabeled", "the judge's differences of all other pairs"), .margin, .alpha,
  ],
  outputs: [
    Output("estimate", "candidate − production; like both bounds null below 30 labelled pairs or with fewer unlabelled than labelled"),
    Output("lower", "one-sided lower bound of it"), Output("upper", "one-sided upper bound of it"), .verdict,
  ], source: Source("§11", ppi)
) { inputs in
  let (human, judge) = try inputs.parallel("human_d", "judge_d_labeled")
  let result = humanCorrectedNonInferiority(
    LabelledSums(human: human, judge: judge, unlabelled: inputs.numbers("judge_d_unlabeled")), margin: inputs.number("margin"),
    alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result.estimate), "lower": .real(result.lower), "upper": .real(result.upper), "verdict": .verdict(result.verdict),
  ]
}

private func scores(_ name: String, _ meaning: String) -> Input { .numbers(name, meaning, .from(-1000, to: 1000)) }

private let ppiMean = Method(
  "ppi_mean", "The mean score of one arm by a judge that people's labels of a random subset correct; reported, never gating.",
  inputs: [
    scores("labeled", "people's scores of the labelled answers"),
    scores("judged_labeled", "the judge's scores of the same answers, in the same order"),
    scores("judged_unlabeled", "the judge's scores of all other answers"), .twoSidedAlpha,
  ],
  outputs: [
    Output("lambda", "how far the judge is relied upon, 0…1; like all others null below two labelled or unlabelled answers"),
    Output("estimate", "the mean"), Output("se", "standard error"), Output("lo", "lower end"), Output("hi", "upper end"),
  ], source: Source("§11", ppi)
) { inputs in
  let (human, judge) = try inputs.parallel("labeled", "judged_labeled")
  let result = humanCorrectedMean(
    LabelledSums(human: human, judge: judge, unlabelled: inputs.numbers("judged_unlabeled")), alpha: inputs.number("alpha"))
  return [
    "lambda": .real(result?.judgeWeight), "estimate": .real(result?.estimate), "se": .real(result?.standardError),
    "lo": .real(result?.limits.lower), "hi": .real(result?.limits.upper),
  ]
}

private let judgedRate: [Input] =
  [.count("passes", "answers that the judge passed, at most n"), .count("n", "answers")] + Input.labels + [.twoSidedAlpha]

private let roganGladenMethod = Method(
  "rogan_gladen", "The true pass rate of one arm, by a judge's error rates from a calibration set; reported, never gating.",
  inputs: judgedRate,
  outputs: [
    Output("estimate", "may leave 0…1; like all others null without answers, labels of both kinds, or a judge better than chance"),
    Output("se", "standard error"), Output("lo", "lower end, within 0…1"), Output("hi", "upper end, within 0…1"),
  ], source: Source("§11", "W. J. Rogan and B. Gladen, 1978, doi:10.1093/oxfordjournals.aje.a112510")
) { inputs in
  let (passed, count) = try inputs.part("passes", of: "n")
  let result = roganGladen(passed: passed, of: count, labels: inputs.labels(), alpha: inputs.number("alpha"))
  return [
    "estimate": .real(result?.estimate), "se": .real(result?.standardError), "lo": .real(result?.limits.lower),
    "hi": .real(result?.limits.upper),
  ]
}

private let roganGladenAdjustedMethod = Method(
  "rogan_gladen_adjusted", "The interval of rogan_gladen, with added counts that keep its confidence in small samples.",
  inputs: judgedRate,
  outputs: [
    Output("lo", "lower end; null without answers, labels of both kinds, or a judge better than chance"), Output("hi", "upper end"),
  ], source: Source("§11", "C. Lee et al., 2025, arXiv:2511.21140")
) { inputs in
  let (passed, count) = try inputs.part("passes", of: "n")
  let limits = roganGladenAdjusted(passed: passed, of: count, labels: inputs.labels(), alpha: inputs.number("alpha"))
  return ["lo": .real(limits?.lower), "hi": .real(limits?.upper)]
}
