import PortcullisCore
import PortcullisGate

/// Reads one rule with its parameters; what cannot be reached or would open the gate is refused.
struct RuleReader {
  let name: String
  let wrongPass: Double
  let problems: FileProblems
  private(set) var currencies: [CurrencyUse] = []

  init(name: String, wrongPass: Double, problems: FileProblems) {
    self.name = name
    self.wrongPass = wrongPass
    self.problems = problems
  }

  static let available = [
    "complete", "no-regression", "pass-rate", "critical-cases", "incidents-stay-fixed", "error-rate", "latency", "cost-per-request",
  ]
  /// Rules of formats.md §6 that later versions bring. Skipping one silently would open the gate.
  static let later = [
    "no-broken-cases", "score", "tail", "judge-trusted", "ttft", "tpot", "tokens-per-request", "cost-per-success", "rig-steady",
    "no-change",
    "coverage", "bar-holds", "review",
  ]

  /// - Parameter arguments: nil where only the name was written.
  mutating func rule(_ arguments: Node?, at position: Position) -> PolicyRule? {
    guard Self.available.contains(where: { sameBytes($0, name) }) else {
      refuse(at: position)
      return nil
    }
    guard var fields = FieldReader(arguments ?? Node(.mapping([]), at: position), "the rule '\(name)'", problems) else { return nil }
    let errors = problems.list.errorCount
    let rule = rule(&fields)
    let advisory = fields.bool("advisory") ?? false
    let filter = filter(&fields)
    refuseSlices(&fields)
    fields.finish()
    guard let rule, problems.list.errorCount == errors else { return nil }
    return PolicyRule(rule, advisory: advisory, where: filter)
  }

  private func refuse(at position: Position) {
    let choices = "available: " + Self.available.joined(separator: ", ")
    if Self.later.contains(where: { sameBytes($0, name) }) {
      problems.error("'\(name)' is not available in this version", at: position, help: choices)
    } else {
      let nearest = nearestWord(to: name, among: Self.available + Self.later)
      problems.error("unknown rule '\(name)'", at: position, help: nearest.map { "did you mean '\($0)'?" } ?? choices)
    }
  }

  private mutating func rule(_ fields: inout FieldReader) -> Rule? {
    switch name {
    case "complete":
      let share = fields.checked("max_missing") { text throws(Objection) in try tolerance(text, of: "max_missing", allowsZero: true) }
      return .complete(CompleteRule(maxMissing: share ?? 0))
    case "no-regression": return noRegression(&fields)
    case "pass-rate": return passRate(&fields)
    case "critical-cases": return hardGate(&fields).map(Rule.criticalCases)
    case "incidents-stay-fixed": return hardGate(&fields).map(Rule.incidentsStayFixed)
    case "error-rate":
      let max = fields.checked("max") { text throws(Objection) in try tolerance(text, of: "max") }
      return .errorRate(ErrorRateRule(max: max ?? 0.05))
    case "latency": return latency(&fields)
    case "cost-per-request": return cost(&fields)
    default: return nil  // `available` names no other
    }
  }

  private func noRegression(_ fields: inout FieldReader) -> Rule? {
    if let metric = fields.text("metric"), metric != "pass-rate" {
      problems.error(
        "the metric '\(metric)' is not available in this version", at: fields.position(of: "metric"), help: "available: pass-rate")
    }
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
      .noRegression(NoRegressionRule(margin: $0, slices: slices, sliceMargin: sliceMargin ?? 0.05, watch: watch, superiority: superiority))
    }
  }

  private func passRate(_ fields: inout FieldReader) -> Rule? {
    let min = fields.checked("min") { text throws(Objection) in try reachableRate(text, of: "min") }
    let observed = fields.checked("observed_min") { text throws(Objection) in try observedRate(text, of: "observed_min") }
    let slices = dimensions(&fields, "slices")
    guard isOneGiven(fields, "min", "observed_min", required: true) else { return nil }
    let limit = min.map(PassRateRule.Limit.min) ?? observed.map(PassRateRule.Limit.observedMin)
    return limit.map { .passRate(PassRateRule(limit: $0, slices: slices)) }
  }

  private func hardGate(_ fields: inout FieldReader) -> HardGate? {
    let trials = fields.int("trials", in: 1...1000)
    var demand = HardGate.Demand.all
    if let node = fields.node("demand") {
      if node.scalar?.text == "reliable" {
        problems.error("'demand: reliable' is not available in this version", at: node.position, help: "available: all, never")
        return nil
      }
      guard let read = problems.oneOf(node, "demand", HardGate.Demand.self) else { return nil }
      demand = read
    }
    let gate = HardGate(demand: demand, trials: trials)
    let needed = cleanTrialsForNever(wrongPass: wrongPass)
    if demand == .never, gate.trials < needed {
      problems.error(
        "'demand: never' cannot pass with \(gate.trials) trials; it takes \(needed) clean ones to exclude failure rates above 10 %",
        at: fields.has("trials") ? fields.position(of: "trials") : fields.position(of: "demand"), help: "write 'trials: \(needed)' or more")
      return nil
    }
    return gate
  }

  private func latency(_ fields: inout FieldReader) -> Rule? {
    let share = fields.checked("quantile") { text throws(Objection) in try quantile(text) }
    let limit = positiveDuration(&fields, "limit")
    let rise = fields.checked("increase") { text throws(Objection) in try increase(text) }
    guard isOneGiven(fields, "limit", "increase", required: true) else { return nil }
    let bound = limit.map(LatencyRule.Limit.absolute) ?? rise.map(LatencyRule.Limit.increase)
    return bound.map { .latency(LatencyRule(quantile: share ?? 0.95, limit: $0)) }
  }

  private mutating func cost(_ fields: inout FieldReader) -> Rule? {
    let rise = fields.checked("increase") { text throws(Objection) in try increase(text) }
    let limit = fields.checked("limit") { text throws(Objection) in try positiveMoney(text, of: "limit") }
    guard isOneGiven(fields, "increase", "limit", required: false) else { return nil }
    if let limit {
      currencies.append(CurrencyUse(currency: limit.currency, what: "cost-per-request.limit", position: fields.position(of: "limit")))
    }
    if fields.has("limit") { return limit.map { .costPerRequest(CostRule(limit: .absolute($0))) } }
    return .costPerRequest(CostRule(limit: .increase(rise ?? 0.20)))
  }

  private func isOneGiven(_ fields: FieldReader, _ first: String, _ second: String, required: Bool) -> Bool {
    if fields.has(first), fields.has(second) {
      problems.error("the rule '\(name)' has both '\(first)' and '\(second)'", at: fields.position(of: second), help: "write two rules")
      return false
    }
    if required, !fields.has(first), !fields.has(second) {
      problems.error("the rule '\(name)' has neither '\(first)' nor '\(second)'", at: fields.position)
      return false
    }
    return true
  }

  /// Names of slicing dimensions, each once.
  private func dimensions(_ fields: inout FieldReader, _ key: String) -> [String] {
    let position = fields.position(of: key)
    guard let names = fields.texts(key) else { return [] }
    if names.isEmpty {
      problems.error("'\(key)' is an empty list", at: position, help: "leave it out, or name a tag, 'behaviour' or 'severity'")
    }
    for (index, name) in names.enumerated() {
      if name.isEmpty { problems.error("'\(key)' holds an empty name", at: position) }
      if names[..<index].contains(where: { sameBytes($0, name) }) { problems.error("'\(key)' names '\(name)' twice", at: position) }
    }
    return names
  }

  /// For rules that have no slices yet: better refused than passed over.
  private func refuseSlices(_ fields: inout FieldReader) {
    guard name != "no-regression", name != "pass-rate", fields.node("slices") != nil else { return }
    problems.error(
      "the rule '\(name)' has no 'slices' in this version", at: fields.position(of: "slices"),
      help: "write it once for each slice, with 'where: {tag: value}'")
  }

  private func filter(_ fields: inout FieldReader) -> [Case.Tag] {
    let position = fields.position(of: "where")
    guard let entries = fields.entries("where") else { return [] }
    if entries.isEmpty { problems.error("'where' is empty", at: position, help: "leave it out, or write 'where: {tag: value}'") }
    let tags = entries.compactMap { entry in problems.label(entry.value, entry.key).map { Case.Tag(name: entry.key, value: $0) } }
    return tags.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}

/// An amount above zero.
func positiveMoney(_ text: String, of name: String) throws(Objection) -> Money {
  let money: Money
  do throws(UnitProblem) { money = try Money(parsing: text) } catch { throw Objection("'\(name)': \(error.message)", help: error.help) }
  guard money.micro > 0 else { throw Objection("'\(name)' is \(text); it must be above 0") }
  return money
}
