import PortcullisCore
import PortcullisGate

/// Decodes the tree of a config, with the options of the command line already in it.
struct ConfigReader {
  let path: String?
  /// Of the config, as the user would type it.
  let folder: String
  let files: ProjectFiles
  let problems: FileProblems
  let variables: [String: String]
  /// `YYYY-MM-DD`; nil leaves open what has expired.
  let today: String?

  private var targetReader: TargetReader {
    TargetReader(
      files: files, folder: folder, problems: problems, environment: EnvironmentValues(variables: variables, problems: problems))
  }

  func config(_ root: Node, _ overrides: ConfigOverrides) -> Config {
    var config = Config(
      file: path, folder: folder, files: files, targets: [], judges: [], evalsets: [], golden: joined(folder, "golden"),
      store: joined(folder, ".portcullis"), policy: .standard, canary: CanaryConfig(policy: .standard),
      budget: Budget(), repeats: 1, seed: 0, warnings: [])
    guard var fields = FieldReader(root, "the config", problems) else { return config }
    let named = NamedTargets(fields.entries("targets") ?? [], targetReader)
    config.targets = named.targets

    var arms = ArmReader(named: named, reader: targetReader, overrides: overrides)
    arms.read(fields.node("arms"), hasConfig: path != nil)
    config.candidate = arms.candidate
    config.production = arms.production
    config.targets += arms.shorthands

    let judges = fields.entries("judges") ?? []
    config.judges = JudgeReader(named: named, reader: targetReader).judges(judges)
    if let node = fields.node("evalsets") { config.evalsets = EvalsetPaths(files: files, folder: folder, problems: problems).read(node) }
    if let golden = folderName(&fields, "golden") { config.golden = golden }
    if let store = folderName(&fields, "store") { config.store = store }
    config.waivers = waivers(&fields)

    var policyReader = PolicyReader(problems: problems, judges: KnownJudges(read: config.judges, names: judges.map(\.key)))
    if let node = fields.node("policy") { config.policy = policyReader.policy(node) }
    config.shadow = policyReader.shadow
    if let node = fields.node("shadow") { config.shadowChecks = readShadowChecks(node, problems) }
    config.promotion = policyReader.promotion
    config.canary.policy.wrongPass = config.policy.wrongPass
    config.canary.policy.wrongFail = config.policy.wrongFail
    if let node = policyReader.canary {
      let reader = CanaryPolicyReader(
        wrongPass: config.policy.wrongPass, wrongFail: config.policy.wrongFail, folder: files.root, problems: problems)
      config.canary = reader.config(node)
    }
    let budgetPosition = fields.position(of: "budget")
    if let node = fields.node("budget") { config.budget = budget(node, problems) ?? Budget() }
    config.repeats = fields.int("repeats", in: 1...1000) ?? 1
    config.seed = fields.int("seed", in: 0...Int.max) ?? 0
    fields.finish()

    var money = MoneyReview(problems: problems)
    for use in named.prices + policyReader.currencies { money.use(use.currency, what: use.what, at: problems.place(use.position)) }
    if let cost = config.budget.cost { money.use(cost.currency, what: "budget.cost", at: problems.place(budgetPosition)) }
    if let text = overrides.budget { config.budget.cost = money.budget(given: text) }
    money.review(config, places: { named.place(of: $0) ?? arms.place(of: $0) })
    config.currency = money.currency
    RuleReview(problems: problems).review(config, places: { named.place(of: $0) ?? arms.place(of: $0) })
    ComparisonReview(problems: problems, judges: judges).review(config, place: arms.candidatePlace)
    return config
  }

  /// A folder that the config names, not necessarily there yet.
  private func folderName(_ fields: inout FieldReader, _ key: String) -> String? {
    guard let node = fields.node(key), let name = problems.text(node, key) else { return nil }
    if let trouble = problem(inPath: name) {
      problems.error("'\(key)': \(trouble)", at: node.position, help: "a config may name only folders inside its project folder")
      return nil
    }
    return joined(folder, name)
  }

  /// nil where no file is named.
  private func waivers(_ fields: inout FieldReader) -> [Waiver]? {
    guard let node = fields.node("waivers"), let file = files.named(node, "waivers", in: folder, limit: 1 << 20, problems) else {
      return nil
    }
    do {
      let root = try readYAML(try file.readAll(), file: file.shown)
      return WaiversReader(problems: FileProblems(file: file.shown, problems.list), today: today).waivers(root)
    } catch {
      problems.list.addAny(error, at: Place(file: file.shown))
      return nil
    }
  }
}

/// The targets of a config by name, with the places they were written at.
struct NamedTargets {
  private(set) var targets: [Target] = []
  /// Also of targets that were refused: naming one is no second mistake.
  private(set) var names: [String] = []
  private(set) var prices: [CurrencyUse] = []
  private var places: [(name: String, place: Place)] = []

  init(_ entries: [Node.Entry], _ reader: TargetReader) {
    for entry in entries {
      guard let name = checkedName(entry, "target", reader.problems) else { continue }
      names.append(name)
      guard let target = reader.target(entry.value, name: name, what: "target '\(name)'") else { continue }
      targets.append(target)
      places.append((name, reader.problems.place(entry.keyPosition)))
      if let price = target.price {
        let position = entry.value["price"]?.position ?? entry.keyPosition
        prices.append(CurrencyUse(currency: price.currency, what: "targets.\(name).price", position: position))
      }
    }
  }

  func target(_ name: String) -> Target? { targets.first { sameBytes($0.name, name) } }

  func isKnown(_ name: String) -> Bool { names.contains { sameBytes($0, name) } }

  func place(of name: String) -> Place? { places.first { sameBytes($0.name, name) }?.place }
}

/// Names of targets and judges: letters, digits, `.`, `_` and `-`, so that they are never mistaken for a shorthand or a `--set`.
func checkedName(_ entry: Node.Entry, _ kind: String, _ problems: FileProblems) -> String? {
  let allowed = entry.key.utf8.allSatisfy {
    $0.isDigit || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains($0)
  }
  guard allowed, 1...100 ~= entry.key.utf8.count else {
    problems.error(
      "'\(entry.key)' is no name for a \(kind)", at: entry.keyPosition, help: "write letters, digits, '.', '_' and '-' only")
    return nil
  }
  return entry.key
}
