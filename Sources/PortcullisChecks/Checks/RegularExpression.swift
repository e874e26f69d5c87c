import PortcullisCore

extension CheckKind {
  package static let regex = CheckKind(
    name: "regex",
    summary: "a regular expression matches somewhere in the answer",
    details: """
      Perl's syntax, read by PCRE2, with Unicode classes: `(?i)` ignores case, `\\b` is the edge of a word, `^` and `$` are the \
      ends of the answer (`(?m)`: of each line), `.` is any character but a line feed (`(?s)`: any). \
      It searches; write `^…$` to match the whole.

      A search is bounded. A pattern that backtracks for ever, such as `(a+)+$`, is cut off and the trial is unscored, \
      which is never a pass.
      """,
    usage: "regex: PATTERN",
    arguments: [CheckArgumentDoc("(argument)", "text", "the pattern, at most 4096 bytes; in YAML single quotes keep its backslashes")],
    examples: [
      CheckExample(#"{"regex": "(?i)\\b14 days\\b"}"#, "Within 14 Days.", gives: .pass),
      CheckExample(#"{"regex": "^\\d{4}-\\d{2}-\\d{2}$"}"#, "On 2026-08-01", gives: .fail, "more than a date"),
      CheckExample(#"{"not": {"regex": "(?i)guarantee"}}"#, "We guarantee it.", gives: .fail),
      CheckExample(
        #"{"regex": "(a+)+$"}"#, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", gives: .unscored, "cut off: nobody knows whether it matches"),
      CheckExample(
        #"{"not": {"regex": "(a+)+$"}}"#, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", gives: .unscored, "`not` does not make it known"),
      CheckExample(#"{"regex": "(14 days"}"#, "14 days", gives: .refused, "the group is never closed"),
    ]
  ) { reader, cache in
    guard let text = reader.text(), let pattern = reader.pattern(text, &cache) else { return nil }
    return .pure(
      PureCheck { reading in
        switch pattern.search(reading.text) {
        case .match(let range, _): .holds("matches \(quoted(pattern.text)): \(excerpt(reading.text, around: range))")
        case .noMatch: .lacks("wanted a match of \(quoted(pattern.text)) in \(quoted(reading.text))")
        case .cutOff: .unknown("the search for \(quoted(pattern.text)) was cut off: it backtracks too much on this answer")
        }
      })
  }
}
