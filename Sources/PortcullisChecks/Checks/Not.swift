import PortcullisCore

extension CheckKind {
  package static let not = CheckKind(
    name: "not",
    summary: "another check fails",
    details: """
      Turns over any check. It does not turn over trouble: \
      an empty, refused, filtered or truncated answer fails it like every other check, \
      and what could not be scored stays unscored. A judge's grade counts as failed where it is below the judge's pass mark.
      """,
    usage: "not: CHECK",
    arguments: [CheckArgumentDoc("(argument)", "check", "one check, as in {contains: TEXT}, or its bare name")],
    examples: [
      CheckExample(#"{"not": {"contains": "refund"}}"#, "We exchange it.", gives: .pass),
      CheckExample(#"{"not": {"contains": "refund"}}"#, "We refund it.", gives: .fail),
      CheckExample(#"{"not": "is-json"}"#, "plain words", gives: .pass),
      CheckExample(#"{"not": "refusal"}"#, "", gives: .fail, "an empty answer fails every check"),
      CheckExample(#"{"not": {"latency": "2s"}}"#, "Yes.", gives: .unscored, "not known stays not known"),
      CheckExample(#"{"not": {"contians": "x"}}"#, "Yes.", gives: .refused),
    ]
  ) { reader, cache in
    guard let argument = reader.argument, let (kind, inner) = innerCheck(argument) else {
      reader.refuse("'not' needs one check", help: "write it as not: {contains: \"…\"}")
      return nil
    }
    return reader.scorer(of: kind, argument: inner, &cache).map { .not($0) }
  }
}

/// The check inside a `not`: a one-key mapping, or a bare name.
func innerCheck(_ argument: JSON) -> (kind: String, argument: JSON?)? {
  if let name = argument.string { return (name, nil) }
  guard let member = argument.object?.members.first, argument.object?.members.count == 1 else { return nil }
  return (member.name, member.value)
}
