import PortcullisCore
import PortcullisGate

/// Reads `policy.canary`. What would promote without evidence, or can never decide, is refused.
struct CanaryPolicyReader {
  let wrongPass: Double
  let wrongFail: Double
  /// Where commands run, as the system names it.
  let folder: String
  let problems: FileProblems

  func config(_ node: Node) -> CanaryConfig {
    let errors = problems.list.errorCount
    var policy = CanaryPolicy.standard
    policy.wrongPass = wrongPass
    policy.wrongFail = wrongFail
    policy.isDefault = false
    guard var fields = FieldReader(node, "'canary'", problems) else { return CanaryConfig(policy: policy) }
    policy.stages = stages(&fields) ?? policy.stages
    if let deadline = positiveDuration(&fields, "deadline") { policy.deadline = hours(deadline) }
    policy.onTimeout = onTimeout(&fields) ?? policy.onTimeout
    policy.unit = fields.node("unit").flatMap(unit) ?? policy.unit
    if let window = positiveDuration(&fields, "late_window") { policy.lateWindow = hours(window) }
    if let lost = fields.checked("max_lost", { text throws(Objection) in try tolerance(text, of: "max_lost", allowsZero: true) }) {
      policy.maxLost = lost
    }
    if let nodes = fields.list("rules") { policy.rules = rules(nodes, at: fields.position(of: "rules")) }
    if let margin = fields.checked(
      "rollback_margin", { text throws(Objection) in try tolerance(text, of: "rollback_margin", allowsZero: true) })
    {
      policy.rollbackMargin = margin
    }
    let rate = fields.count("requests_per_hour")
    var contacts = CanaryContacts()
    if let node = fields.node("alerts") { policy.alerts = alerts(node, &contacts) }
    if let node = fields.node("actions") { contacts.actions = actions(node) }
    reviewTimes(policy, fields)
    reviewMargins(policy, fields)
    fields.finish()
    // What remains are bounds that no sensible policy meets.
    if problems.list.errorCount == errors, let problem = policy.problem { problems.error("'canary': \(problem)", at: node.position) }
    return CanaryConfig(policy: policy, requestsPerHour: rate, contacts: contacts)
  }

  private func stages(_ fields: inout FieldReader) -> [CanaryStage]? {
    let traffic = fields.node("traffic"), bake = fields.node("bake")
    let shares = traffic.map(shares) ?? CanaryPolicy.standard.stages.map(\.share)
    guard let bake else { return shares?.map { CanaryStage(share: $0) } }
    guard let bakes = durations(bake), let shares else { return nil }
    if bakes.count == 1 { return shares.map { CanaryStage(share: $0, bake: bakes[0]) } }
    guard bakes.count == shares.count else {
      problems.error(
        "'bake' has \(bakes.count) durations for \(shares.count) stages", at: fields.position(of: "bake"),
        help: "write one for all stages, or one for each share of 'traffic'")
      return nil
    }
    return zip(shares, bakes).map { CanaryStage(share: $0, bake: $1) }
  }

  /// nil where one of them is no share, or they do not rise.
  private func shares(_ node: Node) -> [Double]? {
    let nodes = node.sequence ?? [node]
    if nodes.isEmpty {
      problems.error("'traffic' is an empty list", at: node.position, help: "write the shares of the stages, as in [1%, 5%]")
    }
    let shares = nodes.map { part in
      problems.plain(part, "traffic").flatMap { text in
        problems.attempt(at: part.position) { () throws(Objection) in try stageShare(text) }
      }
    }
    let known = shares.compactMap(\.self)
    guard known.count == nodes.count, !known.isEmpty else { return nil }
    for place in known.indices.dropFirst() where known[place] <= known[place - 1] {
      problems.error(
        "'traffic' goes from \(percent(known[place - 1])) to \(percent(known[place])); shares must rise from stage to stage",
        at: nodes[place].position)
      return nil
    }
    return known
  }

  private func stageShare(_ text: String) throws(Objection) -> Double {
    let value = try share(text, of: "traffic")
    guard value > 0, value < 1 else {
      throw Objection(
        "'traffic' is \(text); a stage's share lies above 0 and below 100%", help: "production must keep some traffic to compare with")
    }
    return value
  }

  /// Hours; nil where one of them was refused.
  private func durations(_ node: Node) -> [Double]? {
    let nodes = node.sequence ?? [node]
    if nodes.isEmpty { problems.error("'bake' is an empty list", at: node.position, help: "write a duration, as in '24h'") }
    let found = nodes.compactMap { part -> Double? in
      guard let duration = problems.duration(part, "bake") else { return nil }
      guard duration > .zero else {
        problems.error(
          "'bake' is \(part.scalar?.text ?? ""); it must be above 0", at: part.position, help: "a stage that is not watched shows nothing")
        return nil
      }
      return hours(duration)
    }
    return found.count == nodes.count && !found.isEmpty ? found : nil
  }

  private func onTimeout(_ fields: inout FieldReader) -> CanaryPolicy.Timeout? {
    guard let node = fields.node("on_timeout") else { return nil }
    if let text = node.scalar?.text, sameBytes(text, "promote") {
      problems.error(
        "'on_timeout: promote' would promote a candidate that nothing has shown to be good enough", at: node.position,
        help: "write 'rollback' (the default) or 'hold'; a longer 'deadline' or a larger share gives it the evidence")
      return nil
    }
    return problems.oneOf(node, "on_timeout")
  }

  /// `request`, `session`, or `session: {requests: 20, age: 1h}`.
  private func unit(_ node: Node) -> CanaryPolicy.Unit? {
    guard node.mapping != nil else {
      return problems.word(node, "unit", among: ["request", "session"]).map { $0 == "session" ? .session(SessionLimits()) : .request }
    }
    guard var fields = FieldReader(node, "'unit'", problems) else { return nil }
    defer { fields.finish() }
    guard var session = fields.mapping("session", required: true) else { return nil }
    defer { session.finish() }
    var limits = SessionLimits()
    if let requests = session.int("requests", in: 1...1000) { limits.requests = requests }
    if let age = positiveDuration(&session, "age") { limits.age = hours(age) }
    return .session(limits)
  }

  private func rules(_ nodes: [Node], at position: Position) -> [CanaryPolicyRule] {
    guard !nodes.isEmpty else {
      problems.error("'rules' names no rule; nothing would be decided", at: position, help: "leave it out for the default rules")
      return []
    }
    var read = [CanaryPolicyRule]()
    for node in nodes {
      guard let (name, position, arguments) = namedRule(node, problems) else { continue }
      guard let rule = CanaryRuleReader(name: name, wrongPass: wrongPass, problems: problems).rule(arguments, at: position) else {
        continue
      }
      if read.contains(where: { $0.rule.name == rule.rule.name }) {
        problems.error("the rule '\(name)' is given twice", at: position, help: "keep one of them")
      }
      read.append(rule)
    }
    if read.count == nodes.count { warnWhereNothingDecides(read, at: position) }
    return read
  }

  private func warnWhereNothingDecides(_ rules: [CanaryPolicyRule], at position: Position) {
    let deciding = rules.filter { !$0.advisory }
    if deciding.isEmpty {
      problems.warning("every rule is advisory, so the canary can never be promoted", at: position)
    } else if !deciding.contains(where: \.rule.weighsScores) {
      problems.warning(
        "no deciding rule weighs a score, so the canary can never be promoted", at: position, help: "add 'no-regression: {margin: 5%}'")
    }
  }

  private func reviewTimes(_ policy: CanaryPolicy, _ fields: FieldReader) {
    let baked = policy.stages.reduce(0) { $0 + $1.bake }
    guard policy.deadline < baked else { return }
    let key = ["deadline", "bake", "traffic"].first(where: fields.has) ?? "deadline"
    problems.error(
      "the deadline of \(shown(policy.deadline)) comes before the stages have baked, which takes \(shown(baked))",
      at: fields.position(of: key), help: "write 'deadline: \(shown(baked))' or later, or a shorter 'bake'")
  }

  private func reviewMargins(_ policy: CanaryPolicy, _ fields: FieldReader) {
    guard policy.rollbackMargin > 0 else { return }
    for case .noRegression(let rule) in policy.rules.map(\.rule) where policy.rollbackMargin > rule.margin {
      problems.error(
        "'rollback_margin' is \(percent(policy.rollbackMargin)), more than the margin of 'no-regression', \(percent(rule.margin))",
        at: fields.position(of: "rollback_margin"),
        help: "half of the margin is a good choice where traffic is dense; 0 reacts to any proven harm")
    }
  }

  private func shown(_ hours: Double) -> String { canonicalNumber((hours * 1000).rounded() / 1000) + "h" }
}

/// Hours of a duration.
func hours(_ duration: Duration) -> Double { Double(duration.microseconds) / 3_600_000_000 }

// Whom a canary calls.
extension CanaryPolicyReader {
  private func actions(_ node: Node) -> [CanaryContacts.Action: Destination] {
    var actions = [CanaryContacts.Action: Destination]()
    guard var fields = FieldReader(node, "'actions'", problems) else { return actions }
    let reader = DestinationReader(folder: folder, problems: problems)
    for action in CanaryContacts.Action.allCases {
      guard let node = fields.node(action.rawValue) else { continue }
      actions[action] = reader.destination(node, "the action '\(action.rawValue)'")
    }
    fields.finish()
    return actions
  }

  /// A tier that is written replaces its defaults, and a condition that is written moves out of the default tier.
  private func alerts(_ node: Node, _ contacts: inout CanaryContacts) -> [CanaryAlert] {
    guard var fields = FieldReader(node, "'alerts'", problems) else { return CanaryAlert.standard }
    var written = [CanaryAlert]()
    var tiers = [CanaryAlert.Tier]()
    for tier in CanaryAlert.Tier.allCases {
      guard let nodes = fields.list(tier.rawValue) else { continue }
      tiers.append(tier)
      for node in nodes {
        guard let (name, position, arguments) = namedRule(node, problems, kind: "an alert"),
          let condition = CanaryAlertReader(problems: problems).condition(name, arguments, at: position)
        else { continue }
        if written.contains(where: { $0.condition.name == condition.name }) {
          problems.error("the alert '\(name)' is given twice", at: position, help: "each is raised in one tier")
        }
        written.append(CanaryAlert(condition, tier: tier))
      }
    }
    if let node = fields.node("to") { contacts.alerts = recipients(node) }
    fields.finish()
    return written
      + CanaryAlert.standard.filter { usual in
        !tiers.contains(usual.tier) && !written.contains { $0.condition.name == usual.condition.name }
      }
  }

  /// One destination for pages and tickets, or one each.
  private func recipients(_ node: Node) -> [CanaryAlert.Tier: Destination] {
    let reader = DestinationReader(folder: folder, problems: problems)
    guard let entries = node.mapping, entries.contains(where: { $0.key == "page" || $0.key == "ticket" }) else {
      guard let destination = reader.destination(node, "'to'") else { return [:] }
      return [.page: destination, .ticket: destination]
    }
    var recipients = [CanaryAlert.Tier: Destination]()
    guard var fields = FieldReader(node, "'to'", problems) else { return recipients }
    for tier in [CanaryAlert.Tier.page, .ticket] {
      guard let node = fields.node(tier.rawValue) else { continue }
      recipients[tier] = reader.destination(node, "'to.\(tier.rawValue)'")
    }
    fields.finish()
    return recipients
  }
}
