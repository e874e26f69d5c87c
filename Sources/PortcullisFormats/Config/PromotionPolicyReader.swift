import PortcullisCore
package import PortcullisGate

/// Reads `policy.promotion`: `{stages: [offline, shadow, canary], max_age: 7d, sign_offs: 2}`.
func promotionPolicy(_ node: Node, _ problems: FileProblems) -> PromotionPolicy {
  var policy = PromotionPolicy.standard
  guard var fields = FieldReader(node, "'promotion'", problems) else { return policy }
  if let nodes = fields.list("stages"), let stages = stages(nodes, at: fields.position(of: "stages"), problems) { policy.stages = stages }
  if let age = positiveDuration(&fields, "max_age") { policy.maxAge = age }
  if let people = fields.int("sign_offs", in: 0...20) { policy.signOffs = people }
  fields.finish()
  return policy
}

/// In their order, each once: a stage that comes before the one it rests on would open for nothing.
private func stages(_ nodes: [Node], at position: Position, _ problems: FileProblems) -> [PromotionPolicy.Stage]? {
  guard !nodes.isEmpty else {
    problems.error("'stages' is an empty list; production would open for everybody", at: position, help: "leave it out for all three")
    return nil
  }
  var stages: [PromotionPolicy.Stage] = []
  for node in nodes {
    guard let stage = problems.oneOf(node, "stages", PromotionPolicy.Stage.self) else { return nil }
    stages.append(stage)
  }
  let order = PromotionPolicy.Stage.allCases.filter(stages.contains)
  guard stages == order else {
    let written = order.map(\.rawValue).joined(separator: ", ")
    problems.error("'stages' is not in order, or names a stage twice", at: position, help: "write 'stages: [\(written)]'")
    return nil
  }
  return stages
}

/// The promotion policy of a config, without checking anything else in it: who opens a stage for a candidate named by its digest needs neither keys nor
/// evalsets.
package func promotionPolicy(config path: String) throws -> PromotionPolicy {
  let folder = folder(of: path)
  let bytes = try ProjectFiles(root: folder.isEmpty ? "." : folder).file(given: path, limit: 1 << 20).readAll()
  guard let node = try readYAML(bytes, file: path)?["policy"]?["promotion"] else { return .standard }
  let list = ProblemList()
  let policy = promotionPolicy(node, FileProblems(file: path, list))
  try list.check()
  return policy
}
