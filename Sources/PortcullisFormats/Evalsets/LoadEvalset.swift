package import PortcullisChecks
import PortcullisCore

/// Reads an evalset and checks all of it; throws `Problems` with everything that is wrong. Nothing is called.
///
/// Memory stays bounded for JSON Lines and CSV: they are read twice, once here and once by the stream.
///
/// - Parameters:
///   - path: The evalset's folder, or one file of cases; may lie anywhere.
///   - project: What its files may name lies in here, or in the evalset's own folder.
///   - golden: The folder that holds a folder for each evalset (`golden`); nil for no golden answers.
///   - judges: What `judge:` checks may ask, by name.
///   - today: `YYYY-MM-DD`, to tell an expired quarantine; nil leaves that open.
///   - isScored: false where only the messages of the cases are wanted: then the arguments of checks, and their judges, are not looked at.
package func loadEvalset(
  at path: String, project: ProjectFiles, golden: String? = nil, judges: [String: Judge] = [:], today: String? = nil, isScored: Bool = true
) throws -> LoadedEvalset {
  let list = ProblemList()
  let files = EvalsetFiles(path: path, project: project, list)
  let (settings, settingsFile) = try files.settings()
  let sources = try files.sources(settings)
  let rubrics = try files.rubrics(settings)
  if !settings.isWhole { try list.check() }
  let approved = try golden.map { try readGolden(in: joined($0, settings.name), project, list) } ?? .none
  let defaults = (problems: FileProblems(file: settingsFile, list), positions: settings.defaults.checks.map(\.position))
  var pass = CheckingPass(
    decoder: CaseDecoder(evalset: settings.name, prompt: settings.prompt?.text, defaults: settings.defaults),
    checker: CaseChecker(judges: judges, prompt: settings.prompt, defaults: defaults, today: today, isScored: isScored),
    answers: UsableAnswers(approved), list: list)
  for source in sources { try pass.read(source) }
  let counts = pass.counts
  if files.isWhole {
    pass.answers.warnAboutOrphans(list)
    warnAboutBehaviours(settings.behaviours, counts, settingsFile, list)
  }
  if counts.cases == 0, list.errorCount == 0 { list.add(Diagnostic(.error, "the evalset holds no case", at: Place(file: path))) }
  let plan = CasePlan(sources: pass.sources, decoder: pass.decoder, judges: judges, answers: pass.answers)
  let digest = try pass.finish(rubrics)
  try list.check()
  return LoadedEvalset(
    name: settings.name, version: settings.version, description: settings.description, owner: settings.owner,
    derivedFrom: settings.derivedFrom, digest: digest, counts: counts, behaviours: settings.behaviours, rubrics: rubrics, golden: approved,
    warnings: list.warnings, plan: plan)
}

/// The first pass over the cases: everything about each is checked, and what is kept of it is small.
private struct CheckingPass {
  let decoder: CaseDecoder
  var checker: CaseChecker
  var answers: UsableAnswers
  let list: ProblemList
  private(set) var sources: [CasePlan.Source] = []
  private(set) var counts = EvalsetCounts()
  private var index = CaseIndex()
  private var cells: CheckCells
  /// More are refused, reliability.md §11.
  private static let caseLimit = 1_000_000

  init(decoder: CaseDecoder, checker: CaseChecker, answers: UsableAnswers, list: ProblemList) {
    self.decoder = decoder
    self.checker = checker
    self.answers = answers
    self.list = list
    cells = CheckCells(judges: checker.judges)
  }

  mutating func read(_ source: CaseSource) throws {
    let problems = FileProblems(file: source.file.shown, list)
    let before = list.errorCount
    let records = try CaseRecords(source, problems)
    var kept: [Case]? = source.format == .yaml ? [] : nil
    var met = 0
    while let node = try records.next() {
      met += 1
      guard var decoded = decoder.decode(node, isFlat: source.isFlat, problems, cells: &cells) else { continue }
      guard counts.cases < CheckingPass.caseLimit else {
        problems.error("more than \(CheckingPass.caseLimit) cases in one evalset", at: node.position, help: "split it")
        break
      }
      answers.admit(decoded.testCase, list)
      answers.complete(&decoded.testCase)
      checker.check(decoded, problems)
      counts.add(decoded.testCase)
      try index.add(decoded.testCase.id, Digest(of: decoded.testCase.json), source: sources.count, line: Int(node.position.line))
      kept?.append(decoded.testCase)
    }
    if met == 0, list.errorCount == before { problems.error("the file holds no case", at: nil) }
    // Without the digest of the whole file there was an error, and no stream will be made.
    let digest = records.finish() ?? Digest(of: "")
    sources.append(CasePlan.Source(source: source, digest: digest, cases: kept))
  }

  /// Finds ids that are given twice, and digests the evalset.
  consuming func finish(_ rubrics: [String: Rubric]) throws -> Digest {
    let list = list, sources = sources
    var digest = DigestStream()
    digest.add(Array("portcullis.evalset/1\n".utf8))
    var last: (id: [UInt8], source: Int, line: Int)?
    try index.forEach { entry in
      if let last, entry.id.elementsEqual(last.id) {
        let first = Place(file: sources[last.source].source.file.shown, line: last.line)
        list.add(
          Diagnostic(
            .error, "the id '\(String(decoding: entry.id, as: UTF8.self))' is given twice; first at \(first)",
            at: Place(file: sources[entry.source].source.file.shown, line: entry.line)))
        return
      }
      last = (Array(entry.id), entry.source, entry.line)
      digest.add(entry.id + [0] + entry.digest)
    }
    for (name, rubric) in rubrics.sorted(by: { precedes($0.key, $1.key) }) {
      digest.add(Array("rubric \(name)".utf8) + [0] + Digest(of: rubric.json).bytes)
    }
    return digest.finish()
  }
}

private func warnAboutBehaviours(_ declared: [DeclaredBehaviour], _ counts: EvalsetCounts, _ file: String, _ list: ProblemList) {
  guard !declared.isEmpty else { return }
  for behaviour in declared {
    let found = counts.behaviours[behaviour.name] ?? 0
    guard found < behaviour.minCases else { continue }
    list.add(
      Diagnostic(
        .warning, "the behaviour '\(behaviour.name)' has \(found) cases; \(behaviour.minCases) are declared", at: Place(file: file),
        help: "write more cases, or lower 'min_cases'"))
  }
  let names = declared.map(\.name)
  for name in counts.behaviours.keys.sorted(by: precedes) where !names.contains(where: { sameBytes($0, name) }) {
    list.add(
      Diagnostic(
        .warning, "the behaviour '\(name)' is not declared", at: Place(file: file), help: suggestion(for: name, among: names)))
  }
}
