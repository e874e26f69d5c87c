import PortcullisChecks
import PortcullisCore

/// Reads the judges of a config: who is asked, by which rubric, how often.
struct JudgeReader {
  let named: NamedTargets
  let reader: TargetReader

  private var problems: FileProblems { reader.problems }

  func judges(_ entries: [Node.Entry]) -> [Judge] {
    entries.compactMap { entry in checkedName(entry, "judge", problems).flatMap { judge($0, entry.value) } }
  }

  private func judge(_ name: String, _ node: Node) -> Judge? {
    guard var fields = FieldReader(node, "judge '\(name)'", problems) else { return nil }
    let target = fields.node("target", required: true).flatMap { readTarget($0, of: name) }
    let rubric = fields.node("rubric", required: true).flatMap { readRubric($0) }
    let votes = readVotes(&fields)
    let reply = fields.oneOf("reply", Judge.Reply.self) ?? .json
    let allowsOwnFamily = fields.bool("allow_own_family") ?? false
    for key in ["order", "panel"] where fields.node(key) != nil {
      problems.error(
        "'\(key)' is not available in this version", at: fields.position(of: key),
        help: key == "order" ? "it belongs to the kind 'pairwise', which comes later" : "write 'votes' to ask one judge several times")
    }
    fields.finish()
    guard let target, let rubric else { return nil }
    return Judge(name: name, target: target, rubric: rubric, votes: votes, reply: reply, allowOwnFamily: allowsOwnFamily)
  }

  private func readTarget(_ node: Node, of judge: String) -> Target? {
    guard node.mapping == nil else { return reader.target(node, name: judge, what: "the target of judge '\(judge)'") }
    guard let name = problems.text(node, "target") else { return nil }
    if !named.isKnown(name) {
      problems.error("there is no target '\(name)'", at: node.position, help: suggestion(for: name, among: named.names))
    }
    return named.target(name)
  }

  /// Odd, so that no vote ends in a tie.
  private func readVotes(_ fields: inout FieldReader) -> Int {
    guard let votes = fields.int("votes", in: Judge.votesRange) else { return 1 }
    guard votes % 2 == 1 else {
      problems.error("'votes' is \(votes); it must be odd, so that no vote ends in a tie", at: fields.position(of: "votes"))
      return 1
    }
    return votes
  }

  private func readRubric(_ node: Node) -> Rubric? {
    guard let file = reader.files.named(node, "rubric", in: reader.folder, limit: 4 << 20, problems) else { return nil }
    do {
      return try loadRubric(file)
    } catch {
      problems.list.addAny(error, at: problems.place(node.position))
      return nil
    }
  }
}

/// The judges that a policy may name.
struct KnownJudges {
  let read: [Judge]
  /// Also of judges that were refused: naming one is no second mistake.
  let names: [String]

  /// The judge of an agreement rubric; says what is wrong with any other, and is silent about one that was refused.
  func comparing(_ name: String, at position: Position, _ problems: FileProblems) {
    guard let judge = read.first(where: { sameBytes($0.name, name) }) else {
      if !names.contains(where: { sameBytes($0, name) }) {
        problems.error("there is no judge '\(name)'", at: position, help: suggestion(for: name, among: names))
      }
      return
    }
    if judge.rubric.kind != .agreement {
      problems.error(
        "the judge '\(name)' grades one answer (its rubric is of the kind '\(judge.rubric.kind.rawValue)')", at: position,
        help: "name a judge whose rubric is of the kind 'agreement', which compares two")
    }
  }
}
