import PortcullisCore

/// Reads one target of a config, formats.md §1. `file` names the recordings of a `replay` target, the rules of a `scripted` one.
struct TargetReader {
  let files: ProjectFiles
  /// The folder of the config, as the user would type it.
  let folder: String
  let problems: FileProblems
  let environment: EnvironmentValues

  /// - Parameter what: How messages call it, as in `target 'candidate'`.
  func target(_ node: Node, name: String, what: String) -> Target? {
    guard var fields = FieldReader(node, what, problems) else { return nil }
    let provider = fields.word("provider", among: providerNames, required: true)
    let isCalled = provider.map { !answersComeFromFile($0) } ?? true
    let model = fields.node("model").flatMap { value($0, "model") }
    if provider != nil, isCalled, !fields.has("model") {
      problems.error("\(what) has no 'model'", at: fields.position)
    }
    var target = Target(name: name, provider: provider ?? "", model: model ?? "")
    target.version = fields.node("version").flatMap(version)
    readEndpoint(&fields, &target, isCalled: isCalled)
    target.prompt = fields.node("prompt").flatMap { PromptReader(files: files, folder: folder, problems: problems).prompt($0) }
    target.parameters = fields.node("parameters").flatMap { parameters($0, problems) } ?? JSONObject()
    target.tools = fields.node("tools").flatMap(tools) ?? []
    target.stream = fields.bool("stream")
    target.family = fields.text("family")
    target.price = fields.node("price").flatMap { price($0, problems) }
    if let limits = limits(&fields) { target.limits = limits }
    if let timeouts = timeouts(&fields) { target.timeouts = timeouts }
    target.retries = fields.int("retries", in: 0...20) ?? 5
    target.labels = labels(&fields)
    target.answersAs = fields.texts("answers_as") ?? []
    if provider == nil {
      _ = fields.node("file")  // nobody can say whether it belongs here
    } else {
      readSource(&fields, &target, what: what, isCalled: isCalled)
    }
    fields.finish()
    return provider == nil || (isCalled && model == nil) ? nil : target
  }

  private func value(_ node: Node, _ name: String) -> String? {
    guard let text = environment.text(node, name) else { return nil }
    guard !text.isEmpty, !text.unicodeScalars.contains(where: isHostile) else {
      problems.error("'\(name)' is empty or holds invisible characters", at: node.position)
      return nil
    }
    return text
  }

  /// A number keeps the spelling it has: `1.10` is a version, not 1.1.
  private func version(_ node: Node) -> String? {
    guard let text = node.mapping == nil ? problems.label(node, "version") : environment.text(node, "version") else { return nil }
    let core = text.prefix { $0 != "-" && $0 != "+" }
    let numbers = (core.hasPrefix("v") ? core.dropFirst() : core).split(separator: ".", omittingEmptySubsequences: false)
    guard 1...3 ~= numbers.count, numbers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }),
      text.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
    else {
      problems.error("'version' is '\(text)'; it must be a semantic version", at: node.position, help: "write it as in '1.8.2'")
      return nil
    }
    return text
  }

  private func readEndpoint(_ fields: inout FieldReader, _ target: inout Target, isCalled: Bool) {
    let keyPosition = fields.position(of: "api_key")
    let url = fields.node("base_url"), key = fields.node("api_key"), headers = fields.node("headers")
    guard isCalled else {
      for name in ["base_url", "api_key", "headers"] where fields.has(name) {
        problems.error(
          "'\(name)' has no meaning for '\(target.provider)', which calls no endpoint", at: fields.position(of: name),
          help: "remove it; the answers are in 'file'")
      }
      return
    }
    let address = url.flatMap { node in
      environment.text(node, "base_url").flatMap { text in
        problems.attempt(at: node.position) { () throws(Objection) in try EndpointAddress(text) }
      }
    }
    target.baseURL = address?.text
    target.apiKeyVariable = key.flatMap(environment.key)
    if let address, target.apiKeyVariable != nil, let warning = openKeyWarning(address) {
      problems.warning(warning.message, at: keyPosition, help: warning.help)
    }
    if let headers { target.headers = HeaderReader(environment: environment, problems: problems).headers(headers) }
  }

  private func tools(_ node: Node) -> [JSON]? {
    guard let file = files.named(node, "tools", in: folder, limit: 4 << 20, problems) else { return nil }
    let inside = FileProblems(file: file.shown, problems.list)
    do throws(Diagnostic) {
      let root = try readJSON(SourceText(file.readAll(), file: file.shown).bytes, problems: inside)
      guard let tools = root.sequence, !tools.isEmpty else {
        let found = root.sequence == nil ? root.shown : "an empty list"
        throw Diagnostic(.error, "the tools are \(found); they must be a list of mappings", at: inside.place(root.position))
      }
      for tool in tools where tool.mapping == nil { inside.error("a tool is \(tool.shown); it must be a mapping", at: tool.position) }
      return tools.map(inside.json)
    } catch {
      problems.list.add(error)
      return nil
    }
  }

  private func limits(_ fields: inout FieldReader) -> TargetLimits? {
    guard var inner = fields.mapping("limits") else { return nil }
    defer { inner.finish() }
    return TargetLimits(concurrency: inner.int("concurrency", in: 1...1024) ?? 16, rpm: inner.rate("rpm"), tpm: inner.rate("tpm"))
  }

  private func timeouts(_ fields: inout FieldReader) -> Timeouts? {
    guard var inner = fields.mapping("timeouts") else { return nil }
    defer { inner.finish() }
    var timeouts = Timeouts()
    if let limit = positiveDuration(&inner, "connect") { timeouts.connect = limit }
    if let limit = positiveDuration(&inner, "first_byte") { timeouts.firstByte = limit }
    if let limit = positiveDuration(&inner, "idle") { timeouts.idle = limit }
    if let limit = positiveDuration(&inner, "total") { timeouts.total = limit }
    return timeouts
  }

  private func labels(_ fields: inout FieldReader) -> [Case.Tag] {
    let entries = fields.entries("labels") ?? []
    let tags = entries.compactMap { entry in problems.label(entry.value, entry.key).map { Case.Tag(name: entry.key, value: $0) } }
    return tags.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func readSource(_ fields: inout FieldReader, _ target: inout Target, what: String, isCalled: Bool) {
    let node = fields.node("file")
    if isCalled {
      if fields.has("file") {
        problems.error("'file' is for 'replay' and 'scripted'; '\(target.provider)' calls an endpoint", at: fields.position(of: "file"))
      }
      return
    }
    guard let node else {
      problems.error(
        "\(what) has no 'file'", at: fields.position,
        help: target.provider == "replay" ? "name the recordings (*.jsonl)" : "name the file of rules")
      return
    }
    guard let file = files.named(node, "file", in: folder, limit: answerFileLimit, problems) else { return }
    do {
      target.source = try Target.AnswerSource(file)
      if !fields.has("model") { try target.takeModelFromFile(files) }
    } catch {
      problems.list.addAny(error, at: problems.place(node.position))
    }
  }
}

/// Recordings are streamed, so they may be large.
let answerFileLimit = 4 << 30

extension Target.AnswerSource {
  /// Reads the whole file once for its digest, in pieces.
  init(_ file: RegularFile) throws(Diagnostic) {
    var stream = DigestStream()
    var offset = 0, piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      var failure: Diagnostic?
      let count = piece.withUnsafeMutableBytes { buffer in
        do throws(Diagnostic) { return try file.read(into: buffer, at: offset) } catch {
          failure = error
          return 0
        }
      }
      if let failure { throw failure }
      if count == 0 { break }
      stream.add(count == piece.count ? piece : Array(piece[..<count]))
      offset += count
    }
    guard offset > 0 else { throw Diagnostic(.error, "the file is empty", at: Place(file: file.shown)) }
    self.init(file: file.shown, digest: stream.finish())
  }
}

/// A duration above zero.
func positiveDuration(_ fields: inout FieldReader, _ key: String) -> Duration? {
  fields.checked(key) { text throws(Objection) in
    let duration: Duration
    do throws(UnitProblem) { duration = try parseDuration(text) } catch { throw Objection("'\(key)': \(error.message)", help: error.help) }
    guard duration > .zero else { throw Objection("'\(key)' is \(text); it must be above 0") }
    return duration
  }
}

/// K09: a key in plain sight of every network on the way.
func openKeyWarning(_ address: EndpointAddress) -> Objection? {
  guard !address.isSecure, !address.isLoopback else { return nil }
  return Objection("the key is sent to '\(address.host)' over plain http, readable on the way", help: "use 'https://'")
}
