package import PortcullisCore

/// Finds the two arms: the targets of these names, those that `arms` names, or what the command line says.
struct ArmReader {
  let named: NamedTargets
  let reader: TargetReader
  let overrides: ConfigOverrides
  private(set) var candidate: Target?
  private(set) var production: Target?
  /// Targets that only the command line names.
  private(set) var shorthands: [Target] = []
  private(set) var candidatePlace: Place?

  private var problems: FileProblems { reader.problems }

  init(named: NamedTargets, reader: TargetReader, overrides: ConfigOverrides) {
    self.named = named
    self.reader = reader
    self.overrides = overrides
  }

  mutating func read(_ node: Node?, hasConfig: Bool) {
    var fields = node.flatMap { FieldReader($0, "'arms'", problems) }
    candidate = arm(.candidate, overrides.candidate, &fields, hasConfig)
    production = arm(.production, overrides.production, &fields, hasConfig)
    fields?.finish()
    candidatePlace = candidate.flatMap { named.place(of: $0.name) ?? place(of: $0.name) }
    let isAsked = [overrides.candidate, overrides.production].compactMap { $0 }.contains { !named.isKnown($0) }
    guard overrides.apiKeyVariable != nil, !isAsked else { return }
    problems.list.add(
      Diagnostic(
        .error, "'--api-key-env' is for targets given as 'provider:model', and none is", at: Place(file: "--api-key-env"),
        help: "a target of the config names its key itself: 'api_key: {env: NAME}'"))
  }

  /// Where a target of the command line was given.
  func place(of name: String) -> Place? {
    guard shorthands.contains(where: { sameBytes($0.name, name) }) else { return nil }
    return Place(file: overrides.candidate.map { sameBytes($0, name) } == true ? "--candidate" : "--production")
  }

  private mutating func arm(_ arm: Arm, _ override: String?, _ fields: inout FieldReader?, _ hasConfig: Bool) -> Target? {
    let written = fields?.node(arm.rawValue)
    if let override {
      if named.isKnown(override) { return named.target(override) }
      return commandLineTarget(override, option: "--\(arm.rawValue)", hasConfig)
    }
    guard let written else { return named.target(arm.rawValue) }
    guard let name = problems.text(written, arm.rawValue) else { return nil }
    if !named.isKnown(name) {
      problems.error("there is no target '\(name)'", at: written.position, help: suggestion(for: name, among: named.names))
    }
    return named.target(name)
  }

  private mutating func commandLineTarget(_ text: String, option: String, _ hasConfig: Bool) -> Target? {
    let place = Place(file: option)
    guard text.contains(":") else {
      let help = suggestion(for: text, among: named.names) ?? "write 'provider:model[@base_url]'"
      problems.list.add(
        Diagnostic(.error, "there is no target '\(text)'" + (hasConfig ? "" : ": no config was found"), at: place, help: help))
      return nil
    }
    if let known = shorthands.first(where: { sameBytes($0.name, text) }) { return known }
    do throws(Objection) {
      var target = try Target(shorthand: TargetShorthand(text), name: text, key: overrides.apiKeyVariable, reader.environment)
      do { try target.takeModelFromFile(reader.files) } catch { problems.list.addAny(error, at: place) }
      if let url = target.baseURL, target.apiKeyVariable != nil, let warning = try openKeyWarning(EndpointAddress(url)) {
        problems.list.add(Diagnostic(.warning, warning.message, at: place, help: warning.help))
      }
      shorthands.append(target)
      return target
    } catch {
      problems.list.add(error.diagnostic(at: place))
      return nil
    }
  }
}

extension Target {
  /// A target given as `provider:model[@base_url]`; it is named as it was given.
  ///
  /// - Parameters:
  ///   - apiKeyVariable: What `--api-key-env` names; without it there is no key.
  ///   - environment: The process's variables.
  /// - Throws: `Problems` without a place: the caller knows the option.
  package init(shorthand text: String, apiKeyVariable: String? = nil, environment: [String: String] = [:]) throws(Problems) {
    let values = EnvironmentValues(variables: environment, problems: FileProblems(file: "", ProblemList()))
    do {
      try self.init(shorthand: TargetShorthand(text), name: text, key: apiKeyVariable, values)
      try takeModelFromFile(ProjectFiles(root: "."))
    } catch {
      let list = ProblemList()
      list.addAny(error, at: nil)
      throw Problems(list.diagnostics)
    }
  }

  fileprivate init(
    shorthand: TargetShorthand, name: String, key: String?, _ environment: EnvironmentValues
  ) throws(Objection) {
    let isCalled = !answersComeFromFile(shorthand.provider)
    self.init(name: name, provider: shorthand.provider, model: shorthand.subject)
    guard isCalled else {
      guard shorthand.baseURL == nil else {
        throw Objection("'\(shorthand.provider)' calls no endpoint", help: "write '\(shorthand.provider):FILE'")
      }
      do throws(Diagnostic) {
        source = try AnswerSource(RegularFile(path: shorthand.subject, shown: shorthand.subject, limit: answerFileLimit))
      } catch {
        throw Objection("'\(shorthand.subject)': \(error.message)", help: error.help)
      }
      return
    }
    baseURL = try shorthand.baseURL.map { text throws(Objection) in try EndpointAddress(text) }?.text
    if let key {
      try environment.checkKey(in: key)
      apiKeyVariable = key
    }
  }
}
