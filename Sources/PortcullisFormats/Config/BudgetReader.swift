import PortcullisCore

/// `{cost: 20 USD, calls: 5k, tokens: 2M, time: 30m}`; each above zero.
func budget(_ node: Node, _ problems: FileProblems) -> Budget? {
  guard var fields = FieldReader(node, "'budget'", problems) else { return nil }
  defer { fields.finish() }
  return Budget(
    cost: fields.checked("cost") { text throws(Objection) in try positiveMoney(text, of: "cost") }, calls: fields.count("calls"),
    tokens: fields.count("tokens"), time: positiveDuration(&fields, "time"))
}
