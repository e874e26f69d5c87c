// A resolved case as JSON and back: what its digest is taken over, and what the store keeps, so that a recorded run can be
// scored, decided and reported again without the files it came from.

extension Case {
  /// Everything that makes the case what it is; defaults are left out, so that a new default changes no digest.
  package var json: JSON {
    var object = JSONObject()
    object.members.reserveCapacity(12)
    // One by one, not as a list of pairs: a digest is taken of every case of a large evalset.
    func add(_ name: String, _ value: JSON?) {
      if let value { object.members.append(JSONObject.Member(name: name, value: value)) }
    }
    add("id", .string(id.text))
    add("evalset", .string(evalset))
    switch input {
    case .messages(let messages): add("messages", .array(messages.map(\.json)))
    case .template(let prompt): add("prompt", .string(prompt.digest.description))
    case .turns(let turns):
      add("turns", .array(turns.map { .object([("user", .string($0.user)), ("checks", .array($0.checks.map(\.json)))]) }))
    }
    add("vars", vars.members.isEmpty ? nil : .object(vars))
    add("expected", expected)
    add("context", context.isEmpty ? nil : .array(context.map(\.json)))
    add("checks", .array(checks.map(\.json)))
    add("behaviour", behaviour.map(JSON.string))
    add("tags", tags.isEmpty ? nil : .object(tags.map { ($0.name, .string($0.value)) }))
    add("severity", severity == .normal ? nil : .string(severity.rawValue))
    add("origin", origin == .written ? nil : .string(origin.rawValue))
    add("cluster", cluster.map(JSON.string))
    add("repeats", repeats.map(JSON.int))
    add("threshold", threshold == 1 ? nil : .double(threshold))
    add("incident", incident?.json)
    add("allow_empty", allowEmpty ? .bool(true) : nil)
    add("allow_truncated", allowTruncated ? .bool(true) : nil)
    add("quarantine", quarantine?.json)
    add("metadata", metadata.members.isEmpty ? nil : .object(metadata))
    return .object(object)
  }

  /// Reads `json` back; nil where the value is not one that `json` wrote, or `prompt` does not know its template.
  ///
  /// - Parameter prompt: The prompt text of a digest; keep the values, so that a million cases share one text.
  package init?(json: JSON, prompt: (Digest) -> PromptText?) {
    guard let id = json["id"]?.string.flatMap(CaseID.init), let evalset = json["evalset"]?.string,
      let checks = json["checks"]?.array.flatMap({ all($0, CheckSpec.init(json:)) })
    else { return nil }
    let input: CaseInput
    if let messages = json["messages"]?.array {
      guard let read = all(messages, Message.init(json:)) else { return nil }
      input = .messages(read)
    } else if let digest = json["prompt"]?.string.flatMap(Digest.init(_:)) {
      guard let text = prompt(digest) else { return nil }
      input = .template(text)
    } else if let turns = json["turns"]?.array {
      guard let read = all(turns, CaseInput.Turn.init(json:)) else { return nil }
      input = .turns(read)
    } else {
      return nil
    }
    guard let context = all(json["context"]?.array ?? [], ContextDocument.init(json:)) else { return nil }
    let tags = json["tags"]?.object?.members.compactMap { member in member.value.string.map { Tag(name: member.name, value: $0) } } ?? []
    var incident: Incident?
    if let written = json["incident"] {
      guard let read = Incident(json: written) else { return nil }
      incident = read
    }
    var quarantine: Quarantine?
    if let written = json["quarantine"] {
      guard let read = Quarantine(json: written) else { return nil }
      quarantine = read
    }
    guard let severity = Severity(rawValue: json["severity"]?.string ?? "normal"),
      let origin = Origin(rawValue: json["origin"]?.string ?? "written")
    else { return nil }
    self.init(
      id: id, evalset: evalset, input: input, vars: json["vars"]?.object ?? JSONObject(), expected: json["expected"], context: context,
      checks: checks, behaviour: json["behaviour"]?.string, tags: tags, severity: severity, origin: origin,
      cluster: json["cluster"]?.string,
      repeats: json["repeats"]?.int, threshold: json["threshold"]?.double ?? 1, incident: incident,
      allowEmpty: json["allow_empty"]?.bool ?? false, allowTruncated: json["allow_truncated"]?.bool ?? false, quarantine: quarantine,
      metadata: json["metadata"]?.object ?? JSONObject())
  }
}

/// All elements read, or nil if one could not be.
private func all<Element>(_ values: [JSON], _ read: (JSON) -> Element?) -> [Element]? {
  var out = [Element]()
  out.reserveCapacity(values.count)
  for value in values {
    guard let element = read(value) else { return nil }
    out.append(element)
  }
  return out
}

extension CaseInput.Turn {
  fileprivate init?(json: JSON) {
    guard let user = json["user"]?.string, let checks = json["checks"]?.array.flatMap({ all($0, CheckSpec.init(json:)) }) else {
      return nil
    }
    self.init(user: user, checks: checks)
  }
}

extension ContextDocument {
  fileprivate var json: JSON {
    .object(present: [
      ("id", .string(id)), ("text", .string(text)), ("readers", readers.isEmpty ? nil : .array(readers.map(JSON.string))),
    ])
  }

  fileprivate init?(json: JSON) {
    guard let id = json["id"]?.string, let text = json["text"]?.string else { return nil }
    self.init(id: id, text: text, readers: json["readers"]?.array?.compactMap(\.string) ?? [])
  }
}

extension CheckSpec {
  package var json: JSON {
    .object(present: [
      ("kind", .string(kind)), ("argument", argument), ("weight", weight == 1 ? nil : .double(weight)), ("metric", metric.map(JSON.string)),
      ("threshold", threshold.map(JSON.double)), ("name", name.map(JSON.string)),
    ])
  }

  package init?(json: JSON) {
    guard let kind = json["kind"]?.string else { return nil }
    self.init(
      kind: kind, argument: json["argument"], weight: json["weight"]?.double ?? 1, metric: json["metric"]?.string,
      threshold: json["threshold"]?.double, name: json["name"]?.string)
  }
}

extension Incident {
  fileprivate var json: JSON {
    .object(present: [
      ("id", .string(id)), ("severity", .string(severity.rawValue)), ("state", .string(state.rawValue)),
      ("opened", opened.map(JSON.string)),
      ("fixed", fixed.map(JSON.string)), ("owner", owner.map(JSON.string)), ("link", link.map(JSON.string)),
      ("bad_output", badOutput.map(JSON.string)), ("demand", demand.map(JSON.string)),
    ])
  }

  fileprivate init?(json: JSON) {
    guard let id = json["id"]?.string, let severity = json["severity"]?.string.flatMap(Severity.init),
      let state = json["state"]?.string.flatMap(State.init)
    else { return nil }
    self.init(
      id: id, severity: severity, state: state, opened: json["opened"]?.string, fixed: json["fixed"]?.string, owner: json["owner"]?.string,
      link: json["link"]?.string, badOutput: json["bad_output"]?.string, demand: json["demand"]?.string)
  }
}

extension Quarantine {
  fileprivate var json: JSON {
    .object([("owner", .string(owner)), ("reason", .string(reason)), ("expires", .string(expires))])
  }

  fileprivate init?(json: JSON) {
    guard let owner = json["owner"]?.string, let reason = json["reason"]?.string, let expires = json["expires"]?.string else { return nil }
    self.init(owner: owner, reason: reason, expires: expires)
  }
}
