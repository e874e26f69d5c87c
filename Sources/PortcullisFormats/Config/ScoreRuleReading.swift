import PortcullisCore
import PortcullisGate

// The parameters of the rules that look at scores: pass rates and the metrics that checks name.

extension RuleReader {
  func noRegression(_ fields: inout FieldReader) -> Rule? {
    let metric = fields.has("metric") ? metricName(&fields, allowsPassRate: true) : nil
    let margin = fields.checked("margin", required: true) { text throws(Objection) in try tolerance(text, of: "margin") }
    let slices = dimensions(&fields, "slices"), watch = dimensions(&fields, "watch")
    let sliceMargin = fields.checked("slice_margin") { text throws(Objection) in try tolerance(text, of: "slice_margin") }
    if fields.has("slice_margin"), slices.isEmpty, watch.isEmpty {
      problems.error("'slice_margin' has no slices to apply to", at: fields.position(of: "slice_margin"), help: "add 'slices: [behaviour]'")
    }
    for twin in watch where slices.contains(where: { sameBytes($0, twin) }) {
      problems.error(
        "'\(twin)' is in 'slices' and in 'watch'", at: fields.position(of: "watch"), help: "'slices' decide, 'watch' only alarms")
    }
    let superiority = fields.bool("superiority") ?? false
    return margin.map {
      .noRegression(
        NoRegressionRule(
          margin: $0, metric: metric, slices: slices, sliceMargin: sliceMargin ?? 0.05, watch: watch, superiority: superiority))
    }
  }

  func passRate(_ fields: inout FieldReader) -> Rule? {
    let min = fields.checked("min") { text throws(Objection) in try reachableRate(text, of: "min") }
    let observed = fields.checked("observed_min") { text throws(Objection) in try observedRate(text, of: "observed_min") }
    let slices = dimensions(&fields, "slices")
    guard isOneGiven(fields, "min", "observed_min", required: true) else { return nil }
    let limit = min.map(PassRateRule.Limit.min) ?? observed.map(PassRateRule.Limit.observedMin)
    return limit.map { .passRate(PassRateRule(limit: $0, slices: slices)) }
  }

  func score(_ fields: inout FieldReader) -> ScoreRule? {
    let metric = metricName(&fields, allowsPassRate: false)
    let min = fields.checked("min") { text throws(Objection) in try reachableGrade(text, of: "min") }
    let margin = fields.checked("margin") { text throws(Objection) in try tolerance(text, of: "margin") }
    let slices = dimensions(&fields, "slices")
    guard isOneGiven(fields, "min", "margin", required: true), let metric else { return nil }
    let limit = min.map(ScoreRule.Limit.min) ?? margin.map(ScoreRule.Limit.margin)
    return limit.map { ScoreRule(metric: metric, limit: $0, slices: slices) }
  }

  func tail(_ fields: inout FieldReader) -> TailRule? {
    let metric = metricName(&fields, allowsPassRate: false)
    let floor = fields.checked("floor") { text throws(Objection) in try reachableGrade(text, of: "floor") }
    let share = fields.checked("max_share") { text throws(Objection) in try tolerance(text, of: "max_share") }
    return metric.map { TailRule(metric: $0, floor: floor ?? 0.2, maxShare: share ?? 0.02) }
  }

  /// A name that checks or judges carry as their `metric`; nil also for the pass rate, which is none of them.
  private func metricName(_ fields: inout FieldReader, allowsPassRate: Bool) -> String? {
    guard let name = fields.text("metric", required: true) else { return nil }
    if name.isEmpty { problems.error("'metric' is empty", at: fields.position(of: "metric"), help: "write the 'metric' of a check") }
    guard sameBytes(name, "pass-rate") else { return name.isEmpty ? nil : name }
    if !allowsPassRate {
      problems.error(
        "'pass-rate' is no metric of a check", at: fields.position(of: "metric"),
        help: "write a 'pass-rate' rule, or 'no-regression: {margin: …}'")
    }
    return nil
  }
}
