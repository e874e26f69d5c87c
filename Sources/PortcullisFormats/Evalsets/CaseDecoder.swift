import PortcullisChecks
import PortcullisCore

/// A case as read, with the places its checks were written at.
struct DecodedCase {
  var testCase: Case
  let position: Position
  /// Of the case's own checks: those after the evalset's defaults.
  var checkPositions: [Position]
  var turnPositions: [[Position]]
}

/// Turns a record into a case of one evalset; all that is wrong with it goes to the problems.
///
/// The same for YAML, JSON Lines and CSV: a table differs only in spreading mappings over columns.
struct CaseDecoder {
  let evalset: String
  let prompt: PromptText?
  let defaults: CaseDefaults
  /// Longest text put before a model, in bytes; reliability.md §11.
  private static let promptLimit = 4 << 20

  /// - Parameter isFlat: Whether mappings may be spread over fields such as `tags.language`.
  /// - Returns: nil where there were errors.
  func decode(_ node: Node, isFlat: Bool, _ problems: FileProblems, cells: inout CheckCells) -> DecodedCase? {
    let before = problems.list.errorCount
    guard var reader = FieldReader(node, "the case", problems) else { return nil }
    let id = readID(&reader, problems)
    if let id { reader.what = "case '\(id)'" }

    var vars = reader.entries("vars").map { object($0, problems) } ?? JSONObject()
    let flat = isFlat ? spread(&reader) : [:]
    add(flat["vars."], to: &vars, problems)
    var turnPositions = [[Position]]()
    let input = readInput(&reader, hasVars: !vars.members.isEmpty || reader.has("vars"), &turnPositions, problems)
    let expected = reader.json("expected")
    let context = reader.list("context")?.compactMap { readDocument($0, problems) } ?? []

    var checks = reader.node("checks").map { readChecks($0, problems) } ?? []
    for entry in flat["check."] ?? [] {
      checks.append(
        PlacedCheck(spec: cells.spec(kind: entry.key, cell: entry.value, expected: expected, problems), position: entry.value.position))
    }

    var tags = defaults.tags
    var own = reader.entries("tags") ?? []
    own += flat["tags."] ?? []
    for tag in readTags(own, problems) {
      if let place = tags.firstIndex(where: { sameBytes($0.name, tag.name) }) { tags[place] = tag } else { tags.append(tag) }
    }
    if !own.isEmpty { tags.sort { precedes($0.name, $1.name) } }

    var metadata = reader.entries("metadata").map { object($0, problems) } ?? JSONObject()
    add(flat["metadata."], to: &metadata, problems)

    let behaviour = reader.label("behaviour")
    let severity: Case.Severity? = reader.oneOf("severity")
    let origin: Case.Origin? = reader.oneOf("origin")
    let cluster = reader.label("cluster")
    let repeats = reader.int("repeats", in: repeatsRange)
    let threshold = reader.node("threshold").flatMap { readThreshold($0, problems) }
    let incident = reader.mapping("incident").flatMap { readIncident($0, problems) }
    let allowEmpty = reader.bool("allow_empty")
    let allowTruncated = reader.bool("allow_truncated")
    let quarantine = reader.mapping("quarantine").flatMap { readQuarantine($0, problems) }
    if quarantine != nil, incident?.state == .guarded {
      problems.error("\(reader.what) is a guarded incident, which may not be in quarantine", at: reader.position(of: "quarantine"))
    }
    reader.finish(each: "a case")

    guard problems.list.errorCount == before, let id, let input else { return nil }
    let testCase = Case(
      id: id, evalset: evalset, input: input, vars: vars, expected: expected, context: context,
      checks: defaults.checks.map(\.spec) + checks.map(\.spec), behaviour: behaviour, tags: tags, severity: severity ?? defaults.severity,
      origin: origin ?? .written, cluster: cluster, repeats: repeats ?? defaults.repeats, threshold: threshold ?? defaults.threshold,
      incident: incident, allowEmpty: allowEmpty ?? false, allowTruncated: allowTruncated ?? false, quarantine: quarantine,
      metadata: metadata)
    return DecodedCase(testCase: testCase, position: node.position, checkPositions: checks.map(\.position), turnPositions: turnPositions)
  }

  private func readID(_ reader: inout FieldReader, _ problems: FileProblems) -> CaseID? {
    guard let node = reader.node("id", required: true) else { return nil }
    guard let scalar = node.scalar, !node.isNull else {
      problems.error("'id' is \(node.shown); it must be text", at: node.position)
      return nil
    }
    if case .text = scalar.resolved {
      if let id = CaseID(scalar.text) { return id }
      problems.error("'id' is \(scalar.shown): \(problem(inID: scalar.text) ?? "it is not allowed")", at: node.position)
    } else {
      problems.error("'id' is \(scalar.text); an id must be text", at: node.position, help: "write it in quotes: \"\(scalar.text)\"")
    }
    return nil
  }

  private func readInput(_ reader: inout FieldReader, hasVars: Bool, _ turnPositions: inout [[Position]], _ problems: FileProblems)
    -> CaseInput?
  {
    let given = ["input", "messages", "turns"].filter(reader.has)
    if given.count > 1 {
      problems.error("\(reader.what) gives '\(given[0])' and '\(given[1])'", at: reader.position(of: given[1]), help: "give one of them")
    }
    let text = reader.node("input").flatMap { readInputText($0, problems) }
    let messages = reader.node("messages").flatMap { readMessages($0, problems) }
    let turns = reader.node("turns").flatMap { readTurns($0, &turnPositions, problems) }
    if let text { return .messages([Message(role: .user, content: text)]) }
    if let messages { return .messages(messages) }
    if let turns { return .turns(turns) }
    guard given.isEmpty else { return nil }
    guard hasVars else {
      problems.error("\(reader.what) has no input", at: reader.position, help: "give it 'input', 'messages', 'vars' or 'turns'")
      return nil
    }
    guard let prompt else {
      problems.errorOnce(
        "\(reader.what) gives 'vars', but the evalset has no prompt template", for: "no prompt", at: reader.position(of: "vars"),
        help: "name a template file under 'prompt' in evalset.yaml, or give the case an 'input'")
      return nil
    }
    return .template(prompt)
  }

  private func readInputText(_ node: Node, _ problems: FileProblems) -> String? {
    if node.sequence != nil {
      problems.error("'input' is a list; it must be text", at: node.position, help: "chat messages are written under 'messages'")
      return nil
    }
    guard let text = problems.text(node, "input") else { return nil }
    return isShort(text, "input", node, problems) ? text : nil
  }

  private func isShort(_ text: String, _ name: String, _ node: Node, _ problems: FileProblems) -> Bool {
    guard text.utf8.count > CaseDecoder.promptLimit else { return true }
    problems.error("'\(name)' has \(text.utf8.count) bytes; at most \(CaseDecoder.promptLimit) are taken", at: node.position)
    return false
  }

  private func readMessages(_ node: Node, _ problems: FileProblems) -> [Message]? {
    guard let nodes = problems.list(node, "messages") else { return nil }
    if nodes.isEmpty { problems.error("'messages' is empty", at: node.position) }
    let messages = nodes.compactMap { readMessage($0, problems) }
    if messages.count == nodes.count, let trouble = messages.toolProblem {
      problems.error(
        "'messages': \(visible(trouble))", at: node.position,
        help: "each call has an 'id' and one result, a message with its 'tool_call_id'")
    }
    return messages
  }

  /// An assistant's message may call tools, `tool_calls: [{id, name, arguments}]`; a tool's message says which call it answers.
  private func readMessage(_ node: Node, _ problems: FileProblems) -> Message? {
    guard var reader = FieldReader(node, "a message", problems) else { return nil }
    let role: Message.Role? = reader.oneOf("role", required: true)
    let written = present(reader.node("tool_calls")).flatMap { problems.list($0, "tool_calls") } ?? []
    let text = present(reader.node("content"))
    if text == nil, written.isEmpty { problems.error("a message has no 'content'", at: node.position) }
    let content = text.map { problems.text($0, "content") } ?? ""
    let id = reader.text("tool_call_id")
    reader.finish()
    let calls = written.compactMap { node -> MadeCall? in
      let call = MadeCall(json: problems.json(node))
      if call == nil { problems.error("a tool call needs an 'id' and a 'name'", at: node.position) }
      return call
    }
    if let role {
      if role != .assistant, let first = written.first { problems.error("'tool_calls' belong to the assistant", at: first.position) }
      if role != .tool, id != nil { problems.error("'tool_call_id' belongs to a message of the role 'tool'", at: node.position) }
    }
    guard let role, let content, isShort(content, "content", node, problems) else { return nil }
    return Message(role: role, content: content, calls: calls, answeredCall: id)
  }

  private func readTurns(_ node: Node, _ positions: inout [[Position]], _ problems: FileProblems) -> [CaseInput.Turn]? {
    guard let nodes = problems.list(node, "turns") else { return nil }
    if nodes.isEmpty { problems.error("'turns' is empty", at: node.position) }
    var turns = [CaseInput.Turn]()
    for node in nodes {
      guard var reader = FieldReader(node, "a turn", problems) else { continue }
      let user = reader.text("user", required: true)
      let checks = reader.node("checks").map { readChecks($0, problems) } ?? []
      reader.finish()
      guard let user, isShort(user, "user", node, problems) else { continue }
      turns.append(CaseInput.Turn(user: user, checks: checks.map(\.spec)))
      positions.append(checks.map(\.position))
    }
    return turns
  }

  private func readDocument(_ node: Node, _ problems: FileProblems) -> ContextDocument? {
    guard var reader = FieldReader(node, "a context document", problems) else { return nil }
    let id = reader.label("id", required: true)
    let text = reader.text("text", required: true)
    let readers = reader.texts("readers") ?? []
    reader.finish()
    guard let id, let text, isShort(text, "text", node, problems) else { return nil }
    return ContextDocument(id: id, text: text, readers: readers)
  }

  private func readIncident(_ fields: FieldReader, _ problems: FileProblems) -> Incident? {
    var reader = fields
    let id = reader.label("id", required: true)
    let severity: Incident.Severity? = reader.oneOf("severity", required: true)
    let state: Incident.State? = reader.oneOf("state", required: true)
    let opened = reader.node("opened").flatMap { problems.date($0, "opened") }
    let fixed = reader.node("fixed").flatMap { problems.date($0, "fixed") }
    let owner = reader.text("owner")
    let link = reader.text("link")
    let badOutput = reader.text("bad_output")
    let demand = reader.word("demand", among: ["all", "never", "reliable"])
    reader.finish()
    guard let id, let severity, let state else { return nil }
    return Incident(
      id: id, severity: severity, state: state, opened: opened, fixed: fixed, owner: owner, link: link, badOutput: badOutput, demand: demand
    )
  }

  private func readQuarantine(_ fields: FieldReader, _ problems: FileProblems) -> Quarantine? {
    var reader = fields
    let owner = reader.text("owner", required: true)
    let reason = reader.text("reason", required: true)
    let expires = reader.node("expires", required: true).flatMap { problems.day($0, "expires") }
    reader.finish()
    guard let owner, let reason, let expires else { return nil }
    return Quarantine(owner: owner, reason: reason, expires: expires)
  }

  /// The entries `PREFIX.NAME`, called NAME, by their prefix.
  private func spread(_ reader: inout FieldReader) -> [String: [Node.Entry]] {
    var found = [String: [Node.Entry]]()
    for prefix in spreadPrefixes + ["check."] {
      let entries = reader.rest { $0.utf8.starts(with: prefix.utf8) && $0.utf8.count > prefix.utf8.count }
      guard !entries.isEmpty else { continue }
      found[prefix] = entries.map { Node.Entry(key: String($0.key.dropFirst(prefix.count)), keyPosition: $0.keyPosition, value: $0.value) }
    }
    return found
  }

  private func add(_ entries: [Node.Entry]?, to object: inout JSONObject, _ problems: FileProblems) {
    for entry in entries ?? [] {
      if object[entry.key] != nil { problems.error("'\(entry.key)' is given twice", at: entry.keyPosition, help: "keep one of them") }
      object[entry.key] = problems.json(entry.value)
    }
  }

  private func object(_ entries: [Node.Entry], _ problems: FileProblems) -> JSONObject {
    JSONObject(entries.map { ($0.key, problems.json($0.value)) })
  }
}
