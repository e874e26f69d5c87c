import PortcullisCore
import PortcullisGate

/// Reads one rule of a canary with its parameters.
struct CanaryRuleReader {
  let name: String
  let wrongPass: Double
  let problems: FileProblems

  /// - Parameter arguments: nil where only the name was written.
  func rule(_ arguments: Node?, at position: Position) -> CanaryPolicyRule? {
    guard CanaryRule.names.contains(where: { sameBytes($0, name) }) else {
      refuse(at: position)
      return nil
    }
    guard var fields = FieldReader(arguments ?? Node(.mapping([]), at: position), "the rule '\(name)'", problems) else { return nil }
    let errors = problems.list.errorCount
    let rule = rule(&fields)
    let advisory = fields.bool("advisory") ?? false
    refuseWhere(&fields)
    fields.finish()
    guard let rule, problems.list.errorCount == errors else { return nil }
    return CanaryPolicyRule(rule, advisory: advisory)
  }

  private func refuse(at position: Position) {
    let choices = "available: " + CanaryRule.names.joined(separator: ", ")
    if RuleReader.isKnown(name) {
      problems.error("the rule '\(name)' cannot be watched on live traffic", at: position, help: choices)
    } else {
      problems.error(
        "unknown rule '\(name)'", at: position,
        help: nearestWord(to: name, among: CanaryRule.names).map { "did you mean '\($0)'?" } ?? choices)
    }
  }

  private func rule(_ fields: inout FieldReader) -> CanaryRule? {
    switch name {
    case "no-regression": return noRegression(&fields).map(CanaryRule.noRegression)
    case "error-rate":
      let max = fields.checked("max") { text throws(Objection) in try tolerance(text, of: "max") }
      return .errorRate(ErrorRateRule(max: max ?? 0.05))
    case "latency": return RuleReader(name: name, wrongPass: wrongPass, problems: problems).latency(&fields).map(CanaryRule.latency)
    case "tail":
      let floor = fields.checked("floor") { text throws(Objection) in try reachableGrade(text, of: "floor") }
      let share = fields.checked("max_share") { text throws(Objection) in try tolerance(text, of: "max_share") }
      return .tail(CanaryTailRule(floor: floor ?? 0.2, maxShare: share ?? 0.02))
    case "cost-per-request":
      let rise = fields.checked("increase") { text throws(Objection) in try increase(text) }
      return .costPerRequest(CanaryCostRule(increase: rise ?? 0.20))
    case "cache-hit":
      let margin = fields.checked("margin") { text throws(Objection) in try tolerance(text, of: "margin") }
      return .cacheHit(CacheHitRule(margin: margin ?? 0.05))
    default: return nil  // `names` has no other
    }
  }

  private func noRegression(_ fields: inout FieldReader) -> CanaryRegressionRule? {
    let margin = fields.checked("margin", required: true) { text throws(Objection) in try tolerance(text, of: "margin") }
    let slices = slices(&fields)
    let sliceMargin = fields.checked("slice_margin") { text throws(Objection) in try tolerance(text, of: "slice_margin") }
    if fields.has("slice_margin"), !fields.has("slices") {
      problems.error("'slice_margin' has no slices to apply to", at: fields.position(of: "slice_margin"), help: "add 'slices: [segment]'")
    }
    return margin.map { CanaryRegressionRule(margin: $0, slices: slices, sliceMargin: sliceMargin) }
  }

  private func slices(_ fields: inout FieldReader) -> [ObservationField] {
    let position = fields.position(of: "slices")
    guard let node = fields.node("slices"), let names = problems.texts(node, "slices") else { return [] }
    let known = ObservationField.allCases.filter(\.isBeforeAssignment).map(\.rawValue)
    if names.isEmpty {
      problems.error("'slices' is an empty list", at: position, help: "leave it out, or name \(known.joined(separator: ", "))")
    }
    var fields = [ObservationField]()
    for name in names {
      guard let field = ObservationField(rawValue: name), sameBytes(field.rawValue, name) else {
        problems.error("'slices' names '\(name)', which observations do not have", at: position, help: suggestion(for: name, among: known))
        continue
      }
      guard field.isBeforeAssignment else {
        problems.error(
          "'slices' names '\(name)', which only the arm decides: its groups cannot be compared", at: position,
          help: "known here: \(known.joined(separator: ", "))")
        continue
      }
      if fields.contains(field) { problems.error("'slices' names '\(name)' twice", at: position) }
      fields.append(field)
    }
    return fields
  }

  /// Better refused than passed over.
  private func refuseWhere(_ fields: inout FieldReader) {
    for key in ["where"] + (name == "no-regression" ? [] : ["slices"]) where fields.has(key) {
      _ = fields.node(key)
      problems.error(
        "the rule '\(name)' of a canary has no '\(key)'", at: fields.position(of: key), help: "'no-regression' has 'slices: [segment]'")
    }
  }
}

/// Reads one alert with its parameters.
struct CanaryAlertReader {
  let problems: FileProblems

  private static let names = ["error-rate", "latency", "no-data", "cost", "quality", "cache-hits"]

  /// - Parameter arguments: nil where only the name was written.
  func condition(_ name: String, _ arguments: Node?, at position: Position) -> CanaryAlert.Condition? {
    guard Self.names.contains(where: { sameBytes($0, name) }) else {
      problems.error(
        "unknown alert '\(name)'", at: position,
        help: nearestWord(to: name, among: Self.names).map { "did you mean '\($0)'?" } ?? "available: \(Self.names.joined(separator: ", "))"
      )
      return nil
    }
    guard var fields = FieldReader(arguments ?? Node(.mapping([]), at: position), "the alert '\(name)'", problems) else { return nil }
    let errors = problems.list.errorCount
    let condition = condition(name, &fields)
    fields.finish()
    return problems.list.errorCount == errors ? condition : nil
  }

  private func condition(_ name: String, _ fields: inout FieldReader) -> CanaryAlert.Condition? {
    func drop() -> Double {
      fields.checked("drop") { text throws(Objection) in try tolerance(text, of: "drop") } ?? 0.05
    }
    switch name {
    case "error-rate":
      let max = fields.checked("max") { text throws(Objection) in try tolerance(text, of: "max") }
      return .errorRate(max: max ?? 0.05)
    case "latency": return .latency(limit: positiveDuration(&fields, "limit"))
    case "no-data": return .noData(hours: positiveDuration(&fields, "for").map(hours) ?? 2)
    case "cost":
      let rise = fields.checked("increase") { text throws(Objection) in try increase(text) }
      return .cost(increase: rise ?? 0.20)
    case "quality": return .quality(drop: drop())
    case "cache-hits": return .cacheHits(drop: drop())
    default: return nil  // `names` has no other
    }
  }
}
