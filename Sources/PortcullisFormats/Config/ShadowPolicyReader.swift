import PortcullisChecks
import PortcullisCore
import PortcullisGate

/// Reads `policy.shadow`, formats.md §6: the rules of the shadow stage.
struct ShadowPolicyReader {
  let wrongPass: Double
  let wrongFail: Double
  let judges: KnownJudges
  let problems: FileProblems
  private(set) var currencies: [CurrencyUse] = []

  init(wrongPass: Double, wrongFail: Double, judges: KnownJudges, problems: FileProblems) {
    self.wrongPass = wrongPass
    self.wrongFail = wrongFail
    self.judges = judges
    self.problems = problems
  }

  static let available = [
    "complete", "rig-steady", "no-regression", "no-change", "error-rate", "latency", "ttft", "cost-per-request",
  ]

  /// - Parameter nodes: nil where nobody wrote any: then the default rules decide, at the error rates that were declared.
  mutating func policy(_ nodes: [Node]?, at position: Position) -> ShadowPolicy {
    guard let nodes else {
      return ShadowPolicy(wrongPass: wrongPass, wrongFail: wrongFail, rules: ShadowPolicy.standard.rules, isDefault: true)
    }
    var policy = ShadowPolicy(wrongPass: wrongPass, wrongFail: wrongFail, rules: [])
    guard !nodes.isEmpty else {
      problems.error("'shadow' names no rule; nothing would be decided", at: position, help: "leave it out for the default rules")
      return policy
    }
    var names: [String] = []
    for node in nodes {
      guard let (name, place, arguments) = namedRule(node, problems) else { continue }
      guard let rule = rule(name, arguments, at: place) else { continue }
      if names.contains(name), name == "no-change" || policy.rules.contains(where: { $0.rule == rule.rule }) {
        problems.error(
          "the rule '\(name)' is given twice" + (name == "no-change" ? "" : " with equal parameters"), at: place, help: "keep one of them")
      }
      names.append(name)
      policy.rules.append(rule)
    }
    if policy.rules.count == nodes.count { warnWhereNothingDecides(policy.rules, at: position) }
    return policy
  }

  private mutating func rule(_ name: String, _ arguments: Node?, at position: Position) -> ShadowPolicyRule? {
    guard ShadowPolicyReader.available.contains(where: { sameBytes($0, name) }) else {
      refuse(name, at: position)
      return nil
    }
    switch name {
    case "rig-steady", "no-change":
      guard var fields = FieldReader(arguments ?? Node(.mapping([]), at: position), "the rule '\(name)'", problems) else { return nil }
      let errors = problems.list.errorCount
      let rule = name == "rig-steady" ? rigSteady(&fields) : noChange(&fields)
      let advisory = fields.bool("advisory") ?? false
      fields.finish()
      return problems.list.errorCount == errors ? ShadowPolicyRule(rule, advisory: advisory) : nil
    default: return shared(name, arguments, at: position)
    }
  }

  private func refuse(_ name: String, at position: Position) {
    let choices = "available in 'shadow': " + ShadowPolicyReader.available.joined(separator: ", ")
    if RuleReader.isKnown(name) {
      problems.error("the rule '\(name)' does not belong to 'shadow'", at: position, help: choices)
    } else {
      let nearest = nearestWord(to: name, among: ShadowPolicyReader.available)
      problems.error("unknown rule '\(name)'", at: position, help: nearest.map { "did you mean '\($0)'?" } ?? choices)
    }
  }

  /// A rule with the parameters of the offline stage, read as that stage reads it.
  private mutating func shared(_ name: String, _ arguments: Node?, at position: Position) -> ShadowPolicyRule? {
    var reader = RuleReader(name: name, wrongPass: wrongPass, problems: problems)
    guard let read = reader.rule(arguments, at: position) else { return nil }
    currencies += reader.currencies
    if !read.where.isEmpty { return stray("where", name, at: position, help: "slice the rule with 'slices: [TAG]'") }
    switch read.rule {
    case .complete(let rule): return ShadowPolicyRule(.complete(rule), advisory: read.advisory)
    case .errorRate(let rule): return ShadowPolicyRule(.errorRate(rule), advisory: read.advisory)
    case .latency(let rule): return ShadowPolicyRule(.latency(rule), advisory: read.advisory)
    case .ttft(let rule): return ShadowPolicyRule(.ttft(rule), advisory: read.advisory)
    case .costPerRequest(let rule): return ShadowPolicyRule(.costPerRequest(rule), advisory: read.advisory)
    case .noRegression(let rule):
      if rule.metric != nil { return stray("metric", name, at: position, help: "in 'shadow' each answer has one score") }
      if !rule.watch.isEmpty { return stray("watch", name, at: position, help: "write 'slices: [TAG]'") }
      if rule.superiority { return stray("superiority", name, at: position, help: "leave it out") }
      return ShadowPolicyRule(.noRegression(rule), advisory: read.advisory)
    case .noBrokenCases, .passRate, .criticalCases, .incidentsStayFixed, .score, .tail, .tpot, .costPerSuccess, .tokensPerRequest,
      .coverage:
      refuse(name, at: position)
      return nil
    }
  }

  private func stray(_ key: String, _ name: String, at position: Position, help: String) -> ShadowPolicyRule? {
    problems.error("the rule '\(name)' has no '\(key)' in 'shadow'", at: position, help: help)
    return nil
  }

  private func rigSteady(_ fields: inout FieldReader) -> ShadowRule {
    let delta = fields.checked("delta") { text throws(Objection) in try tolerance(text, of: "delta") }
    return .rigSteady(RigSteadyRule(delta: delta ?? 0.05))
  }

  private func noChange(_ fields: inout FieldReader) -> ShadowRule {
    let epsilon = fields.checked("epsilon") { text throws(Objection) in try tolerance(text, of: "epsilon") }
    let compare = fields.node("compare").flatMap { problems.oneOf($0, "compare") } ?? AnswerComparison.text
    let judge = judge(&fields, compare)
    let ignorePlace = fields.position(of: "ignore")
    let ignore = fields.texts("ignore") ?? []
    if !ignore.isEmpty, compare == .text || compare == .judge {
      problems.error(
        "'ignore' names fields, and 'compare: \(compare.rawValue)' has none", at: ignorePlace,
        help: "write 'compare: json' or 'compare: tool-calls'")
    }
    for path in ignore where ["", "*", "$", "$.", "$.*"].contains(path) {
      problems.error("'ignore' holds '\(path)', which would ignore every difference", at: ignorePlace, help: "name the fields")
    }
    let mustMatch = fields.bool("must_match") ?? false
    let slices =
      fields.has("slices") ? RuleReader(name: "no-change", wrongPass: wrongPass, problems: problems).dimensions(&fields, "slices") : []
    return .noChange(
      NoChangeRule(epsilon: epsilon ?? 0.05, compare: compare, judge: judge, ignore: ignore, mustMatch: mustMatch, slices: slices))
  }

  private func judge(_ fields: inout FieldReader, _ compare: AnswerComparison) -> String? {
    let place = fields.position(of: "judge")
    let name = fields.text("judge")
    switch (compare, name) {
    case (.judge, let name?): judges.comparing(name, at: place, problems)
    case (.judge, nil):
      if !fields.has("judge") {
        problems.error(
          "'compare: judge' names no judge", at: fields.position(of: "compare"), help: "write 'judge: NAME', one of the config's judges")
      }
    case (.text, _?), (.json, _?), (.toolCalls, _?):
      problems.error("'judge' belongs to 'compare: judge'", at: place, help: "leave it out, or let the judge compare")
    case (.text, nil), (.json, nil), (.toolCalls, nil): break
    }
    return name
  }

  /// A policy whose deciding rules look at no answer can only end inconclusive.
  private func warnWhereNothingDecides(_ rules: [ShadowPolicyRule], at position: Position) {
    let deciding = rules.filter { !$0.advisory }
    let weighs = deciding.contains { rule in
      switch rule.rule {
      case .noRegression, .noChange: true
      case .complete, .rigSteady, .errorRate, .latency, .ttft, .costPerRequest: false
      }
    }
    if !weighs {
      problems.warning(
        deciding.isEmpty
          ? "every rule of 'shadow' is advisory, so the verdict can only be inconclusive"
          : "no deciding rule of 'shadow' looks at answers, so the verdict can only be inconclusive", at: position,
        help: "add 'no-regression' or 'no-change'")
    }
  }
}
