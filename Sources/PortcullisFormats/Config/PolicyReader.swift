import PortcullisCore
import PortcullisGate

/// Reads the policy, formats.md §6: the rules of the offline stage with their error rates.
struct PolicyReader {
  let problems: FileProblems
  let judges: KnownJudges
  /// The currency of each cost limit, with its place.
  private(set) var currencies: [CurrencyUse] = []
  /// The rules of the shadow stage.
  private(set) var shadow = ShadowPolicy.standard
  /// As written, for the reader of its own.
  private(set) var canary: Node?

  private(set) var promotion = PromotionPolicy.standard

  init(problems: FileProblems, judges: KnownJudges) {
    self.problems = problems
    self.judges = judges
  }

  mutating func policy(_ node: Node) -> Policy {
    guard var fields = FieldReader(node, "'policy'", problems) else { return .standard }
    var policy = Policy.standard
    if var rates = fields.mapping("error_rates") {
      policy.wrongFail = rates.checked("wrong_fail") { text throws(Objection) in try errorRate(text, of: "wrong_fail") } ?? policy.wrongFail
      policy.wrongPass = rates.checked("wrong_pass") { text throws(Objection) in try errorRate(text, of: "wrong_pass") } ?? policy.wrongPass
      rates.finish()
    }
    policy.looks = fields.int("looks", in: 1...4) ?? policy.looks
    let shadowPlace = fields.position(of: "shadow")
    var shadowReader = ShadowPolicyReader(wrongPass: policy.wrongPass, wrongFail: policy.wrongFail, judges: judges, problems: problems)
    shadow = shadowReader.policy(fields.list("shadow"), at: shadowPlace)
    currencies += shadowReader.currencies
    canary = fields.node("canary")
    if let nodes = fields.list("offline") {
      policy.isDefault = false
      policy.offline = rules(nodes, wrongPass: policy.wrongPass, at: fields.position(of: "offline"))
    }
    if let node = fields.node("promotion") { promotion = promotionPolicy(node, problems) }
    fields.finish()
    return policy
  }

  private mutating func rules(_ nodes: [Node], wrongPass: Double, at position: Position) -> [PolicyRule] {
    guard !nodes.isEmpty else {
      problems.error("'offline' names no rule; nothing would be decided", at: position, help: "leave it out for the default rules")
      return []
    }
    var read = [(rule: PolicyRule, line: Position)]()
    for node in nodes {
      guard let (name, position, arguments) = namedRule(node, problems) else { continue }
      var reader = RuleReader(name: name, wrongPass: wrongPass, problems: problems)
      guard let rule = reader.rule(arguments, at: position) else { continue }
      currencies += reader.currencies
      if read.contains(where: { $0.rule.rule == rule.rule && sameFilter($0.rule.where, rule.where) }) {
        problems.error("the rule '\(name)' is given twice with equal parameters", at: position, help: "keep one of them")
      }
      read.append((rule, position))
    }
    warnWhereNothingDecides(read.map(\.rule), all: read.count == nodes.count, at: position)
    return read.map(\.rule)
  }

  /// A policy whose deciding rules look at no score can only end inconclusive.
  private func warnWhereNothingDecides(_ rules: [PolicyRule], all: Bool, at position: Position) {
    guard all else { return }  // some rule was refused: it may have been the one
    let deciding = rules.filter { !$0.advisory }
    if deciding.isEmpty {
      problems.warning("every rule is advisory, so the verdict can only be inconclusive", at: position)
    } else if !deciding.contains(where: \.rule.weighsScores) {
      problems.warning(
        "no deciding rule weighs a score, so the verdict can only be inconclusive", at: position,
        help: "add 'no-regression', 'pass-rate' or 'critical-cases'")
    }
  }

  private func sameFilter(_ left: [Case.Tag], _ right: [Case.Tag]) -> Bool {
    left.count == right.count && left.allSatisfy { tag in right.contains(tag) }
  }
}

/// Where a currency is used: one run has one.
struct CurrencyUse {
  let currency: String
  /// As in `targets.candidate.price`.
  let what: String
  let position: Position
}

extension Rule {
  /// Whether its ruling may rest on scores; the others look at calls alone.
  fileprivate var weighsScores: Bool {
    switch self {
    case .noRegression, .noBrokenCases, .passRate, .score, .tail, .criticalCases, .incidentsStayFixed: true
    case .complete, .errorRate, .latency, .ttft, .tpot, .costPerRequest, .costPerSuccess, .tokensPerRequest, .coverage: false
    }
  }
}

/// The word of a rule, where it stands, and its parameters (nil: none were written); nil, with the problem reported, for anything else.
///
/// - Parameter kind: What it is called in messages.
func namedRule(_ node: Node, _ problems: FileProblems, kind: String = "a rule") -> (name: String, position: Position, arguments: Node?)? {
  switch node.content {
  case .scalar(let scalar):
    guard !node.isNull else { break }
    return (scalar.text, node.position, nil)
  case .mapping(let entries):
    guard let first = entries.first else { break }
    guard entries.count == 1 else {
      let rest = entries[1].key
      problems.error(
        "\(kind) is one name with its parameters, but '\(rest)' stands beside '\(first.key)'", at: entries[1].keyPosition,
        help: first.value.isNull ? "indent '\(rest)' below '\(first.key)'" : "begin each rule with '- '")
      return nil
    }
    return (first.key, first.keyPosition, first.value.isNull ? nil : first.value)
  case .sequence: break
  }
  problems.error("\(kind) is \(node.shown); it must be a name, or a name with parameters", at: node.position)
  return nil
}
