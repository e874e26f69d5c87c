package import PortcullisCore

/// The first line of a `baseline.jsonl`: what was approved, by whom, under which policy (formats.md §5).
package struct BaselineHeader: Sendable, Hashable {
  package let evalset: String
  package let evalsetDigest: Digest
  package let target: String
  package let targetDigest: Digest
  package let run: String
  package let approvedBy: String
  package let approvedAt: String
  /// The rules as they were then.
  package let policy: JSON?
  package let critical: [CaseID]
  package let guarded: [Guarded]

  package struct Guarded: Sendable, Hashable {
    package let caseID: CaseID
    package let caseDigest: Digest
  }

  package static let schema = "portcullis.baseline/1"
}

/// What production's approved run said of one case.
package struct BaselineCase: Sendable, Hashable {
  package let caseID: CaseID
  /// A case that has another digest now has no pair.
  package let caseDigest: Digest
  /// In the order of their repeats, at least one.
  package let trials: [Trial]

  package struct Trial: Sendable, Hashable {
    /// nil: unscored.
    package let passed: Bool?
    /// From 0 to 1.
    package let score: Double?
    /// By kind or name of the check, in the order written; nil is unscored.
    package let checks: [Check]
    package let completion: Completion?
  }

  package struct Check: Sendable, Hashable {
    package let name: String
    package let score: Double?
  }
}

package struct Baseline: Sendable {
  package let header: BaselineHeader
  package let cases: [CaseID: BaselineCase]
}

/// Reads a baseline whole (a few hundred bytes a case stay in memory); throws `Problems`.
package func loadBaseline(at path: String, project: ProjectFiles) throws -> Baseline {
  let list = ProblemList()
  let problems = FileProblems(file: path, list)
  var header: BaselineHeader?
  var cases = [CaseID: BaselineCase]()
  do {
    let lines = JSONLines(try project.file(given: path, limit: 4 << 30), problems)
    guard let first = try lines.next() else { throw Diagnostic(.error, "the file is empty", at: Place(file: path)) }
    header = readHeader(first, problems)
    while list.errorCount == 0, let node = try lines.next() {
      guard let found = readCase(node, problems) else { continue }
      if cases.updateValue(found, forKey: found.caseID) != nil {
        problems.error("case '\(found.caseID)' is given twice", at: node.position)
      }
    }
  } catch { try list.add(error) }
  try list.check()
  guard let header else { throw Problems([Diagnostic(.error, "the file has no header", at: Place(file: path, line: 1))]) }
  return Baseline(header: header, cases: cases)
}

private func readHeader(_ node: Node, _ problems: FileProblems) -> BaselineHeader? {
  guard var reader = FieldReader(node, "the header", problems) else { return nil }
  let schema = reader.text("schema", required: true)
  if let schema, schema != BaselineHeader.schema {
    problems.error("'schema' is '\(schema)'; this version reads '\(BaselineHeader.schema)'", at: reader.position(of: "schema"))
    return nil
  }
  let evalset = reader.text("evalset", required: true)
  let evalsetDigest = readDigest("evalset_digest", &reader, problems, required: true)
  let target = reader.text("target", required: true)
  let targetDigest = readDigest("target_digest", &reader, problems, required: true)
  let run = reader.text("run", required: true)
  let approvedBy = reader.text("approved_by", required: true)
  let approvedAt = reader.node("approved_at", required: true).flatMap { problems.date($0, "approved_at") }
  let policy = reader.json("policy")
  let critical = (reader.texts("critical") ?? []).compactMap(CaseID.init)
  let guarded = (reader.list("guarded") ?? []).compactMap { node -> BaselineHeader.Guarded? in
    guard var entry = FieldReader(node, "an entry of 'guarded'", problems) else { return nil }
    let id = readCaseID("case", &entry, problems)
    let digest = readDigest("case_digest", &entry, problems, required: true)
    entry.finish()
    guard let id, let digest else { return nil }
    return BaselineHeader.Guarded(caseID: id, caseDigest: digest)
  }
  reader.finish()
  guard schema != nil, let evalset, let evalsetDigest, let target, let targetDigest, let run, let approvedBy, let approvedAt else {
    return nil
  }
  return BaselineHeader(
    evalset: evalset, evalsetDigest: evalsetDigest, target: target, targetDigest: targetDigest, run: run, approvedBy: approvedBy,
    approvedAt: approvedAt, policy: policy, critical: critical, guarded: guarded)
}

private func readCase(_ node: Node, _ problems: FileProblems) -> BaselineCase? {
  guard var reader = FieldReader(node, "the record", problems) else { return nil }
  let id = readCaseID("case", &reader, problems)
  let digest = readDigest("case_digest", &reader, problems, required: true)
  let trials = (reader.list("trials", required: true) ?? []).compactMap { readTrial($0, problems) }
  if trials.isEmpty { problems.error("the record has no trial", at: reader.position) }
  reader.finish(each: "a record")
  guard let id, let digest else { return nil }
  return BaselineCase(caseID: id, caseDigest: digest, trials: trials)
}

private func readTrial(_ node: Node, _ problems: FileProblems) -> BaselineCase.Trial? {
  guard var reader = FieldReader(node, "a trial", problems) else { return nil }
  let passed = present(reader.node("passed", required: true)).flatMap { problems.bool($0, "passed") }
  let score = present(reader.node("score")).flatMap { problems.number($0, "score", in: 0...1) }
  let checks = (reader.entries("checks") ?? []).map { entry in
    BaselineCase.Check(name: entry.key, score: present(entry.value).flatMap { problems.number($0, entry.key, in: 0...1) })
  }
  let completion = present(reader.node("completion")).flatMap { node -> Completion? in
    if let completion = Completion(json: problems.json(node)) { return completion }
    problems.error("'completion' has a field of the wrong type, a negative count or a negative time", at: node.position)
    return nil
  }
  reader.finish(each: "a trial")
  return BaselineCase.Trial(passed: passed, score: score, checks: checks, completion: completion)
}

/// The node, unless it says null: here that means "not known".
func present(_ node: Node?) -> Node? { node.flatMap { $0.isNull ? nil : $0 } }
