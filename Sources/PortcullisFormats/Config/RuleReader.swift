import PortcullisCore
import PortcullisGate

/// Reads one rule with its parameters; what cannot be reached or would open the gate is refused.
struct RuleReader {
  let name: String
  let wrongPass: Double
  let problems: FileProblems
  var currencies: [CurrencyUse] = []

  init(name: String, wrongPass: Double, problems: FileProblems) {
    self.name = name
    self.wrongPass = wrongPass
    self.problems = problems
  }

  static let available = [
    "complete", "no-regression", "no-broken-cases", "pass-rate", "critical-cases", "incidents-stay-fixed", "score", "tail", "error-rate",
    "latency", "ttft", "tpot", "cost-per-request", "cost-per-success", "tokens-per-request", "coverage",
  ]
  /// Rules of formats.md §6 that later versions bring. Skipping one silently would open the gate.
  static let later = ["judge-trusted", "bar-holds", "review"]
  /// Rules that need production's second answer.
  static let ofShadow = ["rig-steady", "no-change"]

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

  /// Whether some stage has such a rule.
  static func isKnown(_ name: String) -> Bool {
    (available + later + ofShadow).contains { sameBytes($0, name) }
  }

  private func refuse(at position: Position) {
    let choices = "available: " + Self.available.joined(separator: ", ")
    if Self.ofShadow.contains(where: { sameBytes($0, name) }) {
      problems.error(
        "the rule '\(name)' belongs to 'shadow', where production is asked twice", at: position, help: "write it under 'policy.shadow'")
    } else if Self.later.contains(where: { sameBytes($0, name) }) {
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
    case "no-broken-cases": return .noBrokenCases(NoBrokenCasesRule(confirm: fields.int("confirm", in: 1...100) ?? 4))
    case "critical-cases": return hardGate(&fields).map(Rule.criticalCases)
    case "incidents-stay-fixed": return hardGate(&fields).map(Rule.incidentsStayFixed)
    case "score": return score(&fields).map(Rule.score)
    case "tail": return tail(&fields).map(Rule.tail)
    case "error-rate":
      let max = fields.checked("max") { text throws(Objection) in try tolerance(text, of: "max") }
      return .errorRate(ErrorRateRule(max: max ?? 0.05))
    case "latency": return latency(&fields).map(Rule.latency)
    case "ttft": return latency(&fields).map(Rule.ttft)
    case "tpot": return latency(&fields).map(Rule.tpot)
    case "cost-per-request": return cost(&fields).map(Rule.costPerRequest)
    case "cost-per-success": return cost(&fields).map(Rule.costPerSuccess)
    case "tokens-per-request": return tokens(&fields).map(Rule.tokensPerRequest)
    case "coverage": return .coverage
    default: return nil  // `available` names no other
    }
  }

  private func hardGate(_ fields: inout FieldReader) -> HardGate? {
    let errors = problems.list.errorCount
    let demand = fields.oneOf("demand", HardGate.Demand.self) ?? .all
    let trials = fields.int("trials", in: demand == .reliable ? 1...60 : 1...1000)
    guard problems.list.errorCount == errors else { return nil }
    let gate = HardGate(demand: demand, trials: trials)
    guard let least = leastTrials(demand), gate.trials < least.trials else { return gate }
    problems.error(
      "'demand: \(demand.rawValue)' cannot pass with \(gate.trials) trials; it takes \(least.trials) clean ones to \(least.purpose)",
      at: fields.has("trials") ? fields.position(of: "trials") : fields.position(of: "demand"), help: help(demand, least.trials))
    return nil
  }

  /// Clean trials that a demand takes, and what they show; nil where any number will do.
  private func leastTrials(_ demand: HardGate.Demand) -> (trials: Int, purpose: String)? {
    switch demand {
    case .all: nil
    case .never: (cleanTrialsForNever(wrongPass: wrongPass), "exclude failure rates above 10 %")
    case .reliable: (cleanTrialsForReliable(wrongPass: wrongPass), "tell a reliability of 98 % from one of 80 %")
    }
  }

  private func help(_ demand: HardGate.Demand, _ trials: Int) -> String {
    demand == .reliable && trials > 60 ? "at most 60 trials are asked: raise 'wrong_pass'" : "write 'trials: \(trials)' or more"
  }

  func isOneGiven(_ fields: FieldReader, _ first: String, _ second: String, required: Bool) -> Bool {
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
  func dimensions(_ fields: inout FieldReader, _ key: String) -> [String] {
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

  /// For rules that have no slices: better refused than passed over.
  private func refuseSlices(_ fields: inout FieldReader) {
    guard !["no-regression", "pass-rate", "score"].contains(name), fields.has("slices") else { return }
    _ = fields.node("slices")
    problems.error(
      "the rule '\(name)' has no 'slices'", at: fields.position(of: "slices"),
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
