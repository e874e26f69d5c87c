import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let judges = MethodGroup(
    "Judges", [judgeCalibrationMethod, niJudgeScaled, positionBiasMethod, selfPreferenceMethod, verbosity, panel])
}

extension Input {
  /// Counts of the answers that people and a judge graded, read by `Inputs.labels`.
  static let labels: [Input] = [
    .count("tp", "answers that people and judge passed"), .count("fn", "people passed, the judge failed"),
    .count("tn", "people and judge failed"), .count("fp", "people failed, the judge passed"),
  ]
}

extension Inputs {
  func labels() -> JudgeLabels {
    JudgeLabels(truePasses: whole("tp"), falseFails: whole("fn"), trueFails: whole("tn"), falsePasses: whole("fp"))
  }
}

private let judgeCalibrationMethod = Method(
  "judge_calibration", "Whether a judge's error rates against people's labels are low enough for it to gate.",
  inputs: Input.labels + [
    .number("min_sens", "floor of the share of good answers passed", .from(0, to: 1)),
    .number("min_spec", "floor of the share of bad answers failed", .from(0, to: 1)), .alpha,
  ],
  outputs: [
    Output("sens", "sensitivity; like spec null unless there are labels of both kinds"), Output("spec", "specificity"),
    Output("sens_lower", "exact one-sided lower bound"), Output("spec_lower", "exact one-sided lower bound"),
    Output("j_lower", "sens_lower + spec_lower − 1"), .verdict,
  ], source: Source("§11")
) { inputs in
  let labels = inputs.labels()
  let result = judgeCalibration(
    labels, leastSensitivity: inputs.number("min_sens"), leastSpecificity: inputs.number("min_spec"), alpha: inputs.number("alpha"))
  return [
    "sens": .real(labels.hasBothKinds ? labels.sensitivity : nil), "spec": .real(labels.hasBothKinds ? labels.specificity : nil),
    "sens_lower": .real(result.sensitivity.lower), "spec_lower": .real(result.specificity.lower),
    "j_lower": .real(result.informednessLower), "verdict": .verdict(result.verdict),
  ]
}

private let niJudgeScaled = Method(
  "ni_judge_scaled", "Whether a pass rate that a calibrated judge measured is not lower by the margin or more.",
  inputs: Input.pairs + [.margin, .alpha] + Input.labels,
  outputs: [
    Output("estimate_observed", "candidate − production as the judge saw it; null without pairs or labels of both kinds"),
    Output("estimate_true", "the same freed of the judge's errors; null for a judge no better than chance"),
    Output("lower_observed", "one-sided lower bound of the observed difference"),
    Output("j_lower", "lower bound of sensitivity + specificity − 1"), Output("scaled_margin", "margin · j_lower"), .verdict,
  ], source: Source("§11")
) { inputs in
  let (margin, alpha) = (inputs.number("margin"), inputs.number("alpha"))
  let observed = try nonInferiority(inputs.table(), missing: 0, margin: margin, alpha: alpha)
  let result = judgeScaledNonInferiority(observed, labels: inputs.labels(), margin: margin, alpha: alpha)
  let isDefined = result.informednessLower != nil
  return [
    "estimate_observed": .real(isDefined ? observed.estimate : nil), "estimate_true": .real(result.estimate),
    "lower_observed": .real(isDefined ? observed.lower : nil), "j_lower": .real(result.informednessLower),
    "scaled_margin": .real(result.scaledMargin), "verdict": .verdict(result.verdict),
  ]
}

private let positionBiasMethod = Method(
  "position_bias", "Whether a pairwise judge that saw both orders looks at the answers and not at their places.",
  inputs: [
    .count("consistent", "pairs judged alike in both orders"), .count("first", "pairs in which the first place won both times"),
    .count("second", "pairs in which the second place won both times"),
    .number("min_consistency", "floor of the share judged alike", .from(0, to: 1)),
    .number("max_bias", "limit of (first − second)/n on either side", .above(0, to: 1)), .alpha,
  ],
  outputs: [
    Output("consistency", "share judged alike; null without pairs"), Output("consistency_lower", "exact one-sided lower bound of it"),
    Output("bias", "(first − second)/n; null without pairs"), Output("bias_lower", "one-sided lower bound of it, Tango"),
    Output("bias_upper", "one-sided upper bound of it"), Output("p_midp", "two-sided mid-p against \"no bias\""), .verdict,
  ], source: Source("§11")
) { inputs in
  let result = positionBias(
    consistent: inputs.whole("consistent"), first: inputs.whole("first"), second: inputs.whole("second"),
    leastConsistency: inputs.number("min_consistency"), greatestBias: inputs.number("max_bias"), alpha: inputs.number("alpha"))
  return [
    "consistency": .real(result.consistency), "consistency_lower": .real(result.consistencyLimits.lower), "bias": .real(result.bias),
    "bias_lower": .real(result.biasLimits?.lower), "bias_upper": .real(result.biasLimits?.upper), "p_midp": .real(result.p),
    "verdict": .verdict(result.verdict),
  ]
}

private let selfPreferenceMethod = Method(
  "self_preference", "Whether a judge is no more lenient with its own family's answers than with others that people grade alike.",
  inputs: [
    .count("own_pass_bad", "own family's bad answers that it passed"), .count("own_bad", "own family's answers that people failed"),
    .count("other_pass_bad", "others' bad answers that it passed"), .count("other_bad", "others' answers that people failed"),
    .count("own_pass_good", "own family's good answers that it passed"), .count("own_good", "own family's answers that people passed"),
    .count("other_pass_good", "others' good answers that it passed"), .count("other_good", "others' answers that people passed"),
    .number("tolerance", "the largest gap accepted", .above(0, to: 1)), .alpha,
  ],
  outputs: [
    Output("false_pass_gap", "own − others among bad answers; like all gaps null where any kind has no answers"),
    Output("false_pass_upper", "one-sided upper bound of it"), Output("true_pass_gap", "own − others among good answers"),
    Output("true_pass_upper", "one-sided upper bound of it"), .verdict,
  ], source: Source("§11", "R. G. Newcombe, 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I")
) { inputs in
  func labels(_ family: String) throws -> JudgeLabels {
    let (falsePasses, bad) = try inputs.part("\(family)_pass_bad", of: "\(family)_bad")
    let (truePasses, good) = try inputs.part("\(family)_pass_good", of: "\(family)_good")
    return JudgeLabels(truePasses: truePasses, falseFails: good - truePasses, trueFails: bad - falsePasses, falsePasses: falsePasses)
  }
  let result = try selfPreference(
    own: labels("own"), others: labels("other"), tolerance: inputs.number("tolerance"), alpha: inputs.number("alpha"))
  return [
    "false_pass_gap": .real(result.falsePasses?.estimate), "false_pass_upper": .real(result.falsePasses?.limits.upper),
    "true_pass_gap": .real(result.truePasses?.estimate), "true_pass_upper": .real(result.truePasses?.limits.upper),
    "verdict": .verdict(result.verdict),
  ]
}

private let verbosity = Method(
  "verbosity_slope", "How much more a judge likes long answers than people do.",
  inputs: [
    .numbers("judge", "the judge's scores", .from(-1000, to: 1000)),
    .numbers("human", "people's scores of the same answers", .from(-1000, to: 1000)),
    .numbers("lengths", "lengths of the answers, in any unit", .from(0, to: 1e15)), .twoSidedAlpha,
  ],
  outputs: [
    Output("slope", "judge − human for each unit of ln(1 + length); like all others null below three answers or with equal lengths"),
    Output("se", "standard error, HC1"), Output("lo", "lower end"), Output("hi", "upper end"),
    Output("per_sd", "judge − human for one standard deviation of ln(1 + length)"),
  ], source: Source("§11", "J. G. MacKinnon and H. White, 1985, doi:10.1016/0304-4076(85)90158-7")
) { inputs in
  try inputs.requireParallel(["judge", "human", "lengths"])
  let result = verbositySlope(
    judge: inputs.numbers("judge"), human: inputs.numbers("human"), lengths: inputs.numbers("lengths"), alpha: inputs.number("alpha"))
  return [
    "slope": .real(result?.slope), "se": .real(result?.standardError), "lo": .real(result?.limits.lower),
    "hi": .real(result?.limits.upper), "per_sd": .real(result?.perDeviation),
  ]
}

private let panel = Method(
  "panel", "How many independent judges a panel is worth.",
  inputs: [
    // Every pair of judges is compared on every answer.
    Input(
      "errors", "for each judge 1 where it erred on an answer, else 0, answers in one order",
      .list(.list(.whole(0...1), count: 0...100_000), count: 0...20))
  ],
  outputs: [
    Output("mean_error_correlation", "null below two judges, and where one errs never or always"),
    Output("effective_judges", "k/(1 + (k − 1)·correlation)"),
    Output("majority_error_rate", "share of answers that most judges get wrong; null without answers or for an even panel"),
  ], source: Source("§11")
) { inputs in
  let errors = inputs.matrix("errors").map { $0.map { $0 == 1 } }
  let answers = errors.first?.count ?? 0
  for (judge, row) in errors.enumerated() where row.count != answers {
    throw inputs.problem("errors", "judge \(judge) has \(row.count) entries, the first has \(answers): each judge must have every answer")
  }
  let result = JudgePanel(errors: errors)
  return [
    "mean_error_correlation": .real(result.errorCorrelation), "effective_judges": .real(result.effectiveJudges),
    "majority_error_rate": .real(result.majorityErrorRate),
  ]
}
