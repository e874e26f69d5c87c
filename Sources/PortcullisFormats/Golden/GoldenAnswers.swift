package import PortcullisCore

/// The approved answer of a case, a line of `golden/<evalset>/answers.jsonl` (formats.md §5).
package struct GoldenAnswer: Sendable, Hashable {
  package let caseID: CaseID
  /// Text, as a rule; stands in for the case's `expected`.
  package let answer: JSON
  package let approvedBy: String
  package let approvedAt: String
  package let run: String?
  /// Of the case as it was approved, before any golden answer is filled in; nil where a person wrote the line by hand.
  package let caseDigest: Digest?
  package let note: String?
  package let place: Place
}

/// What people have approved of an evalset.
package struct Golden: Sendable {
  package let answers: [CaseID: GoldenAnswer]
  package let labels: [HumanLabel]

  package static let none = Golden(answers: [:], labels: [])
}

/// Reads `answers.jsonl` and `labels.jsonl` of a folder; both may be absent. Throws `Problems`.
package func loadGolden(in folder: String, project: ProjectFiles) throws -> Golden {
  let list = ProblemList()
  let golden = try readGolden(in: folder, project, list)
  try list.check()
  return golden
}

func readGolden(in folder: String, _ project: ProjectFiles, _ list: ProblemList) throws -> Golden {
  var answers = [CaseID: GoldenAnswer]()
  try readRecords("answers.jsonl", in: folder, project, list) { reader, problems in
    guard let answer = readAnswer(&reader, problems) else { return }
    if let first = answers[answer.caseID] {
      problems.error(
        "case '\(answer.caseID)' has a second golden answer; the first is in line \(first.place.line ?? 0)", at: reader.position,
        help: "keep the approved one")
    } else {
      answers[answer.caseID] = answer
    }
  }
  var labels = [HumanLabel]()
  try readRecords("labels.jsonl", in: folder, project, list) { reader, problems in
    if let label = readLabel(&reader, problems) { labels.append(label) }
  }
  return Golden(answers: answers, labels: labels)
}

/// Calls `body` for each record of a file of ours, if it exists, and reports fields that nobody asked for.
private func readRecords(
  _ name: String, in folder: String, _ project: ProjectFiles, _ list: ProblemList, _ body: (inout FieldReader, FileProblems) -> Void
) throws {
  guard exists(joined(folder, name)) else { return }
  do {
    let file = try project.file(named: name, in: folder, limit: 64 << 20)
    let problems = FileProblems(file: file.shown, list)
    let lines = JSONLines(file, problems)
    while let node = try lines.next() {
      guard var reader = FieldReader(node, "the record", problems) else { continue }
      body(&reader, problems)
      reader.finish(each: "a record")
    }
  } catch { list.add(error) }
}

private func readAnswer(_ reader: inout FieldReader, _ problems: FileProblems) -> GoldenAnswer? {
  let id = readCaseID("case", &reader, problems)
  let answer = reader.json("answer", required: true)
  let approvedBy = reader.text("approved_by", required: true)
  let approvedAt = reader.node("approved_at", required: true).flatMap { problems.date($0, "approved_at") }
  let run = reader.text("run")
  let digest = readDigest("case_digest", &reader, problems)
  let note = reader.text("note")
  guard let id, let answer, let approvedBy, let approvedAt else { return nil }
  return GoldenAnswer(
    caseID: id, answer: answer, approvedBy: approvedBy, approvedAt: approvedAt, run: run, caseDigest: digest, note: note,
    place: problems.place(reader.position))
}

/// An id that names a case, required.
func readCaseID(_ key: String, _ reader: inout FieldReader, _ problems: FileProblems) -> CaseID? {
  guard let node = reader.node(key, required: true), let text = problems.text(node, key) else { return nil }
  if let id = CaseID(text) { return id }
  problems.error("'\(key)' is '\(text)': \(problem(inID: text) ?? "it is not allowed")", at: node.position)
  return nil
}

func readDigest(_ key: String, _ reader: inout FieldReader, _ problems: FileProblems, required: Bool = false) -> Digest? {
  guard let node = reader.node(key, required: required), let text = problems.text(node, key) else { return nil }
  if let digest = Digest(text) { return digest }
  problems.error("'\(key)' is '\(text)', which is no digest", at: node.position, help: "a digest is 'sha256:' and 64 hexadecimal digits")
  return nil
}
